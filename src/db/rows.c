/* SPDX-License-Identifier: Apache-2.0 */
/* rows: see rows.h. */
#include "db/rows.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "db/db_driver.h"

enum { FIRST = 8 }; /* a power of two: the capacity is always the next power of two above n */

static const struct rows_column integer_column = {.name = "number", ROWS_IS_integer};
static const struct rows_column text_column = {.name = "text", ROWS_IS_text};
const struct rows_type rows_integers = {"there is no such row", &integer_column, 1, sizeof(int64_t), 0};
const struct rows_type rows_texts = {"there is no such row", &text_column, 1, sizeof(struct str), 0};

/* One column of the current row. */
struct cell {
    struct db_rows *rows;
    int at;
    char kind; /* as db_is */
};

static int64_t
number_of(const struct cell *cell)
{
    return cell->rows->db->driver->number(cell->rows, cell->at);
}

/* A number has none. */
static struct str
bytes_of(const struct cell *cell)
{
    if (cell->kind == 'i')
        return STR_NULL;
    return cell->rows->db->driver->bytes(cell->rows, cell->at);
}

static bool
read_integer(const struct cell *cell, enum rows_kind kind, void *member)
{
    const int64_t number = number_of(cell);
    const bool flag = number != 0;
    if (kind == ROWS_FLAG)
        memcpy(member, &flag, sizeof flag);
    else
        memcpy(member, &number, sizeof number);
    if (kind == ROWS_REFERENCE && cell->kind == 'n')
        return true;
    return cell->kind == 'i' && (kind != ROWS_FLAG || number == flag) && (kind != ROWS_REFERENCE || flag);
}

static bool
read_string(struct cx *cx, const struct cell *cell, enum rows_kind kind, void *member)
{
    const struct str s = arena_str(&cx->arena, bytes_of(cell));
    memcpy(member, &s, sizeof s);
    if (cell->kind == 'n')
        return kind == ROWS_TEXT_OR_NULL || kind == ROWS_BLOB_OR_NULL;
    return cell->kind == (kind == ROWS_TEXT || kind == ROWS_TEXT_OR_NULL ? 't' : 'b');
}

static bool
read_digest(const struct cell *cell, enum rows_kind kind, void *member)
{
    const struct str bytes = bytes_of(cell);
    const bool fits = cell->kind == 'b' && bytes.n == sizeof(struct digest);
    if (fits)
        memcpy(member, bytes.p, bytes.n);
    return fits || (kind == ROWS_DIGEST_OR_NULL && cell->kind == 'n');
}

static bool
read_word(const struct cell *cell, const struct rows_column *column, void *member)
{
    const struct str word = bytes_of(cell);
    unsigned i = 0;
    if (cell->kind != 't')
        return false;
    while (i < column->n_words && !str_eq(word, str_from_cstr(column->words[i])))
        i++;
    if (i == column->n_words)
        return false;
    const bool flag = i != 0;
    if (column->kind == ROWS_EITHER)
        memcpy(member, &flag, sizeof flag);
    else
        memcpy(member, &i, sizeof i);
    return true;
}

static bool
read_column(struct cx *cx, const struct cell *cell, const struct rows_column *column, void *member)
{
    switch (column->kind) {
    case ROWS_INTEGER:
    case ROWS_REFERENCE:
    case ROWS_FLAG:
        return read_integer(cell, column->kind, member);
    case ROWS_TEXT:
    case ROWS_TEXT_OR_NULL:
    case ROWS_BLOB:
    case ROWS_BLOB_OR_NULL:
        return read_string(cx, cell, column->kind, member);
    case ROWS_DIGEST:
    case ROWS_DIGEST_OR_NULL:
        return read_digest(cell, column->kind, member);
    case ROWS_WORD:
    case ROWS_EITHER:
        return read_word(cell, column, member);
    }
    return false;
}

/* Returns the first column that is not what its kind says; NULL: none. */
static const struct rows_column *
read_row(struct cx *cx, struct db_rows *rows, const struct rows_type *type, void *row)
{
    const struct rows_column *misfit = NULL;
    memset(row, 0, type->size);
    for (size_t i = 0; i < type->n; i++) {
        const struct rows_column *column = &type->columns[i];
        const struct cell cell = {rows, (int)i, rows->db->driver->kind(rows, (int)i)};
        if (!read_column(cx, &cell, column, (char *)row + column->offset) && misfit == NULL)
            misfit = column;
    }
    return misfit;
}

/* False: the row is not what it must be, which db_done returns as an error. */
static bool
take_row(struct cx *cx, struct db_rows *rows, const struct rows_type *type, void *row)
{
    const struct rows_column *misfit = read_row(cx, rows, type, row);
    const bool is_sound = misfit == NULL;
    if (type->verdict != 0)
        memcpy((char *)row + type->verdict, &is_sound, sizeof is_sound);
    else if (!is_sound)
        db_spoil(cx, rows, misfit->name);
    return is_sound || type->verdict != 0;
}

/* SQLite completes a change with RETURNING only when it is stepped to its end. */
static bool
is_change(const char *sql)
{
    return strncmp(sql, "SELECT", 6) != 0;
}

static enum errcode
read_first(struct cx *cx, const struct rows_type *type, void *row, bool *found_out, const char *sql,
           const char *types, va_list ap)
{
    struct db_values values;
    struct db_rows *rows;
    values.n = 0;
    *found_out = false;
    enum errcode err = db_query_values(cx, &rows, sql, &values, types, ap);
    memset(row, 0, type->size); /* only now: an argument may be one of its members */
    if (err != ERR_NONE)
        return err;
    *found_out = db_next(cx, rows) && take_row(cx, rows, type, row);
    while (*found_out && is_change(sql) && db_next(cx, rows))
        continue;
    err = db_done(cx, rows);
    if (err != ERR_NONE)
        memset(row, 0, type->size);
    return err;
}

enum errcode
rows_one(struct cx *cx, const struct rows_type *type, void *row_out, const char *sql, const char *types, ...)
{
    bool found;
    va_list ap;
    va_start(ap, types);
    enum errcode err = read_first(cx, type, row_out, &found, sql, types, ap);
    va_end(ap);
    return err != ERR_NONE || found ? err : err_set(cx, ERR_NOT_FOUND, "%s", type->missing);
}

enum errcode
rows_optional(struct cx *cx, const struct rows_type *type, void *row_out, const char *sql, const char *types,
              ...)
{
    bool found;
    va_list ap;
    va_start(ap, types);
    enum errcode err = read_first(cx, type, row_out, &found, sql, types, ap);
    va_end(ap);
    return err;
}

enum errcode
rows_number(struct cx *cx, int64_t *number_out, const char *sql, const char *types, ...)
{
    bool found;
    va_list ap;
    va_start(ap, types);
    enum errcode err = read_first(cx, &rows_integers, number_out, &found, sql, types, ap);
    va_end(ap);
    return err;
}

/* Makes room for item n of an array that only this function has grown, from NULL at n == 0. */
static void *
grow(struct cx *cx, void *items, size_t n, size_t size)
{
    if (n == 0)
        return arena_array(&cx->arena, FIRST, size);
    if (n < FIRST || (n & (n - 1)) != 0)
        return items;
    void *more = arena_array(&cx->arena, 2 * n, size);
    memcpy(more, items, n * size);
    return more;
}

enum errcode
rows_list(struct cx *cx, const struct rows_type *type, void *list_out, size_t *n_out, const char *sql,
          const char *types, ...)
{
    struct db_values values;
    struct db_rows *rows;
    void *list = NULL;
    size_t n = 0;
    va_list ap;
    values.n = 0;
    va_start(ap, types);
    enum errcode err = db_query_values(cx, &rows, sql, &values, types, ap);
    va_end(ap);
    if (err == ERR_NONE) {
        for (bool more = db_next(cx, rows); more; more = more && db_next(cx, rows)) {
            list = grow(cx, list, n, type->size);
            more = take_row(cx, rows, type, (char *)list + n++ * type->size);
        }
        err = db_done(cx, rows);
    }
    *n_out = err == ERR_NONE ? n : 0;
    if (*n_out == 0)
        list = NULL;
    memcpy(list_out, &list, sizeof list);
    return err;
}

static struct db_value
value_of(const struct rows_column *column, const void *member)
{
    static const struct digest none = {{0}};
    int64_t number = 0;
    struct str s = STR_NULL;
    unsigned word = 0;
    bool flag = false;
    switch (column->kind) {
    case ROWS_INTEGER:
        memcpy(&number, member, sizeof number);
        return db_value_integer(number);
    case ROWS_REFERENCE:
        memcpy(&number, member, sizeof number);
        return db_value_reference(number);
    case ROWS_FLAG:
        memcpy(&flag, member, sizeof flag);
        return db_value_integer(flag);
    case ROWS_TEXT:
    case ROWS_TEXT_OR_NULL:
        memcpy(&s, member, sizeof s);
        return db_value_bytes('t', s);
    case ROWS_BLOB:
    case ROWS_BLOB_OR_NULL:
        memcpy(&s, member, sizeof s);
        return db_value_bytes('b', s);
    case ROWS_DIGEST:
        return db_value_digest(member);
    case ROWS_DIGEST_OR_NULL:
        return db_value_digest(secret_equal(member, &none, sizeof none) ? NULL : member);
    case ROWS_EITHER:
        memcpy(&flag, member, sizeof flag);
        return db_value_bytes('t', str_from_cstr(column->words[flag]));
    case ROWS_WORD:
        memcpy(&word, member, sizeof word);
        ASSERT(word < column->n_words);
        return db_value_bytes('t', str_from_cstr(column->words[word]));
    }
    ASSERT(false);
}

enum errcode
rows_insert(struct cx *cx, const struct rows_type *type, const void *row, const char *sql, const char *types,
            ...)
{
    struct db_values values;
    values.n = 0;
    for (size_t i = 0; i < type->n; i++)
        if (!type->columns[i].is_computed)
            db_value_add(&values, value_of(&type->columns[i], (const char *)row + type->columns[i].offset));
    struct db_rows *rows;
    va_list ap;
    va_start(ap, types);
    enum errcode err = db_query_values(cx, &rows, sql, &values, types, ap);
    va_end(ap);
    if (err != ERR_NONE)
        return err;
    const bool has_row = db_next(cx, rows);
    ASSERT(!has_row);
    return db_done(cx, rows);
}
