/* SPDX-License-Identifier: Apache-2.0 */
/* transfer: see transfer.h. */
#include "upkeep/transfer.h"

#include <string.h>

#include "base/buf.h"
#include "base/codec.h"
#include "crypto/hash.h"
#include "db/whole.h"

/* A row that differs, by its key. */
enum { KEYS_MOST = 4 };
struct difference {
    struct difference *next;
    bool is_extra, is_missing; /* in the target; of one with other values both are true */
    struct db_value keys[KEYS_MOST];
};

/* One table being compared. */
struct matching {
    const struct db_table *table;
    struct arena arena; /* of the differences */
    struct difference *first, *last;
    int64_t n, most;
    struct buf bytes; /* of one row */
};

static bool
is_own(const struct db_table *table, const struct db_record *record)
{
    return str_eq(str_from_cstr(table->name), STR_LIT("meta")) &&
           str_eq(record->values[table->keys[0]].bytes, DB_CLOSED);
}

/* Errors of the source are reported like those of the target. */
static enum errcode
of_source(struct transfer *t, enum errcode err)
{
    if (err == ERR_NONE)
        return err;
    char words[CX_DETAIL];
    memcpy(words, t->from->detail, sizeof words);
    err_forget(t->from);
    return err_set(t->to, err, "%s", words);
}

/* The next row that is transferred. */
static bool
next_row(struct cx *cx, const struct db_table *table, struct db_rows *rows, struct db_record *record_out)
{
    bool has_row = db_record_next(cx, table, rows, record_out);
    while (has_row && is_own(table, record_out))
        has_row = db_record_next(cx, table, rows, record_out);
    return has_row;
}

static void
add_number(struct buf *b, uint64_t n)
{
    unsigned char bytes[8];
    be64_put(bytes, n);
    buf_add(b, bytes, sizeof bytes);
}

static void
put_row(struct buf *b, const struct db_table *table, const struct db_record *record)
{
    buf_reset(b);
    buf_add_cstr(b, table->name);
    for (size_t i = 0; i < record->n; i++) {
        const struct db_value *v = &record->values[i];
        buf_add_byte(b, (unsigned char)v->kind);
        add_number(b, v->kind == 'i' ? (uint64_t)v->number : v->bytes.n);
        if (v->kind != 'i' && v->kind != 'n')
            buf_add_str(b, v->bytes);
    }
    ASSERT(!buf_is_over(b));
}

static struct digest
row_digest(struct matching *m, const struct db_record *record)
{
    put_row(&m->bytes, m->table, record);
    return sha256(buf_view(&m->bytes));
}

static void
add_digest(struct transfer_sum *sum, const struct digest *digest)
{
    unsigned carry = 0;
    for (size_t i = sizeof digest->bytes; i-- > 0;) {
        carry += (unsigned)sum->digest.bytes[i] + digest->bytes[i];
        sum->digest.bytes[i] = (unsigned char)carry;
        carry >>= 8;
    }
    sum->rows++;
}

static void
count_row(struct matching *m, const struct db_record *record, struct transfer_sum *sum)
{
    const struct digest digest = row_digest(m, record);
    add_digest(sum, &digest);
}

static bool
is_same_value(const struct db_value *a, const struct db_value *b)
{
    return a->kind == b->kind &&
           (a->kind == 'i' ? a->number == b->number : a->kind == 'n' || str_eq(a->bytes, b->bytes));
}

static bool
is_same_row(const struct db_record *a, const struct db_record *b)
{
    for (size_t i = 0; i < a->n; i++)
        if (!is_same_value(&a->values[i], &b->values[i]))
            return false;
    return true;
}

static void
note_difference(struct matching *m, const struct db_record *record, bool is_extra, bool is_missing)
{
    if (m->n++ >= m->most)
        return;
    ASSERT(m->table->n_keys <= KEYS_MOST);
    struct difference *d = arena_alloc(&m->arena, sizeof *d);
    *d = (struct difference){.is_extra = is_extra, .is_missing = is_missing};
    for (size_t i = 0; i < m->table->n_keys; i++) {
        d->keys[i] = record->values[m->table->keys[i]];
        d->keys[i].bytes = arena_str(&m->arena, d->keys[i].bytes);
    }
    if (m->last == NULL)
        m->first = d;
    else
        m->last->next = d;
    m->last = d;
}

static void
take_key(const struct db_table *table, const struct difference *d, struct db_record *record_out)
{
    record_out->n = table->n;
    for (size_t i = 0; i < table->n_keys; i++)
        record_out->values[table->keys[i]] = d->keys[i];
}

/* Both are in the order of the key. */
static void
compare_tables(struct transfer *t, struct matching *m, struct db_rows *ours, struct db_rows *theirs)
{
    struct db_record a, b;
    bool has_a = next_row(t->from, m->table, ours, &a), has_b = next_row(t->to, m->table, theirs, &b);
    while (has_a || has_b) {
        const int order = !has_a ? 1 : !has_b ? -1 : db_record_compare(m->table, &a, &b);
        const bool is_same = order == 0 && is_same_row(&a, &b);
        if (!is_same)
            note_difference(m, order <= 0 ? &a : &b, order >= 0, order <= 0);
        if (order <= 0) {
            const struct digest digest = row_digest(m, &a);
            add_digest(&t->report.from, &digest);
            if (is_same) /* the same bytes, and the same digest */
                add_digest(&t->report.to, &digest);
            has_a = next_row(t->from, m->table, ours, &a);
        }
        if (order >= 0)
            has_b = next_row(t->to, m->table, theirs, &b);
    }
}

static enum errcode
find_differences(struct transfer *t, struct matching *m)
{
    struct db_rows *ours, *theirs;
    enum errcode err = of_source(t, db_scan(t->from, m->table, &ours));
    if (err != ERR_NONE)
        return err;
    err = db_scan(t->to, m->table, &theirs);
    if (err == ERR_NONE) {
        compare_tables(t, m, ours, theirs);
        err = db_done(t->to, theirs);
    }
    enum errcode of_ours = of_source(t, db_done(t->from, ours));
    return err == ERR_NONE ? of_ours : err;
}

/* The source's row is added; what the target returns is what it has stored. */
static enum errcode
add_row(struct transfer *t, struct matching *m, const struct difference *d)
{
    struct db_rows *ours, *theirs;
    struct db_record record;
    take_key(m->table, d, &record);
    enum errcode err = of_source(t, db_record_find(t->from, m->table, &record, &ours));
    if (err != ERR_NONE)
        return err;
    const bool is_found = db_record_next(t->from, m->table, ours, &record);
    if (is_found)
        err = db_record_add(t->to, m->table, &record, &theirs);
    if (is_found && err == ERR_NONE) {
        if (db_record_next(t->to, m->table, theirs, &record))
            count_row(m, &record, &t->report.to);
        err = db_done(t->to, theirs);
    }
    enum errcode of_ours = of_source(t, db_done(t->from, ours));
    return err == ERR_NONE ? of_ours : err;
}

/* All that differs is removed before the first row is added: a row may take what is unique from another. */
static enum errcode
settle_differences(struct transfer *t, struct matching *m)
{
    struct db_record record;
    enum errcode err = ERR_NONE;
    for (const struct difference *d = m->first; d != NULL && err == ERR_NONE; d = d->next)
        if (d->is_extra) {
            take_key(m->table, d, &record);
            err = db_record_remove(t->to, m->table, &record);
        }
    for (const struct difference *d = m->first; d != NULL && err == ERR_NONE; d = d->next)
        if (d->is_missing)
            err = add_row(t, m, d);
    return err;
}

static enum errcode
match_table(struct transfer *t, const struct db_table *table, int64_t most)
{
    struct matching m = {.table = table, .most = most};
    arena_init(&m.arena);
    buf_init(&m.bytes, SIZE_MAX / 2);
    enum errcode err = find_differences(t, &m);
    if (err == ERR_NONE && m.n > most)
        err = err_set(t->to, ERR_LIMIT, "too much has changed meanwhile: %lld rows of %s", (long long)m.n,
                      table->name);
    if (err == ERR_NONE)
        err = settle_differences(t, &m);
    t->report.changed += m.n;
    buf_clear(&m.bytes);
    arena_clear(&m.arena);
    return err;
}

enum errcode
transfer_match(struct transfer *t, int64_t most)
{
    size_t n;
    const struct db_table *tables = db_tables(&n);
    t->report = (struct transfer_report){.changed = 0};
    enum errcode err = db_defer(t->to, true);
    for (size_t i = 0; i < n && err == ERR_NONE; i++)
        err = match_table(t, &tables[i], most);
    if (err == ERR_NONE)
        err = db_defer(t->to, false);
    if (err != ERR_NONE)
        return err;
    const struct transfer_sum *from = &t->report.from, *to = &t->report.to;
    if (from->rows != to->rows ||
        !secret_equal(from->digest.bytes, to->digest.bytes, sizeof to->digest.bytes))
        return err_set(t->to, ERR_STORE, "the copy is not equal: %lld rows of %lld, or other values",
                       (long long)to->rows, (long long)from->rows);
    return ERR_NONE;
}

static enum errcode
load_rows(struct transfer *t, const struct db_table *table, struct db_rows *ours)
{
    struct db_record record;
    enum errcode err = db_load_begin(t->to, table);
    while (err == ERR_NONE && next_row(t->from, table, ours, &record))
        err = db_load_row(t->to, table, &record);
    return err == ERR_NONE ? db_load_end(t->to) : err;
}

static enum errcode
load_table(struct transfer *t, const struct db_table *table)
{
    struct db_rows *ours;
    enum errcode err = of_source(t, db_scan(t->from, table, &ours));
    if (err != ERR_NONE)
        return err;
    err = load_rows(t, table, ours);
    enum errcode of_ours = of_source(t, db_done(t->from, ours));
    return err == ERR_NONE ? of_ours : err;
}

enum errcode
transfer_load(struct transfer *t)
{
    size_t n;
    const struct db_table *tables = db_tables(&n);
    enum errcode err = db_forget_version(t->to);
    for (size_t i = 0; i < n && err == ERR_NONE; i++)
        err = load_table(t, &tables[i]);
    return err;
}

static enum errcode
count_table(struct cx *cx, struct matching *m, struct transfer_sum *sum)
{
    struct db_rows *rows;
    struct db_record record;
    enum errcode err = db_scan(cx, m->table, &rows);
    if (err != ERR_NONE)
        return err;
    while (next_row(cx, m->table, rows, &record))
        count_row(m, &record, sum);
    return db_done(cx, rows);
}

enum errcode
transfer_count(struct cx *cx, struct transfer_sum *sum_out)
{
    size_t n;
    const struct db_table *tables = db_tables(&n);
    struct matching m = {.n = 0};
    enum errcode err = ERR_NONE;
    *sum_out = (struct transfer_sum){.rows = 0};
    buf_init(&m.bytes, SIZE_MAX / 2);
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        m.table = &tables[i];
        err = count_table(cx, &m, sum_out);
    }
    buf_clear(&m.bytes);
    return err;
}
