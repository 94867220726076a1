/* SPDX-License-Identifier: Apache-2.0 */
/* schema_check: db_compare_schema of whole.h. What the schema is comes from the schema itself: the same
 * migrations make it, in memory for SQLite, and on PostgreSQL in the connection's temporary schema. */
#include "db/migrate.h"
#include "db/whole.h"

struct object {
    struct str name, definition;
};

struct objects {
    struct object *items;
    size_t n;
};

enum { OBJECTS_MOST = 4096 };

/* In the order of their names. */
static enum errcode
describe(struct cx *cx, struct db *db, struct objects *out)
{
    struct db_rows *rows = NULL;
    struct db *own = cx->db;
    out->items = arena_array(&cx->arena, OBJECTS_MOST, sizeof *out->items);
    out->n = 0;
    cx->db = db;
    enum errcode err = db_query(cx, &rows, db->driver->describe, "");
    if (err == ERR_NONE) {
        while (out->n < OBJECTS_MOST && db_next(cx, rows)) {
            out->items[out->n++] = (struct object){db_text(cx, rows, 0), db_text(cx, rows, 1)};
        }
        err = db_done(cx, rows);
    }
    cx->db = own;
    return err;
}

static void
tell(struct cx *cx, const struct db_finder *finder, const struct object *o, const char *what)
{
    finder->found(finder->arg, arena_printf(&cx->arena, "the schema: %.*s %s", STR_ARG(o->name), what));
}

static void
compare_all(struct cx *cx, const struct objects *ours, const struct objects *theirs,
            const struct db_finder *finder)
{
    size_t a = 0, b = 0;
    while (a < ours->n || b < theirs->n) {
        const int order = a == ours->n     ? 1
                          : b == theirs->n ? -1
                                           : str_cmp(ours->items[a].name, theirs->items[b].name);
        if (order < 0)
            tell(cx, finder, &ours->items[a],
                 "is missing: restore a backup, or make it again as the schema has it");
        else if (order > 0)
            tell(cx, finder, &theirs->items[b], "is not of this program: remove it");
        else if (!str_eq(ours->items[a].definition, theirs->items[b].definition))
            tell(cx, finder, &ours->items[a],
                 "is not as the schema has it: it was changed by another program");
        a += order <= 0;
        b += order >= 0;
    }
}

/* Within a transaction that is rolled back. */
static enum errcode
describe_new(struct cx *cx, struct objects *out)
{
    struct db *db = cx->db;
    enum errcode err = db_begin_untimed(cx);
    if (err != ERR_NONE)
        return err;
    err = db->driver->script(cx, db, db->driver->scratch);
    if (err == ERR_NONE)
        err = migrate_anew(cx);
    if (err == ERR_NONE)
        err = describe(cx, db, out);
    db_rollback(cx);
    return err;
}

static enum errcode
describe_in_memory(struct cx *cx, struct objects *out)
{
    struct db *own = cx->db, *other = NULL;
    enum errcode err = db_open(cx, STR_LIT(":memory:"), DB_CREATE, 0, &other);
    if (err == ERR_NONE)
        err = describe(cx, other, out);
    db_close(&other);
    cx->db = own;
    return err;
}

enum errcode
db_compare_schema(struct cx *cx, const struct db_finder *finder)
{
    struct objects ours, theirs;
    enum errcode err = describe(cx, cx->db, &theirs);
    if (err == ERR_NONE)
        err = cx->db->driver->scratch != NULL ? describe_new(cx, &ours) : describe_in_memory(cx, &ours);
    if (err == ERR_NONE)
        compare_all(cx, &ours, &theirs, finder);
    return err;
}
