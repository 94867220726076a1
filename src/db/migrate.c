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

/* step[i] migrates from version i to version i + 1. */
static const unsigned char *const steps[] = {schema_0001, schema_0002, schema_0003, schema_0004, schema_0005};

int64_t
migrate_latest(void)
{
    return ARRAY_LEN(steps);
}

enum errcode
migrate_version(struct cx *cx, int64_t *version_out)
{
    *version_out = 0;
    bool is_empty = false;
    enum errcode err = cx->db->driver->is_empty(cx, cx->db, &is_empty);
    if (err != ERR_NONE || is_empty)
        return err;
    struct db_rows *rows;
    err = db_query(cx, &rows, "SELECT value FROM meta WHERE name = 'schema_version'", "");
    if (err != ERR_NONE)
        return err;
    struct str text = STR_NULL;
    if (db_next(cx, rows))
        text = db_text(cx, rows, 0);
    err = db_done(cx, rows);
    if (err == ERR_NONE && str_to_i64(text, 1, INT64_MAX, version_out) != ERR_NONE)
        err = err_set(cx, ERR_STORE_SCHEMA, "the database has no schema version");
    return err;
}

static enum errcode
apply(struct cx *cx, int64_t from)
{
    for (int64_t v = from; v < migrate_latest(); v++) {
        enum errcode err = cx->db->driver->script(cx, cx->db, (const char *)steps[v]);
        if (err != ERR_NONE)
            return err;
    }
    return db_exec(cx, NULL,
                   "INSERT INTO meta (name, value) VALUES ('schema_version', $1) "
                   "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                   "t", arena_printf(&cx->arena, "%lld", (long long)migrate_latest()));
}

enum errcode
migrate_within(struct cx *cx)
{
    int64_t version = 0;
    enum errcode err = migrate_version(cx, &version);
    if (err == ERR_NONE && version > migrate_latest())
        err = err_set(cx, ERR_STORE_SCHEMA, "schema version %lld is newer than this program's %lld",
                      (long long)version, (long long)migrate_latest());
    return err == ERR_NONE && version < migrate_latest() ? apply(cx, version) : err;
}

enum errcode
migrate_anew(struct cx *cx)
{
    return apply(cx, 0);
}

enum errcode
migrate_up(struct cx *cx)
{
    enum errcode err = db_begin_untimed(cx);
    return err == ERR_NONE ? db_end(cx, migrate_within(cx)) : err;
}
