/* SPDX-License-Identifier: Apache-2.0 */
/* verify: see verify.h. Pages are read without a transaction, since rows never change, and a long read would
 * keep SQLite's log growing; the end, and how many rows there are, is read in one snapshot before. */
#include "ledger/verify.h"

#include <stdarg.h>
#include <stdio.h>

#include "accounts/audit.h"
#include "accounts/audit_mac.h"
#include "base/codec.h"
#include "base/secret.h"
#include "db/db.h"
#include "ledger/checkpoint.h"
#include "ledger/leaf.h"
#include "ledger/sealer.h"
#include "ledger/tree.h"

enum { PAGE = 256 };

struct verifying {
    struct cx page, mark; /* the memory of a page of events, and of the next checkpoint */
    struct ledger_log log;
    int64_t last, newest, rows, nodes, unsealed; /* as of the beginning; newest: leaves of that checkpoint */
    int64_t next;                                /* the number that comes next */
    int64_t archived;                            /* up to which number events say that they were archived */
    struct digest chain;
    struct merkle tree;
    struct ledger_checkpoint checkpoint; /* the next one */
    int64_t signed_to;                   /* leaves under a checkpoint that was right */
    bool is_broken;
    int64_t bad;
    char why[CX_DETAIL];
};

static void break_at(struct verifying *v, int64_t bad, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The first one counts. */
static void
break_at(struct verifying *v, int64_t bad, const char *fmt, ...)
{
    va_list ap;
    if (v->is_broken)
        return;
    v->is_broken = true;
    v->bad = bad;
    va_start(ap, fmt);
    (void)vsnprintf(v->why, sizeof v->why, fmt, ap);
    va_end(ap);
}

static bool
is_same(const struct digest *a, const struct digest *b)
{
    return secret_equal(a->bytes, b->bytes, sizeof a->bytes);
}

/* The event of a leaf; its index is one less than the tree's size with it. */
static int64_t
event_of(const struct verifying *v, int64_t size)
{
    return v->log.chained + size;
}

/* What became complete with the leaf that was just added, against what is stored. */
static enum errcode
check_nodes(struct verifying *v, const struct digest *done, size_t n)
{
    const uint64_t leaf = v->tree.size - 1;
    enum errcode err = ERR_NONE;
    for (unsigned level = TREE_STEP; level < n && err == ERR_NONE; level += TREE_STEP) {
        const int64_t pos = (int64_t)(leaf >> level), first = event_of(v, (pos << level) + 1);
        struct ledger_hash *rows = NULL;
        size_t n_rows = 0;
        err = store_ledger_nodes(&v->page, level, pos, 1, &rows, &n_rows);
        if (err == ERR_NONE && (n_rows != 1 || !is_same(&rows[0].hash, &done[level])))
            break_at(v, first, "the tree's hash of the events %lld to %lld is not that of these events",
                     (long long)first, (long long)(first + (INT64_C(1) << level) - 1));
    }
    return err;
}

static enum errcode
next_checkpoint(struct verifying *v, int64_t after)
{
    struct ledger_checkpoint *list = NULL;
    size_t n = 0;
    arena_reset(&v->mark.arena);
    enum errcode err = store_ledger_checkpoints(&v->mark, after, 1, &list, &n);
    v->checkpoint = n > 0 ? list[0] : (struct ledger_checkpoint){.size = INT64_MAX};
    return err;
}

/* The one of the tree as it is now. */
static enum errcode
check_checkpoint(struct verifying *v)
{
    struct checkpoint c = {.size = 0};
    const int64_t size = v->checkpoint.size, end = event_of(v, size);
    const struct digest root = merkle_root(&v->tree);
    enum errcode err = checkpoint_read(&v->mark, v->checkpoint.note, &c);
    if (err != ERR_NONE && err != ERR_SYNTAX && err != ERR_CRYPTO)
        return err;
    if (err != ERR_NONE)
        break_at(v, end, "the checkpoint after event %lld: %s", (long long)end, v->mark.detail);
    else if (c.size != size || !str_eq(c.origin, v->log.origin))
        break_at(v, end, "the checkpoint after event %lld is another one's", (long long)end);
    else if (!is_same(&c.root, &root))
        break_at(
            v, event_of(v, v->signed_to + 1),
            "the checkpoint after event %lld is not that of the events before it; the checkpoint before it "
            "was after event %lld",
            (long long)end, (long long)event_of(v, v->signed_to));
    err_forget(&v->mark);
    v->signed_to = size;
    return next_checkpoint(v, size);
}

static enum errcode
add_leaf(struct verifying *v, const struct digest *hash)
{
    struct digest done[MERKLE_LEVELS];
    const size_t n = merkle_add(&v->tree, hash, done);
    enum errcode err = check_nodes(v, done, n);
    if (err == ERR_NONE && !v->is_broken && v->checkpoint.size == (int64_t)v->tree.size)
        err = check_checkpoint(v);
    return err;
}

/* Rows went into an archive if an event says so: it is in the transaction that removes the first of them. */
static void
note_archive(struct verifying *v, const struct audit_row *row)
{
    int64_t last = 0;
    if (audit_event_read(row->event) == AUDIT_ARCHIVED &&
        str_to_i64(audit_detail(&v->page, row, "last"), 0, INT64_MAX, &last) == ERR_NONE &&
        last > v->archived)
        v->archived = last;
}

static enum errcode
check_row(struct verifying *v, const struct audit_row *row)
{
    const bool is_chained = row->seq <= v->log.chained;
    if (row->seq != v->next) {
        const int64_t bad = row->seq < v->next ? row->seq : v->next;
        break_at(v, bad,
                 row->seq < v->next ? "there is an event with the number %lld" : "event %lld is missing",
                 (long long)bad);
        return ERR_NONE;
    }
    const struct digest hash = is_chained ? leaf_chained(&v->chain, row) : leaf_hash(row);
    if (!row->is_sound || !leaf_is_text(row) || !is_same(&hash, &row->digest))
        break_at(v, row->seq, "event %lld was changed", (long long)row->seq);
    else if (row->seq == v->log.chained + 1 && !leaf_is_first(&v->page, row, &v->log, &v->chain))
        break_at(v, row->seq, "event %lld does not fit the events before it", (long long)row->seq);
    if (v->is_broken)
        return ERR_NONE;
    note_archive(v, row);
    v->next++;
    if (!is_chained)
        return add_leaf(v, &hash);
    v->chain = hash;
    return ERR_NONE;
}

/* Begins at the least possible number, not at 1. */
static enum errcode
check_rows(struct verifying *v)
{
    struct audit_range range = {.after = INT64_MIN, .limit = PAGE};
    struct audit_row *rows = NULL;
    size_t n = PAGE;
    enum errcode err = ERR_NONE;
    while (err == ERR_NONE && !v->is_broken && n == PAGE && v->next <= v->last) {
        err = store_audit_list(&v->page, &range, &rows, &n);
        for (size_t i = 0; i < n && err == ERR_NONE && !v->is_broken && v->next <= v->last; i++)
            err = check_row(v, &rows[i]);
        range.after = v->next - 1;
        arena_reset(&v->page.arena);
    }
    if (err == ERR_NONE && v->next <= v->last)
        break_at(v, v->next, "event %lld is missing", (long long)v->next);
    return err;
}

/* The leaves of archived events, whose rows are elsewhere. */
static enum errcode
check_archived(struct verifying *v)
{
    int64_t left = v->log.archived - v->log.chained;
    enum errcode err = ERR_NONE;
    while (err == ERR_NONE && !v->is_broken && left > 0) {
        struct ledger_hash *rows = NULL;
        size_t n = 0;
        const int64_t first = (int64_t)v->tree.size, wanted = left < PAGE ? left : PAGE;
        err = store_ledger_nodes(&v->page, 0, first, wanted, &rows, &n);
        for (size_t i = 0; i < n && err == ERR_NONE && !v->is_broken; i++)
            err = add_leaf(v, &rows[i].hash);
        if (err == ERR_NONE && (int64_t)n != wanted)
            break_at(v, event_of(v, first + 1), "a hash of the archived events from %lld on is missing",
                     (long long)event_of(v, first + 1));
        left -= (int64_t)n;
        arena_reset(&v->page.arena);
    }
    return err;
}

static enum errcode
read_end(struct cx *cx, struct verifying *v)
{
    struct ledger_checkpoint newest = {.size = 0};
    enum errcode err = store_ledger_log(cx, &v->log);
    if (err == ERR_NONE)
        err = store_audit_last(cx, &v->last);
    if (err == ERR_NONE)
        err = store_ledger_newest(cx, &newest);
    if (err == ERR_NONE)
        err = store_audit_count(cx, &v->rows);
    if (err == ERR_NONE)
        err = store_ledger_count_nodes(cx, &v->nodes);
    if (err == ERR_NONE)
        err = store_audit_count_unsealed(cx, &v->unsealed);
    v->newest = newest.size;
    if (v->last < v->log.archived)
        v->last = v->log.archived;
    return err;
}

/* Of every fourth level, and of the leaves of archived events. */
static int64_t
count_of_nodes(const struct verifying *v)
{
    const int64_t size = v->last - v->log.chained, leaves = v->log.archived - v->log.chained;
    int64_t n = leaves > 0 ? leaves : 0;
    for (unsigned level = TREE_STEP; level < MERKLE_LEVELS && size >> level > 0; level += TREE_STEP)
        n += size >> level;
    return n;
}

/* What no walk over the numbers can find. */
static void
check_counts(struct verifying *v)
{
    const int64_t size = v->last > v->log.chained ? v->last - v->log.chained : 0;
    if (v->newest > size)
        break_at(v, v->last + 1, "event %lld is missing: there is a checkpoint after event %lld",
                 (long long)v->last + 1, (long long)event_of(v, v->newest));
    else if (v->newest < size)
        break_at(v, event_of(v, v->newest + 1), "event %lld is not under any checkpoint",
                 (long long)event_of(v, v->newest + 1));
    else if (v->rows != v->last - v->log.archived)
        break_at(v, 0, "there are events without a place of their own");
    else if (v->nodes != count_of_nodes(v))
        break_at(v, 0, "the tree has hashes without a place");
}

/* The sealer takes no event that another program wrote, and stops at it: so the first batch is enough. */
static enum errcode
check_unsealed(struct verifying *v)
{
    struct audit_row *rows = NULL;
    size_t n = 0;
    enum errcode err = store_audit_unsealed(&v->page, SEALER_BATCH, &rows, &n);
    for (size_t i = 0; i < n && err == ERR_NONE && !v->is_broken; i++) {
        if (!audit_mac_holds(&v->page, &rows[i]))
            break_at(
                v, 0,
                "another program wrote or changed the event '%.*s' with the id %lld, which is not sealed yet",
                STR_ARG(rows[i].event), (long long)rows[i].id);
        note_archive(v, &rows[i]);
    }
    if (err == ERR_NONE && v->log.archived > v->archived)
        break_at(v, v->archived + 1, "event %lld is missing: no event says that it was archived",
                 (long long)v->archived + 1);
    return err;
}

static enum errcode
walk(struct verifying *v)
{
    enum errcode err = next_checkpoint(v, INT64_MIN);
    if (err == ERR_NONE && v->checkpoint.size <= 0)
        break_at(v, 0, "there is a checkpoint of no events");
    v->next = v->log.archived + 1;
    v->chain = v->log.archived_digest;
    if (err == ERR_NONE)
        err = check_archived(v);
    if (err == ERR_NONE && !v->is_broken)
        err = check_rows(v);
    if (err == ERR_NONE)
        check_counts(v);
    return err == ERR_NONE && !v->is_broken ? check_unsealed(v) : err;
}

static enum errcode
verify(struct cx *cx, struct verifying *v)
{
    enum errcode err = db_begin_read(cx);
    if (err != ERR_NONE)
        return err;
    err = read_end(cx, v);
    db_rollback(cx);
    if (err != ERR_NONE)
        return err;
    v->page = v->mark = *cx;
    arena_init(&v->page.arena);
    arena_init(&v->mark.arena);
    err = walk(v);
    if (err != ERR_NONE)
        err_set(cx, err, "%s", v->page.err != ERR_NONE ? v->page.detail : v->mark.detail);
    arena_clear(&v->page.arena);
    arena_clear(&v->mark.arena);
    return err;
}

/* An event may have gone into an archive while it was looked for. */
static enum errcode
has_shrunk(struct cx *cx, const struct verifying *v, bool *shrunk_out)
{
    struct ledger_log log = {.archived = 0};
    enum errcode err = v->is_broken ? store_ledger_log(cx, &log) : ERR_NONE;
    *shrunk_out = log.archived > v->log.archived;
    return err;
}

enum errcode
verify_log(struct cx *cx, struct verify_report *report_out)
{
    struct verifying v;
    bool again = false;
    enum errcode err;
    do {
        v = (struct verifying){.next = 1};
        err = verify(cx, &v);
        if (err == ERR_NONE)
            err = has_shrunk(cx, &v, &again);
    } while (err == ERR_NONE && again);
    const struct digest root = merkle_root(&v.tree);
    *report_out = (struct verify_report){.events = v.next - 1,
                                         .chained = v.log.chained,
                                         .archived = v.log.archived,
                                         .unsealed = v.unsealed,
                                         .bad = v.bad,
                                         .root = codec_hex(&cx->arena, root.bytes, sizeof root.bytes)};
    return err == ERR_NONE && v.is_broken ? err_set(cx, ERR_CRYPTO, "%s", v.why) : err;
}
