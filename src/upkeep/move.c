/* SPDX-License-Identifier: Apache-2.0 */
/* move: see move.h. The order of the last commits: the target's rows (it is closed still), the source's
 * closing, the target's opening. So at no moment both are open. */
#include "upkeep/move.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "accounts/audit.h"
#include "accounts/key_check.h"
#include "base/clock.h"
#include "base/codec.h"
#include "db/db.h"
#include "db/migrate.h"
#include "db/whole.h"
#include "upkeep/files.h"
#include "upkeep/transfer.h"

#define ARRIVING STR_LIT("countersign db migrate has not finished filling it: run it again")

enum {
    ROUNDS = 10,
    FEW = 2000,         /* changes of a table, small enough for the last round */
    MANY = 1000 * 1000, /* changes of a table in one round: each takes some 200 bytes of memory */
    FINALS = 5          /* attempts at the last round, each after another round */
};

struct moving {
    struct move *m;
    struct cx *from, to;
};

static struct str
moved_to(struct cx *cx, const struct move *m)
{
    return arena_printf(&cx->arena, "it has moved: set url in [store] of the configuration to %.*s",
                        STR_ARG(m->to));
}

static void
tell(struct moving *w, struct str words)
{
    w->m->tell(w->m->arg, words);
}

/* Errors of the target, as the source's. */
static enum errcode
of_target(struct moving *w, enum errcode err)
{
    if (err != ERR_NONE && w->to.err != ERR_NONE)
        err = err_set(w->from, err, "%s", w->to.detail);
    err_forget(&w->to);
    return err;
}

static enum errcode
open_target(struct moving *w)
{
    return of_target(w, db_open(&w->to, w->m->to, DB_RAW, w->m->patience, &w->to.db));
}

/* *version_out: 0, or that of what an earlier move has left, whose tables are ours to remove. */
static enum errcode
look_at_target(struct moving *w, int64_t *version_out)
{
    struct str closed = STR_NULL;
    enum errcode err = of_target(w, migrate_version(&w->to, version_out, NULL));
    if (err == ERR_NONE && *version_out != 0)
        err = of_target(w, db_closed(&w->to, &closed));
    if (err == ERR_NONE && *version_out != 0 && (str_is_null(closed) || !str_eq(closed, ARRIVING)))
        err = err_set(w->from, ERR_EXISTS,
                      "%.*s has tables already: only an empty database can be moved into", STR_ARG(w->m->to));
    return err;
}

static enum errcode
make_target(struct moving *w)
{
    int64_t version = 0;
    enum errcode err = open_target(w);
    if (err == ERR_NONE)
        err = look_at_target(w, &version);
    if (err == ERR_NONE && version != 0) {
        db_discard(&w->to.db);
        err = open_target(w);
    }
    if (err == ERR_NONE)
        err = of_target(w, db_begin_untimed(&w->to));
    if (err != ERR_NONE)
        return err;
    err = migrate_within(&w->to);
    if (err == ERR_NONE)
        err = db_close_for(&w->to, ARRIVING);
    return of_target(w, db_end(&w->to, err));
}

/* One transaction of the target, within one of the source. */
static enum errcode
copy(struct moving *w, bool loads, int64_t most, struct transfer_report *report_out)
{
    struct transfer t = {.from = w->from, .to = &w->to};
    enum errcode err = of_target(w, db_begin_untimed(&w->to));
    if (err != ERR_NONE)
        return err;
    err = loads ? transfer_load(&t) : transfer_match(&t, most);
    *report_out = t.report;
    return of_target(w, db_end(&w->to, err));
}

static enum errcode
copy_snapshot(struct moving *w, bool loads, struct transfer_report *report_out)
{
    enum errcode err = db_begin_read(w->from);
    if (err != ERR_NONE)
        return err;
    err = copy(w, loads, MANY, report_out);
    db_rollback(w->from);
    arena_reset(&w->to.arena);
    return err;
}

static enum errcode
follow(struct moving *w)
{
    struct transfer_report report = {.changed = MANY};
    enum errcode err = ERR_NONE;
    for (int i = 0; i < ROUNDS && report.changed > FEW && err == ERR_NONE; i++) {
        err = copy_snapshot(w, false, &report);
        if (err == ERR_NONE)
            tell(w, arena_printf(&w->from->arena, "%lld rows are equal, %lld had changed meanwhile",
                                 (long long)report.to.rows, (long long)report.changed));
    }
    return err;
}

static enum errcode
note_the_move(struct moving *w)
{
    return audit_append(w->from, (struct audit_of){0, 0}, AUDIT_STORE_MOVED, "to", w->m->to, NULL);
}

/* Within the source's writing transaction, whose commit closes it. */
static enum errcode
finish(struct moving *w)
{
    struct transfer_report report = {.changed = 0};
    enum errcode err = note_the_move(w);
    if (err == ERR_NONE)
        err = copy(w, false, FEW, &report);
    if (err == ERR_NONE)
        err = db_close_for(w->from, moved_to(w->from, w->m));
    if (err != ERR_NONE)
        return err;
    w->m->rows = report.to.rows;
    w->m->changed = report.changed;
    w->m->digest = codec_hex(&w->from->arena, report.to.digest.bytes, sizeof report.to.digest.bytes);
    return ERR_NONE;
}

static enum errcode
open_for_all(struct moving *w)
{
    return of_target(w, db_close_for(&w->to, STR_NULL));
}

static enum errcode
finish_once(struct moving *w)
{
    enum errcode err = db_begin(w->from);
    if (err != ERR_NONE)
        return err;
    const int64_t began = clock_mono();
    err = db_end(w->from, finish(w));
    w->m->pause = clock_mono() - began;
    return err;
}

/* Too many changes since the last round: one more of those without a lock. */
static enum errcode
finish_soon(struct moving *w)
{
    enum errcode err = finish_once(w);
    for (int i = 1; i < FINALS && err == ERR_LIMIT; i++) {
        err_forget(w->from);
        err = follow(w);
        if (err == ERR_NONE)
            err = finish_once(w);
    }
    if (err != ERR_LIMIT)
        return err;
    err_forget(w->from);
    return err_set(w->from, ERR_BUSY,
                   "too much changes at present: try at a quieter time; nothing was moved");
}

static enum errcode
move(struct moving *w)
{
    struct transfer_report report;
    enum errcode err = key_check(w->from, w->m->key_file.p);
    if (err == ERR_NONE)
        err = make_target(w);
    if (err == ERR_NONE)
        err = copy_snapshot(w, true, &report);
    if (err == ERR_NONE) {
        tell(w, STR_LIT("everything is copied"));
        err = follow(w);
    }
    if (err == ERR_NONE)
        err = finish_soon(w);
    return err == ERR_NONE ? open_for_all(w) : err;
}

/* The source was closed by an earlier run, in favour of this target; only its opening was missing. */
static enum errcode
finish_earlier(struct moving *w)
{
    int64_t version = 0;
    struct str closed = STR_NULL;
    enum errcode err = open_target(w);
    if (err == ERR_NONE)
        err = of_target(w, migrate_version(&w->to, &version, NULL));
    if (err == ERR_NONE && version == 0)
        err = err_set(w->from, ERR_NOT_FOUND, "the database has moved to %.*s, which is empty now",
                      STR_ARG(w->m->to));
    if (err == ERR_NONE)
        err = of_target(w, db_closed(&w->to, &closed));
    w->m->was_moved = err == ERR_NONE;
    return err == ERR_NONE && !str_is_null(closed) && str_eq(closed, ARRIVING) ? open_for_all(w) : err;
}

static enum errcode
run(struct moving *w)
{
    struct cx *cx = w->from;
    struct str closed = STR_NULL;
    enum errcode err = db_open(cx, w->m->from, DB_RAW, w->m->patience, &cx->db);
    if (err == ERR_NONE)
        err = db_closed(cx, &closed);
    if (err == ERR_NONE && !str_is_null(closed) && str_eq(closed, moved_to(cx, w->m)))
        return finish_earlier(w);
    db_close(&cx->db);
    if (err == ERR_NONE)
        err = db_open(cx, w->m->from, DB_OPEN, w->m->patience, &cx->db);
    return err == ERR_NONE ? move(w) : err;
}

/* Two moves would remove each other's tables. The lock goes with the process. */
static enum errcode
lock_out_others(struct cx *cx, const struct move *m, int *fd_out)
{
    *fd_out = open(m->key_file.p, O_RDONLY | O_CLOEXEC);
    if (*fd_out >= 0 && flock(*fd_out, LOCK_EX | LOCK_NB) == 0)
        return ERR_NONE;
    if (*fd_out >= 0 && errno == EWOULDBLOCK)
        return err_set(cx, ERR_BUSY, "another countersign db migrate is running");
    return err_set(cx, ERR_IO, "%s: %s", m->key_file.p, strerror(errno));
}

enum errcode
move_run(struct cx *cx, struct move *m)
{
    struct moving w = {.m = m, .from = cx};
    int lock = -1;
    if (str_is_null(files_of_store(m->from)) || !str_is_null(files_of_store(m->to)))
        return err_set(cx, ERR_USAGE,
                       "a database moves from SQLite to PostgreSQL; otherwise stop the server, and "
                       "use countersign backup and restore");
    cx_init(&w.to);
    enum errcode err = lock_out_others(cx, m, &lock);
    if (err == ERR_NONE)
        err = run(&w);
    if (lock >= 0)
        (void)close(lock);
    db_close(&cx->db);
    db_close(&w.to.db);
    cx_clear(&w.to);
    return err;
}
