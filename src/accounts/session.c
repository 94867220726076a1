/* SPDX-License-Identifier: Apache-2.0 */
/* session: a signed-in console. Only grant.c opens one. */
#include "accounts/session.h"

#include "accounts/account.h"
#include "accounts/decide.h"
#include "base/clock.h"
#include "db/db.h"
#include "keys/env.h"
#include "store/store_session.h"

#define SESSION_KEPT (7 * CLOCK_DAY)

enum { SESSIONS_LISTED = 10000 };

static bool
is_live(const struct cx *cx, const struct session_row *s)
{
    return s->ended_at == 0 && s->idle_at > cx->now && s->expires_at > cx->now;
}

static struct session
session_of(const struct session_row *r)
{
    return (struct session){.id = r->id,
                            .company_id = r->company_id,
                            .technician_id = r->technician_id,
                            .has_second_factor = r->has_second_factor,
                            .source = r->source,
                            .console = r->console,
                            .created_at = r->created_at,
                            .seen_at = r->seen_at,
                            .idle_at = r->idle_at,
                            .expires_at = r->expires_at,
                            .ended_at = r->ended_at};
}

static enum errcode
find_row(struct cx *cx, struct str token, struct session_row *row_out)
{
    if (str_is_empty(token))
        return err_set(cx, ERR_NOT_FOUND, "no session cookie");
    const struct digest digest = token_digest(token);
    return store_session_by_token(cx, &digest, row_out);
}

static enum errcode
find_live(struct cx *cx, struct str token, struct session *session_out)
{
    struct session_row row = {.id = 0};
    enum errcode err = find_row(cx, token, &row);
    if (err == ERR_NONE && !is_live(cx, &row))
        err = err_set(cx, ERR_NOT_FOUND, "the session has ended");
    if (err != ERR_NONE)
        return err;
    cx->proofs |= CX_PROOF_SESSION;
    *session_out = session_of(&row);
    return ERR_NONE;
}

/* *may_out: SIGNIN_OK, or why a live session's account may not continue. */
static enum errcode
look(struct cx *cx, struct str token, struct session *s, struct account *a, enum signin_result *may_out)
{
    enum errcode err = find_live(cx, token, s);
    if (err == ERR_NONE)
        err = account_read(cx, s->technician_id, a);
    if (err != ERR_NONE)
        return err;
    const struct facts facts = {.account = a, .is_alone = !s->has_second_factor};
    *may_out = decide(&facts, AT_SESSION);
    return ERR_NONE;
}

enum errcode
session_enter(struct cx *cx, struct str token, struct session *session_out, struct account *account_out)
{
    enum signin_result may = SIGNIN_OK;
    enum errcode err = look(cx, token, session_out, account_out, &may);
    if (err == ERR_NONE && may != SIGNIN_OK)
        err = err_set(cx, ERR_NOT_FOUND, "the session's account may not go on: %s", signin_result_name(may));
    return err;
}

enum errcode
session_of_deleted(struct cx *cx, struct str token, bool *is_out)
{
    struct session_row row = {.id = 0};
    struct technician t;
    *is_out = false;
    enum errcode err = find_row(cx, token, &row);
    if (err == ERR_NONE)
        err = technician_get(cx, row.technician_id, &t);
    if (err == ERR_NONE)
        *is_out = t.deleted_at != 0 && (row.ended_at == 0 || row.ended_at >= t.deleted_at) &&
                  row.idle_at > cx->now && row.expires_at > cx->now;
    if (err != ERR_NOT_FOUND)
        return err;
    err_forget(cx);
    return ERR_NONE;
}

/* Within the open transaction: ends a live session, with its audit event. */
static enum errcode
end_one(struct cx *cx, const struct session *s, const char *reason, bool *ended_out)
{
    enum errcode err = store_session_end(cx, s->id, cx->now, str_from_cstr(reason), ended_out);
    if (err != ERR_NONE || !*ended_out)
        return err;
    return audit_append(cx, (struct audit_of){s->company_id, s->technician_id}, AUDIT_SESSION_ENDED,
                        "session", arena_printf(&cx->arena, "%lld", (long long)s->id), "reason",
                        str_from_cstr(reason), NULL);
}

static enum errcode
keep_alive_within(struct cx *cx, struct str token, bool *alive_out)
{
    struct session s;
    struct account a;
    enum signin_result may = SIGNIN_OK;
    bool ended = false;
    enum errcode err = look(cx, token, &s, &a, &may);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    if (err != ERR_NONE)
        return err;
    if (may != SIGNIN_OK)
        return end_one(cx, &s, signin_result_name(may), &ended);
    account_acts(cx, s.technician_id);
    const int64_t idle = cx->now + a.p.session_idle;
    return store_session_touch(cx, s.id, cx->now, idle < s.expires_at ? idle : s.expires_at, alive_out);
}

enum errcode
session_keep_alive(struct cx *cx, struct str token, bool *alive_out)
{
    *alive_out = false;
    enum errcode err = db_begin(cx);
    return err != ERR_NONE ? err : db_end(cx, keep_alive_within(cx, token, alive_out));
}

static enum errcode
log_out_within(struct cx *cx, struct str token, bool *was_alive_out)
{
    struct session s;
    enum errcode err = find_live(cx, token, &s);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    if (err != ERR_NONE)
        return err;
    account_acts(cx, s.technician_id);
    return end_one(cx, &s, "logout", was_alive_out);
}

enum errcode
session_log_out(struct cx *cx, struct str token, bool *was_alive_out)
{
    *was_alive_out = false;
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = log_out_within(cx, token, was_alive_out);
    return db_end(cx, err);
}

enum errcode
session_page(struct cx *cx, const struct session_page *page, struct session **sessions_out, size_t *n_out,
             bool *more_out)
{
    const struct session_choice which = {.company_id = page->company_id,
                                         .technician_id = page->technician_id,
                                         .after_at = page->after_at,
                                         .after_id = page->after_id};
    struct session_row *rows = NULL;
    *sessions_out = NULL;
    *n_out = 0;
    *more_out = false;
    enum errcode err = store_session_list(cx, &which, cx->now, page->limit + 1, &rows, n_out);
    if (err != ERR_NONE)
        return err;
    *more_out = (int64_t)*n_out > page->limit;
    *n_out -= *more_out;
    *sessions_out = arena_array(&cx->arena, *n_out + 1, sizeof **sessions_out);
    for (size_t i = 0; i < *n_out; i++)
        (*sessions_out)[i] = session_of(&rows[i]);
    return ERR_NONE;
}

enum errcode
session_list(struct cx *cx, int64_t company_id, int64_t technician_id, struct session **sessions_out,
             size_t *n_out)
{
    const struct session_page page = {
        .company_id = company_id, .technician_id = technician_id, .limit = SESSIONS_LISTED};
    bool more = false;
    return session_page(cx, &page, sessions_out, n_out, &more);
}

enum errcode
session_end(struct cx *cx, int64_t id, const char *reason)
{
    struct session_row row;
    bool ended = false;
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = store_session_get(cx, id, &row);
    if (err == ERR_NONE) {
        const struct session s = session_of(&row);
        err = end_one(cx, &s, reason, &ended);
    }
    if (err == ERR_NONE && !ended)
        err = err_set(cx, ERR_NOT_FOUND, "session %lld is not live", (long long)id);
    return db_end(cx, err);
}

enum errcode
session_end_all(struct cx *cx, int64_t technician_id, int64_t except_session, const char *reason)
{
    const struct session_choice which = {.technician_id = technician_id, .except_id = except_session};
    struct technician t;
    int64_t n = 0;
    enum errcode err = store_session_end_all(cx, &which, cx->now, str_from_cstr(reason), &n);
    if (err != ERR_NONE || n == 0)
        return err;
    if ((err = technician_get(cx, technician_id, &t)) != ERR_NONE)
        return err;
    return audit_append(cx, (struct audit_of){t.company_id, t.id}, AUDIT_SESSION_ALL_ENDED, "count",
                        arena_printf(&cx->arena, "%lld", (long long)n), "reason", str_from_cstr(reason),
                        NULL);
}

static enum errcode
audit_company(struct cx *cx, int64_t company_id, int64_t n, const char *reason)
{
    if (n == 0)
        return ERR_NONE;
    return audit_append(cx, (struct audit_of){.company = company_id}, AUDIT_SESSION_ALL_ENDED, "count",
                        arena_printf(&cx->arena, "%lld", (long long)n), "reason", str_from_cstr(reason),
                        NULL);
}

enum errcode
session_end_company(struct cx *cx, int64_t company_id, const char *reason)
{
    int64_t n = 0;
    enum errcode err = store_session_end_company(cx, company_id, cx->now, str_from_cstr(reason), &n);
    return err != ERR_NONE ? err : audit_company(cx, company_id, n, reason);
}

enum errcode
session_end_alone(struct cx *cx, int64_t company_id, const char *reason)
{
    int64_t n = 0;
    enum errcode err = store_session_end_alone(cx, company_id, cx->now, str_from_cstr(reason), &n);
    return err != ERR_NONE ? err : audit_company(cx, company_id, n, reason);
}

enum errcode
session_shorten(struct cx *cx, int64_t company_id, int64_t idle, int64_t life)
{
    return store_session_shorten(cx, company_id, idle, life, cx->now);
}

/* One that ended by itself. */
static enum errcode
lapse_one(struct cx *cx, const struct session_row *s)
{
    const struct str reason = s->idle_at < s->expires_at ? STR_LIT("idle") : STR_LIT("life");
    enum errcode err = store_session_lapse(cx, s->id, reason);
    if (err != ERR_NONE)
        return err;
    return audit_append(cx, (struct audit_of){s->company_id, s->technician_id}, AUDIT_SESSION_ENDED,
                        "session", arena_printf(&cx->arena, "%lld", (long long)s->id), "reason", reason, "at",
                        clock_text(&cx->arena, s->idle_at), NULL);
}

static enum errcode
sweep_within(struct cx *cx, int64_t limit, bool *more_out)
{
    struct session_row *rows = NULL;
    size_t n = 0;
    int64_t removed = 0;
    enum errcode err = store_session_lapsed(cx, cx->now, limit, &rows, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++)
        err = lapse_one(cx, &rows[i]);
    if (err == ERR_NONE)
        err = store_session_remove(cx, cx->now - SESSION_KEPT, limit, &removed);
    *more_out = err == ERR_NONE && ((int64_t)n == limit || removed == limit);
    return err;
}

enum errcode
session_sweep(struct cx *cx, int64_t limit, bool *more_out)
{
    *more_out = false;
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = sweep_within(cx, limit, more_out);
    return db_end(cx, err);
}

static enum errcode
redeem_within(struct cx *cx, struct str ticket, struct redeemed *redeemed_out)
{
    struct session_row row;
    struct account a;
    bool won = false;
    const struct digest digest = token_digest(ticket);
    enum errcode err = store_session_by_ticket(cx, &digest, &row);
    if (err == ERR_NONE)
        err = store_session_spend_ticket(cx, row.id, cx->now, &won);
    if (err == ERR_NONE && !won)
        err = err_set(cx, ERR_NOT_FOUND, "the ticket is spent or over");
    if (err == ERR_NONE)
        err = account_read(cx, row.technician_id, &a);
    if (err != ERR_NONE)
        return err;
    const struct facts facts = {.account = &a, .is_alone = !row.has_second_factor};
    if (decide(&facts, AT_SESSION) != SIGNIN_OK)
        return err_set(cx, ERR_NOT_FOUND, "the ticket's account may not go on");
    cx->proofs |= CX_PROOF_CONSOLE;
    *redeemed_out = (struct redeemed){.account = a.t.email,
                                      .company = a.c.title,
                                      .session_id = arena_printf(&cx->arena, "%lld", (long long)row.id),
                                      .password_notice = password_notice(cx, &a.p, &a.t)};
    return audit_append(cx, account_of(&a), AUDIT_SESSION_REDEEMED, "session", redeemed_out->session_id,
                        NULL);
}

enum errcode
session_redeem(struct cx *cx, struct str ticket, struct redeemed *redeemed_out)
{
    if (str_is_empty(ticket))
        return err_set(cx, ERR_NOT_FOUND, "no ticket");
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = redeem_within(cx, ticket, redeemed_out);
    return db_end(cx, err);
}
