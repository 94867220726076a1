/* SPDX-License-Identifier: Apache-2.0 */
/* reported: see the header. */
#include "accounts/reported.h"

#include "accounts/alarm.h"
#include "accounts/audit.h"
#include "accounts/operator_right.h"
#include "accounts/sweep.h"
#include "base/clock.h"
#include "base/rand.h"
#include "db/db.h"
#include "keys/env.h"

#define REPORTED_KEPT (90 * CLOCK_DAY)

static struct alarm
alarm_of(struct cx *cx, int64_t id)
{
    struct str number = arena_printf(&cx->arena, "%lld", (long long)id);
    return (struct alarm){.class = ALARM_REPORTED,
                          .subject = number,
                          .detail =
                              arena_printf(&cx->arena,
                                           "A technician reported a sign-in as somebody else's: somebody "
                                           "knows the password. Report %.*s waits in the operator's console; "
                                           "on the server: countersign report list",
                                           STR_ARG(number))};
}

enum errcode
reported_add(struct cx *cx, const struct technician *t, int64_t login_id, struct str source)
{
    const struct reported_row row = {.id = rand_id(),
                                     .technician_id = t->id,
                                     .company_id = t->company_id,
                                     .login_id = login_id,
                                     .source = source,
                                     .created_at = cx->now,
                                     .taken_by = STR_LIT("")};
    const struct alarm alarm = alarm_of(cx, row.id);
    enum errcode err = store_reported_insert(cx, &row);
    return err == ERR_NONE && cx->env->tells_reports ? alarm_raise(cx, &alarm) : err;
}

enum errcode
reported_list(struct cx *cx, int64_t company_id, struct reported_row **rows_out, size_t *n_out)
{
    struct reported_row *open = NULL, *taken = NULL;
    size_t n_open = 0, n_taken = 0;
    struct reported_choice choice = {.company_id = company_id, .limit = REPORTED_OPEN};
    *n_out = 0;
    *rows_out = NULL;
    operator_right_holders(cx, choice.holders);
    enum errcode err = store_reported_open(cx, &choice, &open, &n_open);
    choice.limit = REPORTED_TAKEN;
    if (err == ERR_NONE)
        err = store_reported_taken(cx, &choice, &taken, &n_taken);
    if (err != ERR_NONE)
        return err;
    *rows_out = arena_array(&cx->arena, n_open + n_taken + 1, sizeof **rows_out);
    for (size_t i = 0; i < n_open; i++)
        (*rows_out)[(*n_out)++] = open[i];
    for (size_t i = 0; i < n_taken; i++)
        (*rows_out)[(*n_out)++] = taken[i];
    return ERR_NONE;
}

static struct reported_take
take_now(const struct cx *cx, int64_t technician_id, int64_t id)
{
    return (struct reported_take){.id = id,
                                  .technician_id = technician_id,
                                  .at = cx->now,
                                  .by = str_is_null(cx->actor) ? STR_LIT("system") : cx->actor};
}

static enum errcode
note(struct cx *cx, const struct technician *t, const char *of, int64_t number)
{
    return audit_append(cx, (struct audit_of){t->company_id, t->id}, AUDIT_REPORT_TAKEN, of,
                        arena_printf(&cx->arena, "%lld", (long long)number), NULL);
}

enum errcode
reported_take(struct cx *cx, int64_t technician_id, int64_t id)
{
    struct technician t;
    bool won = false;
    enum errcode err = technician_begin_change(cx, technician_id, &t);
    if (err != ERR_NONE)
        return err;
    const struct reported_take take = take_now(cx, technician_id, id);
    err = store_reported_take(cx, &take, &won);
    if (err == ERR_NONE && !won)
        err = err_set(cx, ERR_CONFLICT, "there is no such report, or somebody took it before");
    const struct alarm alarm = alarm_of(cx, id);
    if (err == ERR_NONE)
        err = alarm_clear(cx, &alarm);
    if (err == ERR_NONE)
        err = note(cx, &t, "report", id);
    return db_end(cx, err);
}

enum errcode
reported_take_all(struct cx *cx, const struct technician *t)
{
    struct reported_row *rows = NULL;
    size_t n = 0;
    const struct reported_take take = take_now(cx, t->id, 0);
    enum errcode err = store_reported_take_all(cx, t->company_id, &take, &rows, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        const struct alarm alarm = alarm_of(cx, rows[i].id);
        err = alarm_clear(cx, &alarm);
    }
    return err != ERR_NONE || n == 0 ? err : note(cx, t, "reports", (int64_t)n);
}

enum errcode
reported_sweep(struct cx *cx, int64_t limit, bool *more_out)
{
    return sweep_old(cx, store_reported_remove, REPORTED_KEPT, limit, more_out);
}
