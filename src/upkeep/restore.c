/* SPDX-License-Identifier: Apache-2.0 */
/* restore: see restore.h. The backup is copied first, byte by byte, to where the new database will be, or
 * beside the key; everything else happens to that copy, which gets the database's name, or is loaded into it,
 * at the end. */
#include "upkeep/restore.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "accounts/audit.h"
#include "accounts/code.h"
#include "accounts/key_check.h"
#include "db/db.h"
#include "db/migrate.h"
#include "db/whole.h"
#include "ledger/verify.h"
#include "store/store_revival.h"
#include "upkeep/files.h"
#include "upkeep/transfer.h"

enum { TABLES_MOST = 128 };

static enum errcode
is_not_empty(struct cx *cx, struct str what)
{
    return err_set(cx, ERR_EXISTS, "%.*s is there already: only an empty database can be restored into",
                   STR_ARG(what));
}

/* What is left of a database that is gone, SQLite's log above all, would be applied to the new one, or to the
 * copy that becomes it. */
static enum errcode
check_target(struct cx *cx, const struct restore *r, struct str made)
{
    struct str path = files_of_store(r->url), name;
    if (files_have_store(cx, made, &name))
        return err_set(
            cx, ERR_EXISTS,
            "%.*s is there already: another restore is running, or one was killed. If none is running, "
            "remove %.*s and what has that name with -wal, -shm or -journal after it",
            STR_ARG(name), STR_ARG(made));
    if (!str_is_null(path))
        return files_have_store(cx, path, &name) ? is_not_empty(cx, name) : ERR_NONE;
    int64_t version = 0;
    enum errcode err = db_open(cx, r->url, DB_RAW, r->patience, &cx->db);
    if (err == ERR_NONE)
        err = migrate_version(cx, &version, NULL);
    if (err == ERR_NONE && version != 0)
        err = is_not_empty(cx, STR_LIT("a database with tables"));
    db_close(&cx->db);
    return err;
}

/* A plain copy of the files of a running server has a log beside it, and is not complete without it. */
static enum errcode
check_backup(struct cx *cx, const struct restore *r)
{
    struct str log = arena_printf(&cx->arena, "%.*s-wal", STR_ARG(r->backup));
    if (access(log.p, F_OK) != 0)
        return ERR_NONE;
    return err_set(cx, ERR_STORE,
                   "%s is there: %.*s is a database in use, or was copied from one; restore what "
                   "countersign backup made",
                   log.p, STR_ARG(r->backup));
}

static void
note_damage(void *arg, struct str words)
{
    struct cx *cx = arg;
    (void)err_set(cx, ERR_STORE, "the backup is damaged: %.*s", STR_ARG(words));
}

static enum errcode
examine(struct cx *cx, enum errcode (*how)(struct cx *cx, const struct db_finder *finder))
{
    enum errcode err = how(cx, &(struct db_finder){note_damage, cx});
    return err != ERR_NONE ? err : cx->err;
}

static enum errcode
verify(struct cx *cx, struct restore *r)
{
    struct verify_report report = {.events = 0};
    struct audit_row *last = NULL;
    size_t n = 0;
    enum errcode err = key_check(cx, r->key_file.p);
    if (err == ERR_NONE)
        err = verify_log(cx, &report);
    r->events = report.events;
    r->digest = report.root;
    if (err == ERR_NONE && r->events > 0)
        err = audit_list(cx, (struct audit_of){0, 0}, r->events - 1, 1, &last, &n);
    r->last_at = n == 1 ? last->at : 0;
    return err;
}

static int64_t
changed_in(const char *table, const int64_t *changed)
{
    size_t n;
    const struct store_revival *revivals = store_revivals(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(revivals[i].table, table) == 0)
            return changed[i];
    return 0;
}

static struct str
number(struct cx *cx, int64_t n)
{
    return arena_printf(&cx->arena, "%lld", (long long)n);
}

static enum errcode
end_what_was_open(struct cx *cx, struct restore *r)
{
    int64_t changed[TABLES_MOST];
    size_t n;
    (void)store_revivals(&n);
    ASSERT(n <= TABLES_MOST);
    enum errcode err = store_revival_prevent(cx, code_latest_step(), changed);
    if (err != ERR_NONE)
        return err;
    r->sessions = changed_in("session", changed);
    r->enrolments = changed_in("enrolment", changed);
    r->recovery_codes = changed_in("recovery_code", changed);
    r->operators = changed_in("operator", changed);
    return audit_append(cx, (struct audit_of){0, 0}, AUDIT_STORE_RESTORED, "events", number(cx, r->events),
                        "digest", r->digest, "sessions", number(cx, r->sessions), "enrolments",
                        number(cx, r->enrolments), "recovery_codes", number(cx, r->recovery_codes),
                        "operators", number(cx, r->operators), NULL);
}

/* The copy at `path` becomes what the new database shall be. Examined before it is upgraded: an upgrade of
 * damaged rows could succeed; and its schema after that, before a row is changed: a trigger could undo it. */
static enum errcode
prepare(struct cx *cx, struct restore *r, struct str path)
{
    enum errcode err = db_open(cx, path, DB_RAW, r->patience, &cx->db);
    if (err == ERR_NONE)
        err = migrate_version(cx, &r->from_version, NULL);
    if (err == ERR_NONE && r->from_version == 0)
        err = err_set(cx, ERR_STORE, "%.*s is not a backup: it has no tables", STR_ARG(r->backup));
    if (err == ERR_NONE &&
        r->from_version > migrate_latest()) /* also where this program could work with it */
        err = err_set(
            cx, ERR_STORE_SCHEMA,
            "the backup has schema version %lld, which is newer than this program's %lld: restore it with "
            "the program that made it, or a newer one",
            (long long)r->from_version, (long long)migrate_latest());
    if (err == ERR_NONE)
        err = examine(cx, db_examine);
    db_close(&cx->db);
    if (err == ERR_NONE)
        err = db_open(cx, path, DB_MIGRATE, r->patience, &cx->db);
    if (err == ERR_NONE)
        err = examine(cx, db_compare_schema);
    if (err == ERR_NONE)
        err = verify(cx, r);
    if (err == ERR_NONE)
        err = db_begin(cx);
    if (err == ERR_NONE)
        err = db_end(cx, end_what_was_open(cx, r));
    return err;
}

static enum errcode
fill(struct transfer *t)
{
    enum errcode err = migrate_within(t->to);
    if (err == ERR_NONE)
        err = transfer_load(t);
    return err == ERR_NONE ? transfer_match(t, 0) : err;
}

static enum errcode
load(struct transfer *t, const struct restore *r)
{
    enum errcode err = db_open(t->to, r->url, DB_RAW, r->patience, &t->to->db);
    if (err == ERR_NONE)
        err = db_begin_untimed(t->to);
    return err == ERR_NONE ? db_end(t->to, fill(t)) : err;
}

/* In one transaction, schema and rows. */
static enum errcode
load_into_server(struct cx *cx, struct restore *r)
{
    struct cx target;
    cx_init(&target);
    enum errcode err = db_begin_read(cx);
    if (err == ERR_NONE) {
        struct transfer t = {.from = cx, .to = &target};
        err = load(&t, r);
        r->rows = t.report.to.rows;
        db_rollback(cx);
    }
    if (err != ERR_NONE && target.err != ERR_NONE)
        err = err_set(cx, err, "%s", target.detail);
    db_close(&target.db);
    cx_clear(&target);
    return err;
}

static enum errcode
count_rows(struct cx *cx, struct restore *r)
{
    struct transfer_sum sum;
    enum errcode err = db_begin_read(cx);
    if (err != ERR_NONE)
        return err;
    err = transfer_count(cx, &sum);
    r->rows = sum.rows;
    db_rollback(cx);
    return err;
}

/* Closing moves SQLite's log into the file. */
static enum errcode
give_its_name(struct cx *cx, const struct restore *r, struct str made, struct str path)
{
    struct str log = arena_printf(&cx->arena, "%.*s-wal", STR_ARG(made));
    db_close(&cx->db);
    if (access(log.p, F_OK) == 0)
        return err_set(cx, ERR_STORE, "%s was not closed", made.p);
    if (r->user != (uid_t)-1 && lchown(made.p, r->user, r->group) != 0)
        return err_set(cx, ERR_IO, "%s: %s", made.p, strerror(errno));
    enum errcode err = files_sync(cx, made.p);
    if (err == ERR_NONE)
        err = files_name(cx, made.p, path.p);
    return err == ERR_NONE ? files_sync(cx, path.p) : err;
}

enum errcode
restore_run(struct cx *cx, struct restore *r)
{
    const struct str path = files_of_store(r->url);
    const struct str made =
        arena_printf(&cx->arena, "%.*s.restoring", STR_ARG(str_is_null(path) ? r->key_file : path));
    enum errcode err = check_backup(cx, r);
    if (err == ERR_NONE)
        err = check_target(cx, r, made);
    if (err == ERR_NONE)
        err = files_copy(cx, r->backup.p, made.p);
    if (err != ERR_NONE)
        return err;
    err = prepare(cx, r, made);
    if (err == ERR_NONE)
        err = str_is_null(path) ? load_into_server(cx, r) : count_rows(cx, r);
    if (err == ERR_NONE && !str_is_null(path))
        err = give_its_name(cx, r, made, arena_str(&cx->arena, path));
    db_close(&cx->db);
    files_remove_store(cx, made);
    return err;
}
