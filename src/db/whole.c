/* SPDX-License-Identifier: Apache-2.0 */
/* whole: see whole.h. */
#include "db/whole.h"

#include <stdio.h>
#include <string.h>

#include "db/rows.h"

static const struct db_table tables[] = {
#include "tables.inc"
};

const struct db_table *
db_tables(size_t *n_out)
{
    *n_out = ARRAY_LEN(tables);
    return tables;
}

static enum errcode
query(struct cx *cx, const char *sql, struct db_values *values, struct db_rows **rows_out)
{
    return db_query_list(cx, rows_out, sql, values);
}

enum errcode
db_scan(struct cx *cx, const struct db_table *table, struct db_rows **rows_out)
{
    struct db *db = cx->db;
    ASSERT(db->in_transaction);
    enum errcode err = db->driver->scan(cx, db, table->all, rows_out);
    return db_began(db, err, rows_out);
}

static struct str
digits_of(int64_t number, char digits[24])
{
    (void)snprintf(digits, 24, "%lld", (long long)number);
    return str_from_cstr(digits);
}

static bool
read_value(struct db_rows *rows, int at, char kind, struct db_record *record)
{
    const struct db_driver *driver = rows->db->driver;
    const char found = driver->kind(rows, at);
    struct db_value *value_out = &record->values[at];
    *value_out = (struct db_value){.type = kind, .kind = found};
    if (found == 'i' && kind == 'b' && record->digits[0] == '\0')
        *value_out = db_value_bytes('b', digits_of(driver->number(rows, at), record->digits));
    else if (found == 'i')
        value_out->number = driver->number(rows, at);
    else if (found != 'n')
        value_out->bytes = driver->bytes(rows, at);
    return value_out->kind == kind || found == 'n';
}

bool
db_record_next(struct cx *cx, const struct db_table *table, struct db_rows *rows,
               struct db_record *record_out)
{
    record_out->n = table->n;
    record_out->digits[0] = '\0';
    bool is_right = db_next(cx, rows);
    for (size_t i = 0; i < table->n && is_right; i++) {
        is_right = read_value(rows, (int)i, table->columns[i].kind, record_out);
        if (!is_right)
            db_spoil(cx, rows, arena_printf(&cx->arena, "%s.%s", table->name, table->columns[i].name).p);
    }
    return is_right;
}

static void
add_key(const struct db_table *table, const struct db_record *record, struct db_values *values)
{
    values->n = 0;
    for (size_t i = 0; i < table->n_keys; i++)
        db_value_add(values, record->values[table->keys[i]]);
}

enum errcode
db_record_find(struct cx *cx, const struct db_table *table, const struct db_record *record,
               struct db_rows **rows_out)
{
    struct db_values values;
    add_key(table, record, &values);
    return query(cx, table->one, &values, rows_out);
}

enum errcode
db_record_add(struct cx *cx, const struct db_table *table, const struct db_record *record,
              struct db_rows **rows_out)
{
    struct db_values values = {.n = 0};
    for (size_t i = 0; i < record->n; i++)
        db_value_add(&values, record->values[i]);
    return query(cx, table->add, &values, rows_out);
}

enum errcode
db_record_remove(struct cx *cx, const struct db_table *table, const struct db_record *record)
{
    struct db_values values;
    struct db_rows *rows;
    add_key(table, record, &values);
    enum errcode err = query(cx, table->remove, &values, &rows);
    if (err != ERR_NONE)
        return err;
    bool has_row = db_next(cx, rows);
    ASSERT(!has_row);
    return db_done(cx, rows);
}

static int
compare_values(const struct db_value *a, const struct db_value *b)
{
    if (a->type == 'i')
        return (a->number > b->number) - (a->number < b->number);
    const size_t n = a->bytes.n < b->bytes.n ? a->bytes.n : b->bytes.n;
    const int order =
        n == 0 ? 0 : memcmp(a->bytes.p, b->bytes.p, n); /* house: the order of two keys, not a secret */
    return order != 0 ? order : (a->bytes.n > b->bytes.n) - (a->bytes.n < b->bytes.n);
}

int
db_record_compare(const struct db_table *table, const struct db_record *a, const struct db_record *b)
{
    int order = 0;
    for (size_t i = 0; i < table->n_keys && order == 0; i++)
        order = compare_values(&a->values[table->keys[i]], &b->values[table->keys[i]]);
    return order;
}

enum errcode
db_load_begin(struct cx *cx, const struct db_table *table)
{
    const struct db_driver *driver = cx->db->driver;
    ASSERT(cx->db->in_transaction);
    return driver->load_begin == NULL ? ERR_NONE : db_noted(cx->db, driver->load_begin(cx, cx->db, table));
}

enum errcode
db_load_row(struct cx *cx, const struct db_table *table, const struct db_record *record)
{
    return db_noted(cx->db, cx->db->driver->load_row(cx, cx->db, table, record));
}

enum errcode
db_load_end(struct cx *cx)
{
    const struct db_driver *driver = cx->db->driver;
    return driver->load_end == NULL ? ERR_NONE : db_noted(cx->db, driver->load_end(cx, cx->db));
}

enum errcode
db_forget_version(struct cx *cx)
{
    enum errcode err = db_exec(cx, NULL, "DELETE FROM meta WHERE name = 'schema_version'", "");
    return err == ERR_NONE ? db_exec(cx, NULL, "DELETE FROM audit_log WHERE id = 1", "") : err;
}

enum errcode
db_defer(struct cx *cx, bool on)
{
    ASSERT(cx->db->in_transaction);
    return db_noted(cx->db, cx->db->driver->defer(cx, cx->db, on));
}

enum errcode
db_examine(struct cx *cx, const struct db_finder *finder)
{
    ASSERT(!cx->db->in_transaction);
    return cx->db->driver->examine(cx, cx->db, finder);
}

enum errcode
db_closed(struct cx *cx, struct str *reason_out)
{
    return rows_optional(cx, &rows_texts, reason_out, "SELECT value FROM meta WHERE name = $1", "t",
                         DB_CLOSED);
}

enum errcode
db_close_for(struct cx *cx, struct str reason)
{
    if (str_is_null(reason))
        return db_exec(cx, NULL, "DELETE FROM meta WHERE name = $1", "t", DB_CLOSED);
    return db_exec(cx, NULL,
                   "INSERT INTO meta (name, value) VALUES ($1, $2) "
                   "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                   "tt", DB_CLOSED, reason);
}
