/* SPDX-License-Identifier: Apache-2.0 */
/* archive_remove: what an archive and the database have to do with each other: see archive.h. */
#include <poll.h>

#include "accounts/audit.h"
#include "base/codec.h"
#include "db/db.h"
#include "ledger/archive.h"
#include "ledger/archive_parts.h"
#include "ledger/tree.h"

enum { PAGE = 256, BATCH = 512 /* events of one transaction */ };

/* The database's hashes, a page at a time. */
struct comparing {
    struct cx page;
    struct ledger_log log;
    struct ledger_hash *rows;
    size_t n;
    int64_t first; /* the event of rows[0] */
};

/* Of archived leaves their hashes have stayed; of archived events of an earlier version nothing. */
static enum errcode
read_page(struct comparing *c, int64_t seq)
{
    const int64_t base = c->log.chained + 1;
    arena_reset(&c->page.arena);
    c->first = seq;
    if (seq > c->log.archived)
        return store_ledger_leaves(&c->page, seq, PAGE, &c->rows, &c->n);
    const int64_t left = c->log.archived - seq + 1;
    return store_ledger_nodes(&c->page, 0, seq - base, left < PAGE ? left : PAGE, &c->rows, &c->n);
}

static enum errcode
compare_event(struct cx *cx, void *arg, const struct archive_event *e)
{
    struct comparing *c = arg;
    enum errcode err = ERR_NONE;
    if (e->seq <= c->log.chained && e->seq <= c->log.archived)
        return ERR_NONE;
    if (e->seq >= c->first + (int64_t)c->n || e->seq < c->first)
        err = read_page(c, e->seq);
    if (err != ERR_NONE)
        return err_set(cx, err, "%s", c->page.detail);
    const int64_t base = e->seq > c->log.archived ? 0 : c->log.chained + 1;
    const size_t at = (size_t)(e->seq - c->first);
    if (at >= c->n || c->rows[at].pos + base != e->seq)
        return err_set(cx, ERR_CRYPTO, "event %lld is not in the database's log: was the database put back?",
                       (long long)e->seq);
    if (!archive_is_same(&c->rows[at].hash, &e->digest))
        return err_set(cx, ERR_CRYPTO, "event %lld is not the one of the database's log", (long long)e->seq);
    return ERR_NONE;
}

static enum errcode
compare_beginning(struct cx *cx, const struct comparing *c, const struct archive *a)
{
    struct merkle before;
    const struct merkle_source from = tree_source(&c->log);
    const int64_t leaves = archive_has_chain(a) ? 0 : a->first - 1 - a->chained;
    if (!str_eq(a->origin, c->log.origin) || a->chained != c->log.chained)
        return err_set(cx, ERR_CRYPTO, "it is an archive of %.*s, this log is %.*s", STR_ARG(a->origin),
                       STR_ARG(c->log.origin));
    enum errcode err = merkle_load(cx, &from, (uint64_t)leaves, &before);
    if (err != ERR_NONE)
        return err;
    const struct digest root = merkle_root(&before);
    return archive_is_same(&root, &a->before)
               ? ERR_NONE
               : err_set(cx, ERR_CRYPTO, "the events before %lld are not those of the database's log",
                         (long long)a->first);
}

enum errcode
archive_compare(struct cx *cx, FILE *from, const struct checkpoint *kept, struct archive *out)
{
    struct comparing c = {.page = *cx};
    const struct archive_reading r = {.kept = kept, .event = compare_event, .arg = &c};
    *out = (struct archive){.first = 0};
    enum errcode err = store_ledger_log(cx, &c.log);
    if (err != ERR_NONE)
        return err;
    arena_init(&c.page.arena);
    err = archive_read(cx, from, &r, out);
    arena_clear(&c.page.arena);
    return err != ERR_NONE ? err : compare_beginning(cx, &c, out);
}

static struct str
number(struct cx *cx, int64_t n)
{
    return arena_printf(&cx->arena, "%lld", (long long)n);
}

/* In the first transaction of each run that removes events: also of one that completes what another run
 * began, and of one whose file goes further than that of the other. */
static enum errcode
report(struct cx *cx, const struct archive *a, struct str name)
{
    return audit_append(cx, (struct audit_of){0, 0}, AUDIT_ARCHIVED, "first", number(cx, a->first), "last",
                        number(cx, a->last), "root",
                        codec_hex(&cx->arena, a->root.bytes, sizeof a->root.bytes), "file", name, NULL);
}

/* name: null, or of a file that is still to be reported. *n_out: how many; 0: all are. */
static enum errcode
remove_batch(struct cx *cx, const struct archive *a, struct str name, int64_t *n_out)
{
    struct ledger_log log;
    *n_out = 0;
    enum errcode err = store_ledger_log(cx, &log);
    if (err != ERR_NONE || log.archived >= a->last)
        return err;
    if (log.archived < a->first - 1)
        return err_set(cx, ERR_RANGE, "the events %lld to %lld are in no archive yet: begin with them",
                       (long long)log.archived + 1, (long long)a->first - 1);
    const int64_t to = a->last - log.archived < BATCH ? a->last : log.archived + BATCH;
    if (!str_is_null(name))
        err = report(cx, a, name);
    if (err == ERR_NONE)
        err = store_ledger_archive(cx, &log, to);
    *n_out = to - log.archived;
    return err;
}

/* Another process seals for a moment at a time. */
enum errcode
archive_remove(struct cx *cx, const struct archive *a, struct str name, int64_t *removed_out)
{
    enum { WAITS = 1000, WAIT_MS = 10 };
    struct cx part = *cx;
    int64_t n = 1;
    enum errcode err = ERR_NONE;
    *removed_out = 0;
    arena_init(&part.arena);
    for (int waits = 0; n > 0 && err == ERR_NONE;) {
        err = db_begin_apart(&part);
        if (err == ERR_BUSY && waits++ < WAITS) {
            err_forget(&part);
            (void)poll(NULL, 0, WAIT_MS);
            err = ERR_NONE;
            continue;
        }
        if (err == ERR_NONE)
            err = db_end(&part, remove_batch(&part, a, *removed_out == 0 ? name : STR_NULL, &n));
        *removed_out += err == ERR_NONE ? n : 0;
        waits = 0;
        arena_reset(&part.arena);
    }
    arena_clear(&part.arena);
    cx->last_event = part.last_event;
    return err == ERR_NONE ? ERR_NONE : err_set(cx, err, "%s", part.detail);
}
