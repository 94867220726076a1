/* SPDX-License-Identifier: Apache-2.0 */
/* archive: writes one: see archive.h. Pages are read without a transaction, as in verify.c; what they come to
 * is compared with the newest checkpoint at the end, before its signature is given out. */
#include "ledger/archive.h"

#include "base/codec.h"
#include "ledger/archive_parts.h"
#include "ledger/leaf.h"
#include "ledger/prove.h"
#include "ledger/tree.h"
#include "store/store_audit.h"

enum { PAGE = 256 };

struct writing {
    struct cx page;
    FILE *to;
    struct archive *a;
    struct ledger_log log;
    struct merkle tree;
    struct digest chain;
};

static int64_t
leaves_before(const struct writing *w)
{
    const int64_t n = w->a->first - 1 - w->a->chained;
    return n > 0 ? n : 0;
}

/* What the archive begins and ends with. */
static enum errcode
choose(struct cx *cx, struct writing *w, int64_t last)
{
    int64_t newest = 0;
    enum errcode err = store_ledger_log(cx, &w->log);
    if (err == ERR_NONE)
        err = store_audit_last(cx, &newest);
    if (err != ERR_NONE)
        return err;
    if (last >= newest)
        return err_set(cx, ERR_RANGE,
                       "the newest event stays: at most the events up to %lld can go into an archive",
                       (long long)newest - 1);
    if (last <= w->log.archived)
        return err_set(cx, ERR_RANGE, "the events up to %lld are in archives already",
                       (long long)w->log.archived);
    if (last <= w->log.chained)
        return err_set(cx, ERR_RANGE,
                       "the events of an earlier version go into an archive together with event %lld, which "
                       "has the digest of their chain",
                       (long long)w->log.chained + 1);
    *w->a = (struct archive){
        .origin = w->log.origin, .first = w->log.archived + 1, .last = last, .chained = w->log.chained};
    w->chain = w->log.archived_digest;
    const struct merkle_source from = tree_source(&w->log);
    err = merkle_load(cx, &from, (uint64_t)leaves_before(w), &w->tree);
    w->a->before = merkle_root(&w->tree);
    return err;
}

static const char *
base64(struct writing *w, const struct digest *d)
{
    return codec_base64(&w->page.arena, d->bytes, sizeof d->bytes).p;
}

static void
put_head(struct writing *w)
{
    fprintf(w->to, ARCHIVE_FIRST_LINE "\norigin %.*s\nevents %lld %lld\nchained %lld\n",
            STR_ARG(w->a->origin), (long long)w->a->first, (long long)w->a->last, (long long)w->a->chained);
    if (archive_has_chain(w->a))
        fprintf(w->to, "chain %s\n", base64(w, &w->chain));
    for (unsigned level = MERKLE_LEVELS; level-- > 0;)
        if (w->tree.size >> level & 1)
            fprintf(w->to, "peak %s\n", base64(w, &w->tree.peaks[level]));
    fputc('\n', w->to);
}

/* The id of an event of an earlier version is in no digest: it is its number, as the upgrade made it. */
static struct audit_row
archive_row(const struct audit_row *row, bool is_leaf)
{
    struct audit_row put = *row;
    put.id = is_leaf ? row->id : row->seq;
    return put;
}

static enum errcode
put_event(struct writing *w, const struct audit_row *row)
{
    struct digest done[MERKLE_LEVELS];
    struct buf leaf;
    const bool is_leaf = row->seq > w->a->chained;
    const struct digest digest = is_leaf ? leaf_hash(row) : leaf_chained(&w->chain, row);
    if (!row->is_sound || !archive_is_same(&digest, &row->digest))
        return err_set(&w->page, ERR_CRYPTO, "event %lld was changed", (long long)row->seq);
    const struct audit_row put = archive_row(row, is_leaf);
    buf_init(&leaf, leaf_most(&put));
    leaf_put(&leaf, &put);
    const struct str text = buf_view(&leaf);
    enum errcode err = ERR_NONE;
    if (text.n > ARCHIVE_LEAF_MAX || str_find(text, '\n') < text.n)
        err = err_set(&w->page, ERR_CRYPTO, "event %lld is not one line", (long long)row->seq);
    fprintf(w->to, "%s ", base64(w, &digest));
    (void)fwrite(text.p, 1, text.n, w->to);
    fputc('\n', w->to);
    buf_clear(&leaf);
    if (is_leaf)
        (void)merkle_add(&w->tree, &digest, done);
    else
        w->chain = digest;
    return err;
}

static enum errcode
put_events(struct writing *w)
{
    struct audit_range range = {.after = w->a->first - 1};
    enum errcode err = ERR_NONE;
    while (err == ERR_NONE && range.after < w->a->last) {
        struct audit_row *rows = NULL;
        size_t n = 0;
        range.limit = w->a->last - range.after < PAGE ? w->a->last - range.after : PAGE;
        err = store_audit_list(&w->page, &range, &rows, &n);
        for (size_t i = 0; i < n && err == ERR_NONE && rows[i].seq == range.after + 1; i++) {
            err = put_event(w, &rows[i]);
            range.after++;
        }
        if (err == ERR_NONE && (n == 0 || rows[n - 1].seq != range.after))
            err = err_set(&w->page, ERR_CRYPTO, "event %lld is missing", (long long)range.after + 1);
        arena_reset(&w->page.arena);
    }
    return err;
}

/* The proof is made only if the newest checkpoint is of a log that begins so. */
static enum errcode
put_end(struct cx *cx, struct writing *w)
{
    const struct checkpoint c = {w->a->origin, (int64_t)w->tree.size, merkle_root(&w->tree)};
    const struct str note = checkpoint_sign(cx, &c);
    struct str proof = STR_NULL;
    enum errcode err = prove_since(cx, note, &proof);
    if (err != ERR_NONE)
        return err;
    w->a->root = c.root;
    fprintf(w->to, "\n%.*s\n%.*s", STR_ARG(note), STR_ARG(proof));
    return ERR_NONE;
}

enum errcode
archive_write(struct cx *cx, FILE *to, int64_t last, struct archive *out)
{
    struct writing w = {.page = *cx, .to = to, .a = out};
    enum errcode err = choose(cx, &w, last);
    if (err != ERR_NONE)
        return err;
    arena_init(&w.page.arena);
    put_head(&w);
    err = put_events(&w);
    if (err != ERR_NONE)
        err_set(cx, err, "%s", w.page.detail);
    arena_clear(&w.page.arena);
    if (err == ERR_NONE)
        err = put_end(cx, &w);
    if (err == ERR_NONE && (fflush(to) != 0 || ferror(to) != 0))
        err = err_set(cx, ERR_IO, "the archive cannot be written");
    return err;
}
