/* SPDX-License-Identifier: Apache-2.0 */
/* check: see check.h. */
#include "upkeep/check.h"

#include "base/codec.h"
#include "db/whole.h"
#include "ledger/verify.h"
#include "store/store_invariants.h"

static void
found(void *arg, struct str words)
{
    struct check *check = arg;
    check->problems++;
    check->found(check->arg, words);
}

/* What stops one part is a problem, and the next part is looked at. */
static void
take_error(struct cx *cx, struct check *check, enum errcode err)
{
    if (err == ERR_NONE)
        return;
    found(check, arena_str(&cx->arena, str_from_cstr(cx->detail)));
    err_forget(cx);
}

/* SQLite stores any bytes as text; PostgreSQL would refuse them. */
static bool
is_text(struct str s)
{
    while (s.n > 0) {
        size_t n;
        if (utf8_read(s, &n) == UINT32_MAX || s.p[0] == '\0')
            return false;
        s = str_sub(s, n, s.n - n);
    }
    return true;
}

static void
check_texts(struct cx *cx, struct check *check, const struct db_table *table, const struct db_record *record)
{
    for (size_t i = 0; i < record->n; i++)
        if (record->values[i].kind == 't' && !is_text(record->values[i].bytes))
            found(check, arena_printf(&cx->arena, "%s.%s: a text is not UTF-8, or has a NUL: replace it",
                                      table->name, table->columns[i].name));
}

/* Up to the first value of a wrong type: the rest cannot be read then. */
static enum errcode
check_table(struct cx *cx, struct check *check, const struct db_table *table)
{
    struct db_rows *rows;
    struct db_record record;
    enum errcode err = db_begin_read(cx);
    if (err != ERR_NONE)
        return err;
    err = db_scan(cx, table, &rows);
    if (err == ERR_NONE) {
        while (db_record_next(cx, table, rows, &record)) {
            check_texts(cx, check, table, &record);
            check->rows++;
        }
        err = db_done(cx, rows);
    }
    db_rollback(cx);
    return err;
}

static void
check_rows(struct cx *cx, struct check *check)
{
    size_t n;
    const struct db_table *tables = db_tables(&n);
    for (size_t i = 0; i < n; i++)
        take_error(cx, check, check_table(cx, check, &tables[i]));
}

static void
check_invariants(struct cx *cx, struct check *check)
{
    size_t n;
    const struct store_invariant *invariants = store_invariants(&n);
    for (size_t i = 0; i < n; i++) {
        int64_t broken = 0;
        take_error(cx, check, store_invariant_broken(cx, &invariants[i], &broken));
        if (broken > 0)
            found(check, arena_printf(&cx->arena, "%s: %s (%lld rows)", invariants[i].table,
                                      invariants[i].words, (long long)broken));
    }
}

static void
check_log(struct cx *cx, struct check *check)
{
    struct verify_report report = {.events = 0};
    enum errcode err = verify_log(cx, &report);
    check->events = report.events;
    if (err == ERR_CRYPTO)
        found(check, arena_printf(&cx->arena, "%s: compare with a backup, and with the copies of its digests",
                                  cx->detail));
    else
        take_error(cx, check, err);
    err_forget(cx);
}

void
check_run(struct cx *cx, struct check *check)
{
    const struct db_finder finder = {found, check};
    check->problems = check->rows = check->events = 0;
    take_error(cx, check, db_examine(cx, &finder));
    take_error(cx, check, db_compare_schema(cx, &finder));
    check_rows(cx, check);
    check_invariants(cx, check);
    check_log(cx, check);
}
