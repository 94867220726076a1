/* SPDX-License-Identifier: Apache-2.0 */
/* ops_admin_report: the audit log, sign-ins as they happen, how many there were, and why one ended as it
 * did. */
#include "report/explain.h"
#include "report/stats.h"

#include "base/clock.h"
#include "db/db.h"
#include "ops/ops.h"
#include "ops/ops_admin.h"
#include "ops/ops_admin_show.h"
#include "ops/ops_device.h"
#include "ops/ops_topic.h"

enum { SCANNED = 1000 /* rows of the log that one call reads */, DAYS = 7, DAYS_MOST = 31 };
#define WATCH_FOR CLOCK_MINUTE

/* Keeps the rows whose event begins with one of the prefixes, at most `most`; returns how many. *read_out:
 * how many rows that took. */
static size_t
keep(struct audit_row *rows, size_t n, const struct str *prefixes, size_t n_prefixes, size_t most,
     size_t *read_out)
{
    size_t kept = 0, i = 0;
    for (; i < n && kept < most; i++) {
        bool fits = n_prefixes == 0;
        for (size_t p = 0; p < n_prefixes && !fits; p++)
            fits = str_starts(rows[i].event, prefixes[p]);
        if (fits)
            rows[kept++] = rows[i];
    }
    *read_out = i;
    return kept;
}

static enum errcode
read_log(struct cx *cx, const struct operator_right *by, struct str event, int64_t before, int64_t limit,
         struct admin_audit_list_out *out)
{
    const struct audit_range range = {.after = before,
                                      .limit = str_is_null(event) ? limit + 1 : SCANNED,
                                      .company = by->company,
                                      .technician = by->technician};
    struct audit_row *rows = NULL;
    size_t n = 0, read = 0;
    enum errcode err = store_audit_before(cx, &range, &rows, &n);
    if (err != ERR_NONE)
        return err;
    const bool is_full = (int64_t)n == range.limit;
    int64_t last = n > 0 ? rows[n - 1].seq : 0;
    struct audit_row *all = arena_array(&cx->arena, n + 1, sizeof *all);
    for (size_t i = 0; i < n; i++)
        all[i] = rows[i];
    const size_t kept = keep(rows, n, &event, str_is_null(event) ? 0 : 1, (size_t)limit, &read);
    if (read < n)
        last = all[read - 1].seq;
    if (read < n || is_full)
        out->sNext = ops_id(cx, last);
    err = ops_events(cx, rows, kept, &out->aEvents);
    struct audit_archived gone = {.last = 0};
    if (err == ERR_NONE)
        err = audit_archived(cx, &gone);
    if (gone.last != 0) {
        out->sArchived = ops_id(cx, gone.last);
        out->sArchivedBefore = ops_time(cx, gone.before);
    }
    return ops_done(err, &out->result);
}

enum errcode
op_admin_audit_list(struct cx *cx, const struct operator_right *by, const struct admin_audit_list_in *in,
                    struct admin_audit_list_out *out)
{
    int64_t before = 0, limit = 0;
    enum errcode err = ops_number(cx, in->sBefore, "sBefore", INT64_MAX, &before);
    if (err == ERR_NONE)
        err = ops_limit(cx, in->iLimit, &limit);
    if (err == ERR_NONE)
        err = db_begin_read(cx);
    return err != ERR_NONE ? err : db_end(cx, read_log(cx, by, ops_given(in->sEvent), before, limit, out));
}

static const struct str watched[] = {STR("login."),  STR("push."),   STR("session."), STR("account."),
                                     STR("source."), STR("report."), STR("code.")};

/* The latest events, the oldest of them first. */
static enum errcode
watch_first(struct cx *cx, const struct operator_right *by, struct admin_signins_out *out)
{
    const struct audit_range range = {.after = INT64_MAX, .limit = OPS_PAGE_MAX, .company = by->company};
    struct audit_row *rows = NULL;
    size_t n = 0, read = 0;
    enum errcode err = store_audit_before(cx, &range, &rows, &n);
    if (err != ERR_NONE)
        return err;
    out->sNext = ops_id(cx, n > 0 ? rows[0].seq : 0);
    const size_t kept = keep(rows, n, watched, ARRAY_LEN(watched), OPS_PAGE, &read);
    struct audit_row *ordered = arena_array(&cx->arena, kept + 1, sizeof *ordered);
    for (size_t i = 0; i < kept; i++)
        ordered[i] = rows[kept - 1 - i];
    out->result = adminRet_OK;
    return ops_events(cx, ordered, kept, &out->aEvents);
}

static enum errcode
watch_on(struct cx *cx, const struct operator_right *by, int64_t after, struct admin_signins_out *out)
{
    const struct audit_range range = {.after = after, .limit = OPS_PAGE_MAX, .company = by->company};
    struct audit_row *rows = NULL;
    size_t n = 0, read = 0;
    enum errcode err = store_audit_list(cx, &range, &rows, &n);
    if (err != ERR_NONE)
        return err;
    out->sNext = ops_id(cx, n > 0 ? rows[n - 1].seq : after);
    const size_t kept = keep(rows, n, watched, ARRAY_LEN(watched), n, &read);
    out->result = kept > 0 || n == OPS_PAGE_MAX ? adminRet_OK : adminRet_Poll;
    return ops_events(cx, rows, kept, &out->aEvents);
}

enum errcode
op_admin_signins(struct cx *cx, const struct operator_right *by, const struct admin_signins_in *in,
                 struct admin_signins_out *out)
{
    int64_t after = 0;
    enum errcode err = ops_number(cx, in->sAfter, "sAfter", -1, &after);
    if (err == ERR_NONE)
        err = db_begin_read(cx);
    if (err == ERR_NONE)
        err = db_end(cx, after < 0 ? watch_first(cx, by, out) : watch_on(cx, by, after, out));
    if (err == ERR_NONE && out->result == adminRet_Poll) {
        cx->reply->status = CALL_WAIT;
        cx->reply->topic = ops_topic(cx, 0); /* nothing wakes it but the front's tick */
        cx->reply->wait_for = WATCH_FOR;
    }
    return err;
}

struct counts {
    struct AdminCount *items;
    size_t n;
};

static void
add_count(struct counts *c, const struct AdminDay *day, struct str kind, const char *name, int64_t n)
{
    if (n == 0)
        return;
    c->items[c->n++] = (struct AdminCount){.sDay = day->sDay,
                                           .sCompany = day->sCompany,
                                           .sKind = kind,
                                           .sName = str_from_cstr(name),
                                           .iCount = ops_count(n)};
}

static void
show_day(struct cx *cx, const struct stats_row *row, struct AdminDay *day, struct counts *counts)
{
    int64_t refused = row->causes[STATS_REFUSED_COUNTED];
    day->sDay = str_sub(clock_text(&cx->arena, row->day), 0, 10);
    for (unsigned r = 0; r < SIGNIN_COUNT_; r++) {
        refused += r != SIGNIN_OK ? row->results[r] : 0;
        add_count(counts, day, STR_LIT("result"), signin_result_name((enum signin_result)r), row->results[r]);
    }
    for (unsigned c = 0; c < STATS_CAUSES; c++)
        add_count(counts, day, STR_LIT("cause"), stats_cause_name((enum stats_cause)c), row->causes[c]);
    day->iOk = ops_count(row->results[SIGNIN_OK]);
    day->iRefused = ops_count(refused);
    day->iPushes = ops_count(row->pushes);
    day->iApprovals = ops_count(row->approvals);
    day->iMedian = stats_quantile(row, 50);
    day->iP95 = stats_quantile(row, 95);
}

static enum errcode
read_stats(struct cx *cx, const struct stats_question *q, struct admin_stats_out *out)
{
    struct stats_row *rows = NULL;
    struct company c = {0};
    size_t n = 0;
    enum errcode err = stats_read(cx, q, &rows, &n);
    struct AdminDay *days = arena_array(&cx->arena, n + 1, sizeof *days);
    struct counts counts = {
        .items = arena_array(&cx->arena, n * (SIGNIN_COUNT_ + STATS_CAUSES) + 1, sizeof *counts.items)};
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        if (rows[i].company != 0 && rows[i].company != c.id)
            err = company_get(cx, rows[i].company, &c);
        days[i].sCompany = rows[i].company != 0 ? c.name : STR_NULL;
        show_day(cx, &rows[i], &days[i], &counts);
    }
    out->aDays = ops_array(days, n);
    out->aCounts = ops_array(counts.items, counts.n);
    return ops_done(err, &out->result);
}

enum errcode
op_admin_stats(struct cx *cx, const struct operator_right *by, const struct admin_stats_in *in,
               struct admin_stats_out *out)
{
    const int64_t days = in->iDays == 0 ? DAYS : in->iDays;
    if (days < 1 || days > DAYS_MOST)
        return err_set(cx, ERR_RANGE, "iDays is 1 to %d", DAYS_MOST);
    enum errcode err = db_begin_read(cx);
    if (err != ERR_NONE)
        return err;
    const struct stats_question q = {.since = cx->now - (days - 1) * CLOCK_DAY, .company = by->company};
    return db_end(cx, read_stats(cx, &q, out));
}
