/* SPDX-License-Identifier: Apache-2.0 */
/* state: see state.h. */
#include "tests/races/state.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "db/db.h"
#include "db/db_driver.h"
#include "tests/unit/store.h"
#include "tests/unit/unit.h"

enum { TABLES_MAX = 48, COLUMNS_MAX = 40, VALUES_MAX = 4096, LINES_MAX = 1024, LONG = 20, LONG_BYTES = 16 };

struct table {
    char name[48];
    char *select;
    size_t n_columns;
    char columns[COLUMNS_MAX][48];
};

struct state {
    struct arena arena;
    struct table tables[TABLES_MAX];
    size_t n_tables;
    char *put_back;
    struct str values[VALUES_MAX]; /* of the copy, each once */
    size_t n_values;
};

/* Numbers of rows that depend on the order of commits alone, and digests over them; and how many were turned
 * away by a lock: where the transaction that decides finds it, the refusal is logged and not counted. */
static bool
is_left_out(const char *table, const char *column)
{
    static const char *const some[][2] = {
        {"audit", "seq"}, {"audit", "digest"}, {"audit", "detail"}, {"lockout", "turned_away"}};
    for (size_t i = 0; i < ARRAY_LEN(some); i++)
        if (strcmp(table, some[i][0]) == 0 && strcmp(column, some[i][1]) == 0)
            return true;
    return false;
}

/* The texts of the first column, kept by the state: SQL is named by its address. */
static size_t
names(struct cx *cx, const char *sql, struct str of, char (*out)[48], size_t most)
{
    struct db_rows *rows;
    size_t n = 0;
    if (str_is_null(of))
        assert_int_equal(db_query(cx, &rows, sql, ""), ERR_NONE);
    else
        assert_int_equal(db_query(cx, &rows, sql, "t", of), ERR_NONE);
    while (db_next(cx, rows)) {
        assert_true(n < most);
        (void)snprintf(out[n++], 48, "%.*s", STR_ARG(db_text(cx, rows, 0)));
    }
    assert_int_equal(db_done(cx, rows), ERR_NONE);
    return n;
}

static void
describe(struct cx *cx, struct state *s, struct table *t)
{
    static const char here[] = "SELECT name FROM pragma_table_info($1) ORDER BY cid";
    static const char there[] = "SELECT CAST(column_name AS TEXT) FROM information_schema.columns WHERE "
                                "table_name = $1 ORDER BY ordinal_position";
    struct str name = str_from_cstr(t->name);
    t->n_columns = names(cx, unit_store_is_remote() ? there : here, name, t->columns, COLUMNS_MAX);
    struct buf b;
    buf_init(&b, 8192);
    buf_add_cstr(&b, "SELECT ");
    for (size_t i = 0; i < t->n_columns; i++)
        buf_addf(&b, "%s%s", i == 0 ? "" : ", ", t->columns[i]);
    buf_addf(&b, " FROM %s", t->name);
    t->select = strdup(arena_cstr(&s->arena, buf_view(&b)));
    buf_clear(&b);
}

static void
script(struct cx *cx, const char *text)
{
    enum errcode err = db_begin_untimed(cx);
    if (err == ERR_NONE)
        err = db_end(cx, cx->db->driver->script(cx, cx->db, text));
    if (err != ERR_NONE)
        fail_msg("%s", cx->detail);
}

/* A row is removed if the copy does not have it, and comes back if the table does not. PostgreSQL would keep
 * all rows that were ever removed, and become slower with each pair. */
static void
add_put_back(struct buf *b, const char *name)
{
    static const char *const same = "ROW(kept.*) IS NOT DISTINCT FROM ROW(now.*)";
    if (!unit_store_is_remote()) {
        buf_addf(b, "DELETE FROM %s; INSERT INTO %s SELECT * FROM kept_%s;", name, name, name);
        return;
    }
    buf_addf(b, "DELETE FROM %s now WHERE NOT EXISTS (SELECT 1 FROM kept_%s kept WHERE %s);", name, name,
             same);
    buf_addf(b, "INSERT INTO %s SELECT * FROM kept_%s kept WHERE NOT EXISTS (SELECT 1 FROM %s now WHERE %s);",
             name, name, name, same);
}

/* Deletes and fills the tables in any order. */
static void
make_scripts(struct cx *cx, struct state *s)
{
    struct buf copy, back;
    buf_init(&copy, (size_t)1 << 20);
    buf_init(&back, (size_t)1 << 20);
    buf_add_cstr(&back, unit_store_is_remote() ? "SET LOCAL session_replication_role = replica;"
                                               : "PRAGMA defer_foreign_keys = ON;");
    for (size_t i = 0; i < s->n_tables; i++) {
        const char *name = s->tables[i].name;
        buf_addf(&copy, "CREATE TABLE kept_%s AS SELECT * FROM %s;", name, name);
        add_put_back(&back, name);
    }
    script(cx, arena_cstr(&s->arena, buf_view(&copy)));
    s->put_back = strdup(arena_cstr(&s->arena, buf_view(&back)));
    buf_clear(&copy);
    buf_clear(&back);
}

static size_t
find_value(const struct state *s, struct str value)
{
    size_t i = 0;
    while (i < s->n_values && !str_eq(s->values[i], value))
        i++;
    return i;
}

/* A random number may look like a time of now. */
static bool
is_id(const char *name)
{
    return str_ends(str_from_cstr(name), STR_LIT("id"));
}

/* The value as text; long: it may be random. */
static struct str
value_of(struct cx *cx, struct db_rows *rows, int column, const char *name, bool *is_long_out)
{
    *is_long_out = false;
    if (db_is_null(rows, column))
        return STR_LIT("-");
    if (!db_is(rows, column, 'i')) {
        const bool is_text = db_is(rows, column, 't');
        struct str text = is_text ? db_text(cx, rows, column) : db_blob(cx, rows, column);
        *is_long_out = text.n >= (is_text ? LONG : LONG_BYTES);
        return text;
    }
    int64_t n = db_int(rows, column), near = clock_now() - n;
    *is_long_out = n > CLOCK_DAY && (is_id(name) || near > 400 * CLOCK_DAY || near < -400 * CLOCK_DAY);
    return arena_printf(&cx->arena, "%lld", (long long)n);
}

static void
keep_values(struct cx *cx, struct state *s)
{
    for (size_t i = 0; i < s->n_tables; i++) {
        struct db_rows *rows;
        assert_int_equal(db_query(cx, &rows, s->tables[i].select, ""), ERR_NONE);
        while (db_next(cx, rows))
            for (size_t c = 0; c < s->tables[i].n_columns; c++) {
                bool is_long;
                struct str value = value_of(cx, rows, (int)c, s->tables[i].columns[c], &is_long);
                if (!is_long || find_value(s, value) < s->n_values)
                    continue;
                assert_true(s->n_values < VALUES_MAX);
                s->values[s->n_values++] = arena_str(&s->arena, value);
            }
        assert_int_equal(db_done(cx, rows), ERR_NONE);
    }
}

struct state *
state_keep(struct cx *cx)
{
    static const char here[] = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE "
                               "'sqlite%' AND name NOT LIKE 'kept%' ORDER BY name";
    static const char there[] = "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = "
                                "current_schema() AND tablename NOT LIKE 'kept%' ORDER BY tablename";
    char found[TABLES_MAX][48];
    struct state *s = calloc(1, sizeof *s);
    assert_non_null(s);
    arena_init(&s->arena);
    s->n_tables = names(cx, unit_store_is_remote() ? there : here, STR_NULL, found, TABLES_MAX);
    for (size_t i = 0; i < s->n_tables; i++) {
        memcpy(s->tables[i].name, found[i], sizeof found[i]);
        describe(cx, s, &s->tables[i]);
    }
    make_scripts(cx, s);
    keep_values(cx, s);
    return s;
}

void
state_free(struct state **state)
{
    struct state *s = *state;
    for (size_t i = 0; i < s->n_tables; i++)
        free(s->tables[i].select);
    free(s->put_back);
    arena_clear(&s->arena);
    free(s);
    *state = NULL;
}

void
state_put_back(struct cx *cx, const struct state *s)
{
    script(cx, s->put_back);
}

static int
compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *
line_of(struct cx *cx, const struct state *s, const struct table *t, struct db_rows *rows)
{
    struct buf line;
    buf_init(&line, 16384);
    buf_add_cstr(&line, t->name);
    for (size_t c = 0; c < t->n_columns; c++) {
        bool is_long;
        if (is_left_out(t->name, t->columns[c]))
            continue;
        struct str value = value_of(cx, rows, (int)c, t->columns[c], &is_long);
        is_long = is_long && strcmp(t->columns[c], "event") != 0;
        size_t known = is_long ? find_value(s, value) : 0;
        buf_addf(&line, " %s=", t->columns[c]);
        if (is_long && known < s->n_values)
            buf_addf(&line, "#%zu", known);
        else
            buf_add_str(&line, is_long ? STR_LIT("new") : value);
    }
    const char *text = arena_cstr(&cx->arena, buf_view(&line));
    buf_clear(&line);
    return text;
}

void
state_write(struct cx *cx, const struct state *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_tables; i++) {
        const char *lines[LINES_MAX];
        size_t n = 0;
        struct db_rows *rows;
        assert_int_equal(db_query(cx, &rows, s->tables[i].select, ""), ERR_NONE);
        while (db_next(cx, rows)) {
            assert_true(n < LINES_MAX);
            lines[n++] = line_of(cx, s, &s->tables[i], rows);
        }
        assert_int_equal(db_done(cx, rows), ERR_NONE);
        qsort(lines, n, sizeof *lines, compare);
        for (size_t k = 0; k < n; k++)
            buf_addf(out, "%s\n", lines[k]);
    }
}
