/* SPDX-License-Identifier: Apache-2.0 */
/* migrate: see migrate.h. A new version is one more file in schema/ and one more line in the table below. */
#include "db/migrate.h"

#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "db/db.h"
#include "db/db_driver.h"

static const unsigned char schema_0001[] = {
#include "schema_0001.inc"
    0};
static const unsigned char schema_0002[] = {
#include "schema_0002.inc"
    0};
static const unsigned char schema_0003[] = {
#include "schema_0003.inc"
    0};
static const unsigned char schema_0004[] = {
#include "schema_0004.inc"
    0};
static const unsigned char schema_0005[] = {
#include "schema_0005.inc"
    0};

static const unsigned char schema_0006[] = {
#include "schema_0006.inc"
    0};
static const unsigned char schema_0007[] = {
#include "schema_0007.inc"
    0};

/* steps[i] migrates from version i to version i + 1. `least` is the oldest version whose programs may go on
 * working with the result, for nodes that are upgraded one after the other: a step that only adds, and whose
 * additions an older program may ignore, names the version before it. */
static const struct {
    const unsigned char *sql;
    int64_t least;
} steps[] = {{schema_0001, 1}, {schema_0002, 2}, {schema_0003, 3}, {schema_0004, 4},
             {schema_0005, 5}, {schema_0006, 6}, {schema_0007, 7}};
_Static_assert(ARRAY_LEN(steps) == DB_SCHEMA, "db.c refuses what needs a newer program");

int64_t
migrate_latest(void)
{
    return ARRAY_LEN(steps);
}

static enum errcode
read_number(struct cx *cx, const char *sql, int64_t *number_out)
{
    struct db_rows *rows;
    struct str text = STR_NULL;
    enum errcode err = db_query(cx, &rows, sql, "");
    if (err != ERR_NONE)
        return err;
    bool is_there = db_next(cx, rows);
    if (is_there)
        text = db_text(cx, rows, 0);
    err = db_done(cx, rows);
    if (err == ERR_NONE && is_there && str_to_i64(text, 1, INT64_MAX, number_out) != ERR_NONE)
        err = err_set(cx, ERR_STORE_SCHEMA, "the database has no schema version");
    return err;
}

enum errcode
migrate_version(struct cx *cx, int64_t *version_out, int64_t *least_out)
{
    int64_t least = 0;
    bool is_empty = false;
    *version_out = 0;
    if (least_out != NULL)
        *least_out = 0;
    enum errcode err = cx->db->driver->is_empty(cx, cx->db, &is_empty);
    if (err != ERR_NONE || is_empty)
        return err;
    err = read_number(cx, "SELECT value FROM meta WHERE name = 'schema_version'", version_out);
    if (err == ERR_NONE && *version_out == 0)
        err = err_set(cx, ERR_STORE_SCHEMA, "the database has no schema version");
    least = *version_out;
    if (err == ERR_NONE)
        err = read_number(cx, "SELECT value FROM meta WHERE name = 'schema_least'", &least);
    if (least_out != NULL)
        *least_out = least;
    return err;
}

static enum errcode
write_number(struct cx *cx, const char *name, int64_t number)
{
    return db_exec(cx, NULL,
                   "INSERT INTO meta (name, value) VALUES ($1, $2) "
                   "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                   "tt", str_from_cstr(name), arena_printf(&cx->arena, "%lld", (long long)number));
}

/* Of the result, from a version and the least that it works with. */
static int64_t
least_after(int64_t from, int64_t least)
{
    for (int64_t v = from; v < migrate_latest(); v++)
        least = steps[v].least > least ? steps[v].least : least;
    return least;
}

/* Servers of the version before go on, or none may run: its program would work with what it does not know.
 * The transaction has the lock by now. */
static enum errcode
check_servers(struct cx *cx, int64_t version, int64_t least)
{
    bool is_served = false;
    if (version == 0 || least_after(version, least) <= version)
        return ERR_NONE;
    enum errcode err = cx->db->driver->is_served(cx, cx->db, &is_served);
    if (err == ERR_NONE && is_served)
        err = err_set(cx, ERR_STORE_SCHEMA,
                      "a server runs on this database, and programs of schema version %lld cannot go on with "
                      "version %lld: stop every server of it, then run countersign upgrade again",
                      (long long)version, (long long)migrate_latest());
    return err;
}

static enum errcode
apply(struct cx *cx, int64_t from, int64_t least)
{
    for (int64_t v = from; v < migrate_latest(); v++) {
        enum errcode err = cx->db->driver->script(cx, cx->db, (const char *)steps[v].sql);
        if (err != ERR_NONE)
            return err;
    }
    least = least_after(from, least);
    enum errcode err = write_number(cx, "schema_version", migrate_latest());
    if (err != ERR_NONE)
        return err;
    if (least < migrate_latest())
        return write_number(cx, "schema_least", least);
    return db_exec(cx, NULL, "DELETE FROM meta WHERE name = 'schema_least'", "");
}

static enum errcode
up_within(struct cx *cx, bool *applied_out)
{
    int64_t version = 0, least = 0;
    enum errcode err = migrate_version(cx, &version, &least);
    if (err == ERR_NONE && least > migrate_latest())
        err = err_set(cx, ERR_STORE_SCHEMA, "schema version %lld is newer than this program's %lld",
                      (long long)version, (long long)migrate_latest());
    const bool is_older = err == ERR_NONE && version < migrate_latest();
    if (is_older)
        err = check_servers(cx, version, least);
    *applied_out = is_older && err == ERR_NONE;
    return *applied_out ? apply(cx, version, least) : err;
}

enum errcode
migrate_within(struct cx *cx)
{
    bool is_applied = false;
    return up_within(cx, &is_applied);
}

enum errcode
migrate_anew(struct cx *cx)
{
    return apply(cx, 0, 0);
}

enum errcode
migrate_up(struct cx *cx)
{
    const struct db_driver *driver = cx->db->driver;
    enum errcode err = driver->alone == NULL ? ERR_NONE : driver->alone(cx, cx->db, true);
    if (err != ERR_NONE)
        return err;
    err = db_begin_untimed(cx);
    bool is_applied = false;
    if (err == ERR_NONE)
        err = up_within(cx, &is_applied);
    if (is_applied)
        err = db_end(cx, err);
    else
        db_rollback(cx);
    enum errcode ended = driver->alone == NULL ? ERR_NONE : driver->alone(cx, cx->db, false);
    return err != ERR_NONE ? err : ended;
}
