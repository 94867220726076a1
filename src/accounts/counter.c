/* SPDX-License-Identifier: Apache-2.0 */
/* counter: see counter.h. Rows of technician 0 belong to what outsiders are shown: their locks are not
 * audited. */
#include "accounts/counter.h"

#include "accounts/audit.h"
#include "accounts/technician.h"
#include "base/clock.h"
#include "db/db.h"

enum { DOUBLED_MOST = 4 };

static bool
is_source(const struct lockout_row *row)
{
    return !secret_equal(row->key.bytes, row->account.bytes, sizeof row->key.bytes);
}

static bool
is_over(const struct cx *cx, const struct lockout_row *row)
{
    return row->locked_until != 0 && row->locked_until <= cx->now;
}

static enum errcode
subject_of(struct cx *cx, const struct lockout_row *row, struct audit_of *of_out)
{
    struct technician t;
    enum errcode err = technician_get(cx, row->technician_id, &t);
    if (err == ERR_NONE)
        *of_out = (struct audit_of){t.company_id, t.id};
    return err;
}

static enum errcode
audit_lock(struct cx *cx, const struct lockout_row *row)
{
    struct audit_of of = {0};
    if (row->technician_id == 0)
        return ERR_NONE;
    const bool is_for_good = row->locked_until == INT64_MAX;
    struct str until = is_for_good ? STR_LIT("unlocked") : clock_text(&cx->arena, row->locked_until);
    enum errcode err = subject_of(cx, row, &of);
    if (err != ERR_NONE)
        return err;
    return is_source(row)
               ? audit_append(cx, of, AUDIT_SOURCE_REFUSED, "source", row->source, "until", until, NULL)
               : audit_append(cx, of, AUDIT_ACCOUNT_LOCKED, "until", until, NULL);
}

static enum errcode
audit_end(struct cx *cx, const struct lockout_row *row, const char *by)
{
    struct audit_of of = {0};
    if (row->technician_id == 0)
        return ERR_NONE;
    struct str n = arena_printf(&cx->arena, "%lld", (long long)row->turned_away);
    enum errcode err = subject_of(cx, row, &of);
    if (err != ERR_NONE)
        return err;
    return is_source(row) ? audit_append(cx, of, AUDIT_SOURCE_REFUSAL_ENDED, "source", row->source, "by",
                                         str_from_cstr(by), "turned_away", n, NULL)
                          : audit_append(cx, of, AUDIT_ACCOUNT_LOCK_ENDED, "by", str_from_cstr(by),
                                         "turned_away", n, NULL);
}

static void
begin_anew(struct lockout_row *row)
{
    row->refusals += row->locked_until != 0 && is_source(row);
    row->period += !is_source(row);
    row->failures = row->locked_until = row->turned_away = 0;
}

/* Within the open transaction. */
static enum errcode
end_lock(struct cx *cx, struct lockout_row *row, const char *by)
{
    enum errcode err = row->locked_until != 0 ? audit_end(cx, row, is_over(cx, row) ? "time" : by) : ERR_NONE;
    begin_anew(row);
    return err;
}

static enum errcode
take(struct cx *cx, struct lockout_row *row)
{
    enum errcode err = store_lockout_take(cx, row);
    return err == ERR_NONE && is_over(cx, row) ? end_lock(cx, row, "time") : err;
}

static enum errcode
turn_away(struct cx *cx, struct lockout_row *row)
{
    row->turned_away++;
    return store_lockout_put(cx, row);
}

/* `time` 0: until unlocked. */
static enum errcode
count(struct cx *cx, struct lockout_row *row, int64_t limit, int64_t time)
{
    row->failures++;
    const bool locks = row->failures >= limit;
    if (locks)
        row->locked_until = time == 0 ? INT64_MAX : cx->now + time;
    enum errcode err = store_lockout_put(cx, row);
    return err == ERR_NONE && locks ? audit_lock(cx, row) : err;
}

static enum errcode
count_both(struct cx *cx, struct counter *c)
{
    struct lockout_row *s = &c->source;
    if (!c->has_source)
        return count(cx, &c->account, c->account_limit, c->account_time);
    if (s->period != c->account.period)
        s->counted = 0;
    s->period = c->account.period;
    const bool adds = s->counted < c->source_limit;
    s->counted += adds;
    const int64_t doubled = s->refusals < DOUBLED_MOST ? s->refusals : DOUBLED_MOST;
    enum errcode err = count(cx, s, c->source_limit, COUNTER_REFUSED << doubled);
    if (err != ERR_NONE)
        return err;
    return adds ? count(cx, &c->account, c->account_limit, c->account_time)
                : store_lockout_put(cx, &c->account);
}

static enum errcode
get(struct cx *cx, struct lockout_row *row)
{
    const struct digest key = row->key;
    enum errcode err = store_lockout_get(cx, &key, row);
    if (err == ERR_NONE && is_over(cx, row))
        begin_anew(row);
    return err;
}

/* As far as was read, neither the account is locked nor the source refused. */
static enum errcode
try_account(struct cx *cx, struct counter *c, enum counter_how *how_out)
{
    enum errcode err = take(cx, &c->account);
    if (err != ERR_NONE)
        return err;
    *how_out = c->account.locked_until != 0 ? COUNTER_LOCKED : COUNTER_COUNTED;
    return *how_out == COUNTER_LOCKED ? turn_away(cx, &c->account) : count_both(cx, c);
}

/* An attempt that is turned away does not create a row for the account: otherwise a source that is refused
 * for a name shared by many would create one for each of them. */
enum errcode
counter_try(struct cx *cx, struct counter *c, enum counter_how *how_out)
{
    struct lockout_row account = c->account;
    enum errcode err = get(cx, &account);
    *how_out = COUNTER_REFUSES;
    if (err == ERR_NONE && account.locked_until != 0 && c->has_source)
        err = get(cx, &c->source); /* whether the account has signed in from there */
    if (err != ERR_NONE || account.locked_until != 0 || !c->has_source)
        return err != ERR_NONE ? err : try_account(cx, c, how_out);
    err = take(cx, &c->source);
    if (err != ERR_NONE || c->source.locked_until == 0)
        return err != ERR_NONE ? err : try_account(cx, c, how_out);
    c->account = account;
    return turn_away(cx, &c->source);
}

enum errcode
counter_get(struct cx *cx, struct counter *c)
{
    enum errcode err = get(cx, &c->account);
    return err == ERR_NONE && c->has_source ? get(cx, &c->source) : err;
}

enum errcode
counter_succeed(struct cx *cx, struct counter *c)
{
    enum errcode err = store_lockout_take(cx, &c->account);
    if (err == ERR_NONE)
        err = end_lock(cx, &c->account, "sign-in");
    if (err == ERR_NONE)
        err = store_lockout_put(cx, &c->account);
    if (err != ERR_NONE || !c->has_source)
        return err;
    err = store_lockout_take(cx, &c->source);
    if (err == ERR_NONE)
        err = end_lock(cx, &c->source, "sign-in");
    c->source.refusals = 0;
    c->source.proved_at = cx->now;
    return err == ERR_NONE ? store_lockout_put(cx, &c->source) : err;
}

enum errcode
counter_withdraw(struct cx *cx, struct counter *c)
{
    struct lockout_row *a = &c->account;
    const struct digest key = c->source.key;
    if (!c->has_source)
        return ERR_NONE;
    enum errcode err = counter_get(cx, c);
    const bool adds = a->locked_until == 0 && c->source.period == a->period;
    if (err == ERR_NONE && adds && c->source.counted > 0) {
        a->failures -= c->source.counted < a->failures ? c->source.counted : a->failures;
        err = store_lockout_put(cx, a);
    }
    return err == ERR_NONE ? store_lockout_clear(cx, &key) : err;
}

int64_t
counter_left(const struct lockout_row *row, int64_t limit)
{
    if (row->locked_until != 0)
        return 0;
    return row->failures < limit ? limit - row->failures : 1;
}

static enum errcode
sweep_within(struct cx *cx, int64_t limit, bool *more_out)
{
    struct lockout_row *rows = NULL;
    size_t n = 0;
    int64_t removed = 0;
    enum errcode err = store_lockout_over(cx, limit, &rows, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        err = end_lock(cx, &rows[i], "time");
        if (err == ERR_NONE)
            err = store_lockout_put(cx, &rows[i]);
    }
    if (err == ERR_NONE)
        err = store_lockout_remove(cx, cx->now - COUNTER_FORGETS, limit, &removed);
    *more_out = err == ERR_NONE && ((int64_t)n == limit || removed == limit);
    return err;
}

enum errcode
counter_sweep(struct cx *cx, int64_t limit, bool *more_out)
{
    *more_out = false;
    enum errcode err = db_begin(cx);
    return err != ERR_NONE ? err : db_end(cx, sweep_within(cx, limit, more_out));
}
