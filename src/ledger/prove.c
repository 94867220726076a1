/* SPDX-License-Identifier: Apache-2.0 */
/* prove: see prove.h. Each proof is made in one snapshot, and verified before it is given out. */
#include "ledger/prove.h"

#include <stdio.h>

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
leaf_of(struct cx *cx, const struct audit_row *row)
{
    struct buf b;
    buf_init(&b, leaf_most(row));
    leaf_put(&b, row);
    ASSERT(!buf_is_over(&b));
    struct str text = arena_str(&cx->arena, buf_view(&b));
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

/* *leaf: what an archive has for it, or null. */
static enum errcode
find_event(struct cx *cx, const struct proving *p, int64_t seq, struct str *leaf)
{
    struct audit_row row = {.seq = 0};
    if (seq >= 1 && seq <= p->log.chained)
        return err_set(cx, ERR_USAGE,
                       "event %lld is of an earlier version, and has no leaf of its own: event %lld has the "
                       "digest of the chain that it is in",
                       (long long)seq, (long long)p->log.chained + 1);
    if (seq >= 1 && seq <= p->log.archived && str_is_null(*leaf))
        return err_set(cx, ERR_NOT_FOUND, "event %lld is in an archive: add --archive FILE", (long long)seq);
    if (seq < 1 || seq > p->log.chained + p->newest.size)
        return err_set(cx, ERR_NOT_FOUND, "there is no event %lld", (long long)seq);
    if (!str_is_null(*leaf))
        return ERR_NONE;
    enum errcode err = store_audit_get(cx, seq, &row);
    if (err == ERR_NONE)
        *leaf = leaf_of(cx, &row);
    if (err != ERR_NOT_FOUND)
        return err;
    err_forget(cx);
    return was_changed(cx);
}

static enum errcode
event_within(struct cx *cx, int64_t seq, struct str leaf, struct str *proof_out)
{
    struct proving p;
    struct merkle_path path;
    enum errcode err = read_newest(cx, &p);
    if (err == ERR_NONE)
        err = find_event(cx, &p, seq, &leaf);
    if (err != ERR_NONE)
        return err;
    const struct merkle_source from = tree_source(&p.log);
    const uint64_t index = (uint64_t)(seq - p.log.chained - 1), size = (uint64_t)p.newest.size;
    err = merkle_inclusion(cx, &from, index, size, &path);
    if (err != ERR_NONE)
        return err;
    const struct digest hash = merkle_leaf(leaf);
    if (!merkle_is_included(&hash, index, size, &path, &p.newest.root))
        return was_changed(cx);
    struct str head =
        arena_printf(&cx->arena, "c2sp.org/tlog-proof@v1\nextra %.*s\nindex %llu\n",
                     STR_ARG(codec_base64(&cx->arena, leaf.p, leaf.n)), (unsigned long long)index);
    *proof_out = put_proof(cx, &p, head, &path);
    return ERR_NONE;
}

enum errcode
prove_event(struct cx *cx, int64_t seq, struct str leaf, struct str *proof_out)
{
    enum errcode err = db_begin_read(cx);
    if (err != ERR_NONE)
        return err;
    err = event_within(cx, seq, leaf, proof_out);
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

/* The lines between the first one and the empty one. */
static bool
read_path(struct str head, int64_t old, struct merkle_path *path)
{
    char first[32];
    (void)snprintf(first, sizeof first, "old %lld", (long long)old);
    if (!str_eq(str_cut(&head, '\n'), str_from_cstr(first)))
        return false;
    for (path->n = 0; !str_is_empty(head) && path->n < ARRAY_LEN(path->at); path->n++) {
        size_t n = 0;
        struct digest *d = &path->at[path->n];
        if (codec_base64_read(str_cut(&head, '\n'), d->bytes, sizeof d->bytes, &n) != ERR_NONE ||
            n != sizeof d->bytes)
            return false;
    }
    return str_is_empty(head);
}

enum errcode
prove_read(struct cx *cx, const struct checkpoint_signer *by, const struct checkpoint *older,
           struct str proof, struct checkpoint *newer_out)
{
    static const struct str blank = STR("\n\n");
    struct merkle_path path = {.n = 0};
    const size_t at = str_find_str(proof, blank);
    *newer_out = (struct checkpoint){.size = 0};
    if (at >= proof.n || !read_path(str_sub(proof, 0, at), older->size, &path))
        return err_set(cx, ERR_SYNTAX, "it is not the proof that the log has only grown");
    enum errcode err = checkpoint_read_by(cx, by, str_sub(proof, at + 2, SIZE_MAX), newer_out);
    if (err != ERR_NONE)
        return err;
    if (str_eq(older->origin, newer_out->origin) && older->size <= newer_out->size &&
        merkle_is_consistent((uint64_t)older->size, &older->root, (uint64_t)newer_out->size, &newer_out->root,
                             &path))
        return ERR_NONE;
    return err_set(cx, ERR_CRYPTO, "the later checkpoint is not of a log that begins so");
}
