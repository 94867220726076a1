/* SPDX-License-Identifier: Apache-2.0 */
/* tally: see tally.h. An event beyond the account's bound creates no row for its source: otherwise many
 * sources would create one each. */
#include "accounts/tally.h"

#include "base/inet.h"
#include "db/db.h"
#include "store/store_tally.h"

/* A time far in the future was stored before the clock was set back. One that is a little ahead is of another
 * server, whose clock may differ by some seconds: the hour goes on, or changing between the two would begin a
 * new one with each event. */
static bool
is_over(const struct cx *cx, const struct tally_row *row)
{
    const int64_t since = cx->now - row->began_at;
    return since >= TALLY_TIME || since < -TALLY_TIME;
}

static struct audit_of
subject_of(const struct tally_row *row)
{
    return (struct audit_of){row->company_id, row->technician_id};
}

/* Null for the row of all sources: the detail has no source then. */
static struct str
source_of(const struct tally_row *row)
{
    return str_is_empty(row->source) ? STR_NULL : row->source;
}

/* Within the open transaction: writes the number, if there is one. */
static enum errcode
report(struct cx *cx, const struct tally_row *row, const char *by)
{
    if (row->counted == 0)
        return ERR_NONE;
    return audit_write(cx, subject_of(row), AUDIT_COUNTED, "event", row->event, "source", source_of(row),
                       "times", arena_printf(&cx->arena, "%lld", (long long)row->counted), "by",
                       str_from_cstr(by), NULL);
}

static enum errcode
take(struct cx *cx, struct tally_row *row)
{
    enum errcode err = store_tally_take(cx, row);
    if (err != ERR_NONE || !is_over(cx, row))
        return err;
    err = report(cx, row, "time");
    row->began_at = cx->now;
    row->written = row->counted = 0;
    return err != ERR_NONE ? err : store_tally_put(cx, row);
}

/* The row's bound is reached: the first that is counted is announced. */
static enum errcode
count(struct cx *cx, struct tally_row *row)
{
    row->counted++;
    enum errcode err = store_tally_put(cx, row);
    if (err != ERR_NONE || row->counted > 1)
        return err;
    return audit_write(cx, subject_of(row), AUDIT_COUNTING, "event", row->event, "source", source_of(row),
                       "until", clock_text(&cx->arena, row->began_at + TALLY_TIME), NULL);
}

static enum errcode
add(struct cx *cx, struct tally_row *row)
{
    row->written++;
    return store_tally_put(cx, row);
}

static struct str
here(struct cx *cx)
{
    return str_is_null(cx->source) ? STR_LIT("") : inet_source(&cx->arena, cx->source);
}

enum errcode
tally_take(struct cx *cx, struct audit_of of, enum audit_event event, bool *written_out)
{
    struct tally_row all = {.technician_id = of.technician,
                            .company_id = of.company,
                            .event = str_from_cstr(audit_event_name(event)),
                            .source = STR_LIT("")};
    struct tally_row one = all;
    one.source = here(cx);
    *written_out = false;
    enum errcode err = take(cx, &all);
    if (err != ERR_NONE || all.written >= TALLY_OF_ACCOUNT)
        return err != ERR_NONE ? err : count(cx, &all);
    if (!str_is_empty(one.source)) {
        err = take(cx, &one);
        if (err != ERR_NONE || one.written >= TALLY_OF_SOURCE)
            return err != ERR_NONE ? err : count(cx, &one);
        err = add(cx, &one);
    }
    *written_out = true;
    return err != ERR_NONE ? err : add(cx, &all);
}

/* The events of a source are taken out of the account's count as well. */
static enum errcode
clear_one(struct cx *cx, const struct tally_row *one)
{
    struct tally_row all = *one;
    all.source = STR_LIT("");
    enum errcode err = report(cx, one, "sign-in");
    if (err == ERR_NONE)
        err = store_tally_remove(cx, one);
    if (err == ERR_NONE)
        err = take(cx, &all);
    all.written -= one->written < all.written ? one->written : all.written;
    return err != ERR_NONE ? err : store_tally_put(cx, &all);
}

enum errcode
tally_clear(struct cx *cx, int64_t technician_id)
{
    struct tally_row *rows = NULL;
    size_t n = 0;
    struct str source = here(cx);
    enum errcode err =
        str_is_empty(source) ? ERR_NONE : store_tally_of_source(cx, technician_id, source, &rows, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++)
        err = clear_one(cx, &rows[i]);
    return err;
}

static enum errcode
sweep_within(struct cx *cx, int64_t limit, bool *more_out)
{
    struct tally_row *rows = NULL;
    size_t n = 0;
    enum errcode err = store_tally_over(cx, cx->now - TALLY_TIME, limit, &rows, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        err = report(cx, &rows[i], "time");
        if (err == ERR_NONE)
            err = store_tally_remove(cx, &rows[i]);
    }
    *more_out = err == ERR_NONE && (int64_t)n == limit;
    return err;
}

enum errcode
tally_sweep(struct cx *cx, int64_t limit, bool *more_out)
{
    *more_out = false;
    enum errcode err = db_begin(cx);
    return err != ERR_NONE ? err : db_end(cx, sweep_within(cx, limit, more_out));
}
