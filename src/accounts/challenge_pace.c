/* SPDX-License-Identifier: Apache-2.0 */
/* challenge_pace: the counters that decide when the push channel rests. */
#include "accounts/challenge_pace.h"

#include "accounts/audit.h"
#include "accounts/challenge.h"
#include "store/store_login.h"

static enum errcode
rest(struct cx *cx, const struct technician *t, struct challenge_counters *c, const char *reason)
{
    c->unanswered = 0;
    c->refused = 0;
    c->rests_until = cx->now + CHALLENGE_REST;
    return audit_append(cx, (struct audit_of){t->company_id, t->id}, AUDIT_PUSH_RESTS, "reason",
                        str_from_cstr(reason), "until", clock_text(&cx->arena, c->rests_until), NULL);
}

enum errcode
challenge_pace_count(struct cx *cx, const struct technician *t, enum challenge_pace_event event)
{
    struct challenge_counters c = {t->push_unanswered, t->push_refused, t->push_rests_until, t->push_last_at,
                                   t->push_early_at};
    enum errcode err = ERR_NONE;
    switch (event) {
    case CHALLENGE_PACE_SENT:
        if (c.last_at + CHALLENGE_EVERY > cx->now)
            c.early_at = cx->now;
        c.last_at = cx->now;
        break;
    case CHALLENGE_PACE_UNANSWERED:
        if (++c.unanswered >= CHALLENGE_UNANSWERED_MAX)
            err = rest(cx, t, &c, "unanswered");
        break;
    case CHALLENGE_PACE_REFUSED:
        c.early_at = c.last_at;
        if (++c.refused >= CHALLENGE_REFUSED_MAX)
            err = rest(cx, t, &c, "refused");
        break;
    case CHALLENGE_PACE_APPROVED:
        c = (struct challenge_counters){.rests_until = c.rests_until};
        break;
    }
    return err != ERR_NONE ? err : store_challenge_counters_set(cx, t->id, &c);
}

void
challenge_pace_clear(struct technician *t)
{
    t->push_unanswered = t->push_refused = t->push_rests_until = t->push_last_at = t->push_early_at = 0;
}

bool
challenge_pace_rests(const struct cx *cx, const struct technician *t)
{
    return t->push_rests_until > cx->now;
}

bool
challenge_pace_is_last(const struct technician *t)
{
    return t->push_unanswered + 1 >= CHALLENGE_UNANSWERED_MAX;
}

int64_t
challenge_pace_free_at(const struct cx *cx, const struct technician *t)
{
    const int64_t paced = t->push_last_at == 0 ? 0 : t->push_last_at + CHALLENGE_EVERY;
    const int64_t early = t->push_early_at == 0 ? 0 : t->push_early_at + CHALLENGE_EVERY;
    const int64_t next = early <= cx->now ? early : paced > early ? paced : early;
    return next > t->push_rests_until ? next : t->push_rests_until;
}

static void
hold(struct challenge_hold *h, const char *reason, int64_t until)
{
    if (h->reason != NULL && h->until >= until)
        return;
    *h = (struct challenge_hold){reason, until};
}

/* The other pushes that are pending. */
static enum errcode
hold_for_others(struct cx *cx, const struct technician *t, struct str source, struct challenge_hold *h)
{
    struct challenge_row *rows = NULL;
    size_t n = 0;
    enum errcode err = store_challenge_list(cx, t->id, STR_LIT("pending"), CHALLENGE_LISTED, &rows, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        struct login_row other;
        if (rows[i].expires_at <= cx->now)
            continue;
        err = store_login_get(cx, rows[i].login_id, &other);
        if (err == ERR_NONE && (!str_eq(other.source, source) || challenge_pace_is_last(t)))
            hold(h, "pending", rows[i].expires_at);
    }
    return err;
}

enum errcode
challenge_pace_hold(struct cx *cx, const struct technician *t, struct str source,
                    struct challenge_hold *hold_out)
{
    int64_t devices = 0;
    *hold_out = (struct challenge_hold){.reason = NULL};
    enum errcode err = hold_for_others(cx, t, source, hold_out);
    if (err == ERR_NONE)
        err = device_count_active(cx, t->id, &devices);
    const int64_t free_at = challenge_pace_free_at(cx, t);
    if (free_at > cx->now)
        hold(hold_out, challenge_pace_rests(cx, t) ? "rest" : "pace", free_at);
    if (devices == 0)
        *hold_out = (struct challenge_hold){"no-device", 0};
    return err;
}
