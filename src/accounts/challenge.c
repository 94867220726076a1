/* SPDX-License-Identifier: Apache-2.0 */
/* challenge: the table of states and events, and the one function that writes a state. challenge_answer.c
 * is the phone's side; challenge_console.c is the console's. */
#include "accounts/challenge.h"

#include "accounts/audit.h"
#include "accounts/challenge_pace.h"
#include "accounts/technician.h"
#include "base/clock.h"
#include "db/db.h"
#include "store/store_challenge.h"
#include "store/store_login.h"

enum { SWEEP_KEEP_DAYS = 1 };

static const struct str state_names[CHALLENGE_STATE_COUNT_] = {
#define STATE(name) [CHALLENGE_##name] = STR(#name),
#include "accounts/challenge_state.def"
};

static const struct move {
    enum challenge_state from;
    enum challenge_event event;
    enum challenge_state to;
} moves[] = {
#define MOVE(from, event, to) {CHALLENGE_##from, CHALLENGE_EVENT_##event, CHALLENGE_##to},
#include "accounts/challenge_state.def"
};

const char *
challenge_state_name(enum challenge_state state)
{
    ASSERT(state < CHALLENGE_STATE_COUNT_);
    return state_names[state].p;
}

bool
challenge_state_read(struct str name, enum challenge_state *state_out)
{
    for (size_t i = 0; i < CHALLENGE_STATE_COUNT_; i++) {
        if (str_eq(name, state_names[i])) {
            *state_out = (enum challenge_state)i;
            return true;
        }
    }
    return false;
}

enum errcode
challenge_state_of(struct cx *cx, const struct challenge_row *c, enum challenge_state *state_out)
{
    if (challenge_state_read(c->state, state_out))
        return ERR_NONE;
    return err_set(cx, ERR_STORE, "challenge %lld: no such state", (long long)c->id);
}

bool
challenge_next(enum challenge_state from, enum challenge_event event, enum challenge_state *to_out)
{
    for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
        if (moves[i].from == from && moves[i].event == event) {
            *to_out = moves[i].to;
            return true;
        }
    }
    return false;
}

static bool
is_answer(enum challenge_event event)
{
    return event == CHALLENGE_EVENT_approve || event == CHALLENGE_EVENT_reject ||
           event == CHALLENGE_EVENT_report || event == CHALLENGE_EVENT_wrong_number;
}

enum errcode
challenge_move(struct cx *cx, const struct challenge_move *move, bool *won_out)
{
    enum challenge_state to;
    *won_out = false;
    if (!challenge_next(move->from, move->event, &to))
        return ERR_NONE;
    struct challenge_change change = {.id = move->id,
                                      .from = state_names[move->from],
                                      .to = state_names[to],
                                      .answered_at = is_answer(move->event) ? cx->now : 0,
                                      .answered_by = move->by_device};
    int64_t technician_id = 0;
    enum errcode err = store_challenge_move(cx, &change, &technician_id);
    *won_out = err == ERR_NONE && technician_id != 0;
    if (*won_out)
        cx_wake(cx, technician_id);
    return err;
}

/* Ends a pending or approved one by `event`; the audit log has the reason. */
static enum errcode
end_one(struct cx *cx, const struct challenge_row *c, enum challenge_event event, const char *reason)
{
    struct challenge_move move = {.id = c->id, .event = event};
    const bool fails = event == CHALLENGE_EVENT_fail;
    bool won = false;
    struct technician t;
    enum errcode err = challenge_state_of(cx, c, &move.from);
    if (err == ERR_NONE)
        err = challenge_move(cx, &move, &won);
    if (err != ERR_NONE || !won)
        return err;
    if ((err = technician_get(cx, c->technician_id, &t)) != ERR_NONE)
        return err;
    return audit_append(cx, (struct audit_of){t.company_id, t.id},
                        fails ? AUDIT_PUSH_FAILED : AUDIT_PUSH_CANCELLED, "challenge", c->public_id, "reason",
                        str_from_cstr(reason), NULL);
}

static enum errcode
fail_pending(struct cx *cx, int64_t technician_id, const char *reason)
{
    struct challenge_row *rows = NULL;
    size_t n = 0;
    enum errcode err =
        store_challenge_list(cx, technician_id, state_names[CHALLENGE_pending], CHALLENGE_LISTED, &rows, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++)
        err = end_one(cx, &rows[i], CHALLENGE_EVENT_fail, reason);
    return err;
}

enum errcode
challenge_fail_without_device(struct cx *cx, int64_t technician_id)
{
    int64_t devices = 0;
    enum errcode err = device_count_active(cx, technician_id, &devices);
    return err != ERR_NONE || devices > 0 ? err : fail_pending(cx, technician_id, "no active device");
}

enum errcode
challenge_withdraw(struct cx *cx, int64_t technician_id, int64_t device_id)
{
    struct challenge_row *rows = NULL;
    size_t n = 0;
    /* The newest are enough: a push is sent every 30 s at most, and a login lives for ten minutes. */
    enum errcode err =
        store_challenge_list(cx, technician_id, state_names[CHALLENGE_approved], CHALLENGE_LISTED, &rows, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++)
        if (rows[i].answered_by == device_id)
            err = end_one(cx, &rows[i], CHALLENGE_EVENT_cancel, "device");
    return err;
}

/* What is to be ended: of an account or of a company. */
struct ending {
    int64_t of;
    enum challenge_event event;
    const char *reason;
    enum errcode (*find)(struct cx *cx, int64_t of, int64_t limit, struct challenge_row **rows_out,
                         size_t *n_out);
};

/* Each round changes the rows it found, so the next round does not find them again. */
static enum errcode
end_what(struct cx *cx, const struct ending *e)
{
    struct challenge_row *rows = NULL;
    size_t n = CHALLENGE_LISTED;
    enum errcode err = ERR_NONE;
    while (err == ERR_NONE && n == CHALLENGE_LISTED) {
        err = e->find(cx, e->of, CHALLENGE_LISTED, &rows, &n);
        for (size_t i = 0; i < n && err == ERR_NONE; i++)
            err = end_one(cx, &rows[i], e->event, e->reason);
    }
    return err;
}

enum errcode
challenge_withdraw_without_passkey(struct cx *cx, int64_t company_id)
{
    return end_what(
        cx, &(struct ending){company_id, CHALLENGE_EVENT_cancel, "passkey", store_challenge_without_passkey});
}

static enum errcode
find_short_number(struct cx *cx, int64_t company_id, int64_t limit, struct challenge_row **rows_out,
                  size_t *n_out)
{
    struct policy p;
    *n_out = 0;
    enum errcode err = policy_get(cx, company_id, &p);
    if (err != ERR_NONE || !p.push_number)
        return err;
    return store_challenge_short_number(cx, &(struct challenge_number){company_id, p.push_digits}, limit,
                                        rows_out, n_out);
}

enum errcode
challenge_withdraw_short_number(struct cx *cx, int64_t company_id)
{
    return end_what(cx, &(struct ending){company_id, CHALLENGE_EVENT_cancel, "number", find_short_number});
}

enum errcode
challenge_revoke_account(struct cx *cx, int64_t technician_id, const char *reason)
{
    return end_what(
        cx, &(struct ending){technician_id, CHALLENGE_EVENT_fail, reason, store_challenge_open_of_account});
}

enum errcode
challenge_revoke_company(struct cx *cx, int64_t company_id, const char *reason)
{
    return end_what(
        cx, &(struct ending){company_id, CHALLENGE_EVENT_fail, reason, store_challenge_open_of_company});
}

enum errcode
challenge_fail(struct cx *cx, int64_t id)
{
    struct challenge_row c;
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = store_challenge_get(cx, id, &c);
    if (err == ERR_NONE && c.seen_at == 0 && str_eq(c.state, state_names[CHALLENGE_pending]))
        err = end_one(cx, &c, CHALLENGE_EVENT_fail, "not delivered");
    return db_end(cx, err);
}

enum errcode
challenge_expire(struct cx *cx, const struct challenge_row *c)
{
    const struct challenge_move expire = {c->id, CHALLENGE_pending, CHALLENGE_EVENT_expire, 0};
    bool won = false;
    struct technician t;
    enum errcode err = challenge_move(cx, &expire, &won);
    if (err != ERR_NONE || !won)
        return err;
    if ((err = technician_get(cx, c->technician_id, &t)) != ERR_NONE)
        return err;
    if ((err = challenge_pace_count(cx, &t, CHALLENGE_PACE_UNANSWERED)) != ERR_NONE)
        return err;
    return audit_append(cx, (struct audit_of){t.company_id, t.id}, AUDIT_PUSH_EXPIRED, "challenge",
                        c->public_id, NULL);
}

static enum errcode
sweep_within(struct cx *cx, int64_t limit, bool *more_out)
{
    struct challenge_row *rows = NULL;
    size_t n = 0;
    int64_t removed = 0;
    enum errcode err = store_challenge_overdue(cx, cx->now, limit, &rows, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++)
        err = challenge_expire(cx, &rows[i]);
    if (err == ERR_NONE)
        err = store_login_remove(cx, cx->now - SWEEP_KEEP_DAYS * CLOCK_DAY, limit, &removed);
    *more_out = (int64_t)n == limit || removed == limit;
    return err;
}

enum errcode
challenge_sweep(struct cx *cx, int64_t limit, bool *more_out)
{
    *more_out = false;
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = sweep_within(cx, limit, more_out);
    return db_end(cx, err);
}
