/* SPDX-License-Identifier: Apache-2.0 */
/* prove: see prove.h. Each proof is made in one snapshot, and verified before it is given out. */
#include "ledger/prove.h"

#include "base/buf.h"
#include "base/codec.h"
#include "base/secret.h"
#include "db/db.h"
#include "ledger/checkpoint.h"
#include "ledger/leaf.h"
#include "ledger/tree.h"

/* What a proof is about. */
struct proving {
    struct ledger_log log;
    struct str note;
    struct checkpoint newest;
};

static enum errcode
read_newest(struct cx *cx, struct proving *p)
{
    struct ledger_checkpoint stored;
    enum errcode err = store_ledger_log(cx, &p->log);
    if (err == ERR_NONE)
        err = store_ledger_newest(cx, &stored);
    if (err == ERR_NONE && stored.size == 0)
        err = err_set(cx, ERR_NOT_FOUND, "no event is sealed yet: there is no checkpoint");
    if (err != ERR_NONE)
        return err;
    p->note = stored.note;
    err = checkpoint_read(cx, p->note, &p->newest);
    if (err == ERR_SYNTAX || (err == ERR_NONE && p->newest.size != stored.size)) {
        err_forget(cx);
        err = err_set(cx, ERR_CRYPTO, "the newest checkpoint was changed: countersign audit verify");
    }
    return err;
}

static enum errcode
newest_within(struct cx *cx, struct prove_checkpoint *out)
{
    struct proving p;
    enum errcode err = read_newest(cx, &p);
    if (err == ERR_NONE)
        *out = (struct prove_checkpoint){p.note, p.newest.origin, checkpoint_key(cx, p.newest.origin),
                                         p.newest.size};
    return err;
}

enum errcode
prove_newest(struct cx *cx, struct prove_checkpoint *out)
{
    enum errcode err = db_begin_read(cx);
    if (err != ERR_NONE)
        return err;
    err = newest_within(cx, out);
    db_rollback(cx);
    return err;
}

static void
put_hash(struct cx *cx, struct buf *out, const struct digest *hash)
{
    buf_add_str(out, codec_base64(&cx->arena, hash->bytes, sizeof hash->bytes));
    buf_add_byte(out, '\n');
}

static struct str
leaf_text(struct cx *cx, const struct audit_row *row)
{
    struct buf b;
    buf_init(&b, leaf_most(row));
    leaf_put(&b, row);
    ASSERT(!buf_is_over(&b));
    struct str text = codec_base64(&cx->arena, buf_view(&b).p, buf_view(&b).n);
    buf_clear(&b);
    return text;
}

/* head: what comes before the hashes; the newest checkpoint is after them. */
static struct str
put_proof(struct cx *cx, const struct proving *p, struct str head, const struct merkle_path *path)
{
    enum { HASH_LINE = 48 };
    struct buf b;
    buf_init(&b, head.n + path->n * HASH_LINE + p->note.n + 8);
    buf_add_str(&b, head);
    for (size_t i = 0; i < path->n; i++)
        put_hash(cx, &b, &path->at[i]);
    buf_add_byte(&b, '\n');
    buf_add_str(&b, p->note);
    ASSERT(!buf_is_over(&b));
    struct str text = arena_str(&cx->arena, buf_view(&b));
    buf_clear(&b);
    return text;
}

static enum errcode
was_changed(struct cx *cx)
{
    return err_set(cx, ERR_CRYPTO, "the audit log was changed: countersign audit verify says where");
}

static enum errcode
find_event(struct cx *cx, const struct proving *p, int64_t seq, struct audit_row *row_out)
{
    if (seq >= 1 && seq <= p->log.chained)
        return err_set(cx, ERR_USAGE,
                       "event %lld is of an earlier version, and has no leaf of its own: event %lld has the "
                       "digest of the chain that it is in",
                       (long long)seq, (long long)p->log.chained + 1);
    if (seq >= 1 && seq <= p->log.archived)
        return err_set(cx, ERR_NOT_FOUND, "event %lld is in an archive", (long long)seq);
    if (seq < 1 || seq > p->log.chained + p->newest.size)
        return err_set(cx, ERR_NOT_FOUND, "there is no event %lld", (long long)seq);
    enum errcode err = store_audit_get(cx, seq, row_out);
    if (err != ERR_NOT_FOUND)
        return err;
    err_forget(cx);
    return was_changed(cx);
}

static enum errcode
event_within(struct cx *cx, int64_t seq, struct str *proof_out)
{
    struct proving p;
    struct audit_row row = {.seq = 0};
    struct merkle_path path;
    enum errcode err = read_newest(cx, &p);
    if (err == ERR_NONE)
        err = find_event(cx, &p, seq, &row);
    if (err != ERR_NONE)
        return err;
    const struct merkle_source from = tree_source(&p.log);
    const uint64_t index = (uint64_t)(seq - p.log.chained - 1), size = (uint64_t)p.newest.size;
    err = merkle_inclusion(cx, &from, index, size, &path);
    if (err != ERR_NONE)
        return err;
    const struct digest leaf = leaf_hash(&row);
    if (!merkle_is_included(&leaf, index, size, &path, &p.newest.root))
        return was_changed(cx);
    struct str head = arena_printf(&cx->arena, "c2sp.org/tlog-proof@v1\nextra %.*s\nindex %llu\n",
                                   STR_ARG(leaf_text(cx, &row)), (unsigned long long)index);
    *proof_out = put_proof(cx, &p, head, &path);
    return ERR_NONE;
}

enum errcode
prove_event(struct cx *cx, int64_t seq, struct str *proof_out)
{
    enum errcode err = db_begin_read(cx);
    if (err != ERR_NONE)
        return err;
    err = event_within(cx, seq, proof_out);
    db_rollback(cx);
    return err;
}

/* Whether this log can have had that checkpoint. */
static enum errcode
compare(struct cx *cx, const struct proving *p, const struct checkpoint *older)
{
    const struct merkle_source from = tree_source(&p->log);
    struct merkle tree;
    if (!str_eq(older->origin, p->newest.origin))
        return err_set(cx, ERR_CRYPTO, "that is a checkpoint of %.*s, this log is %.*s",
                       STR_ARG(older->origin), STR_ARG(p->newest.origin));
    if (older->size > p->newest.size)
        return err_set(cx, ERR_CRYPTO,
                       "the database was put back: that checkpoint is of %lld events, the newest one of %lld",
                       (long long)older->size, (long long)p->newest.size);
    enum errcode err = merkle_load(cx, &from, (uint64_t)older->size, &tree);
    if (err != ERR_NONE)
        return err;
    const struct digest root = merkle_root(&tree);
    if (secret_equal(root.bytes, older->root.bytes, sizeof root.bytes))
        return ERR_NONE;
    return err_set(cx, ERR_CRYPTO,
                   "the log was changed, or was put back and has grown since: its first %lld events are not "
                   "those of that checkpoint",
                   (long long)older->size);
}

static enum errcode
since_within(struct cx *cx, struct str note, struct str *proof_out)
{
    struct proving p;
    struct checkpoint older;
    struct merkle_path path;
    enum errcode err = checkpoint_read(cx, note, &older);
    if (err == ERR_NONE)
        err = read_newest(cx, &p);
    if (err == ERR_NONE)
        err = compare(cx, &p, &older);
    if (err != ERR_NONE)
        return err;
    const struct merkle_source from = tree_source(&p.log);
    const uint64_t old = (uint64_t)older.size, size = (uint64_t)p.newest.size;
    err = merkle_consistency(cx, &from, old, size, &path);
    if (err != ERR_NONE)
        return err;
    if (!merkle_is_consistent(old, &older.root, size, &p.newest.root, &path))
        return was_changed(cx);
    struct str head = arena_printf(&cx->arena, "old %llu\n", (unsigned long long)old);
    *proof_out = put_proof(cx, &p, head, &path);
    return ERR_NONE;
}

enum errcode
prove_since(struct cx *cx, struct str older, struct str *proof_out)
{
    enum errcode err = db_begin_read(cx);
    if (err != ERR_NONE)
        return err;
    err = since_within(cx, older, proof_out);
    db_rollback(cx);
    return err;
}
