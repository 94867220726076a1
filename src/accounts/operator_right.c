/* SPDX-License-Identifier: Apache-2.0 */
/* operator_right: see operator_right.h. */
#include "accounts/operator_right.h"

#include "accounts/company.h"
#include "accounts/device.h"
#include "accounts/technician.h"
#include "keys/env.h"
#include "store/store_operator_key.h"
#include "store/store_session.h"

static enum errcode
refuse(struct cx *cx, enum operator_refusal refusal, const char *why)
{
    cx->right->refusal = refusal;
    return err_set(cx, ERR_DENIED, "%s", why);
}

/* As the one who asks may see it: what is out of reach does not exist. */
static enum errcode
no_such(struct cx *cx, const char *what)
{
    err_forget(cx);
    return err_set(cx, ERR_NOT_FOUND, "there is no such %s within reach", what);
}

/* The operator's own rights as they are now. */
static enum errcode
take_operator(struct cx *cx, int64_t id, struct operator* o)
{
    enum errcode err = store_operator_get(cx, id, o);
    if (err == ERR_NONE && o->state != OPERATOR_ACTIVE)
        err = refuse(cx, OPERATOR_SIGNED_OUT, "the operator is disabled or deleted");
    if (err == ERR_NONE)
        cx->actor = arena_printf(&cx->arena, "operator:%.*s", STR_ARG(o->email));
    return err;
}

static enum errcode
take_session(struct cx *cx, struct operator_right *r)
{
    struct operator_session s;
    struct operator o;
    const struct digest digest = token_digest(r->session);
    enum errcode err = store_operator_session_get(cx, &digest, &s);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return refuse(cx, OPERATOR_SIGNED_OUT, "not signed in, or not any more");
    }
    if (err == ERR_NONE)
        err = take_operator(cx, s.operator_id, &o);
    if (err != ERR_NONE)
        return err;
    cx->door = STR_LIT("console");
    r->operator_id = o.id;
    r->session_id = s.id;
    r->idle_at = s.idle_at;
    r->role = o.role;
    r->own_everything = r->everything = o.everything;
    return ERR_NONE;
}

/* A token has the lesser of what it was made with and what its operator has now. */
static enum errcode
take_token(struct cx *cx, struct operator_right *r)
{
    struct operator_token t;
    struct operator o = {.role = OPERATOR_OWNER, .everything = true};
    const struct digest digest = token_digest(r->token);
    enum errcode err = store_operator_token_get(cx, &digest, &t);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return refuse(cx, OPERATOR_SIGNED_OUT, "the token is unknown, revoked or at its end");
    }
    if (err != ERR_NONE)
        return err;
    cx->actor = arena_printf(&cx->arena, "token:%.*s", STR_ARG(t.name));
    if (t.operator_id != 0)
        err = take_operator(cx, t.operator_id, &o);
    cx->door = arena_printf(&cx->arena, "token %.*s", STR_ARG(t.name));
    r->operator_id = t.operator_id;
    r->token_id = t.id;
    r->token_seen = t.used_at;
    r->token_ends = t.expires_at;
    r->role = t.role < o.role ? t.role : o.role;
    r->own_everything = o.everything;
    r->token_everything = t.everything;
    r->everything = t.everything && o.everything;
    return err;
}

static enum errcode
reaches(struct cx *cx, const struct operator_right *r, int64_t company, bool *reaches_out)
{
    bool has = true;
    enum errcode err = ERR_NONE;
    if (!r->own_everything)
        err = store_reach_has(cx, r->operator_id, company, &has);
    *reaches_out = has;
    if (err == ERR_NONE && has && r->token_id != 0 && !r->token_everything)
        err = store_reach_has(cx, r->token_id, company, reaches_out);
    return err;
}

void
operator_right_holders(const struct cx *cx, int64_t holders_out[2])
{
    const struct operator_right *r = cx->right;
    holders_out[0] = r != NULL && !r->own_everything ? r->operator_id : 0;
    holders_out[1] = r != NULL && r->token_id != 0 && !r->token_everything ? r->token_id : 0;
}

enum errcode
operator_right_companies(struct cx *cx, struct str after, int64_t limit, struct company **companies_out,
                         size_t *n_out, bool *more_out)
{
    struct company_choice choice = {.after = after, .limit = limit + 1};
    operator_right_holders(cx, choice.holders);
    enum errcode err = store_company_page(cx, &choice, companies_out, n_out);
    *more_out = (int64_t)*n_out > limit;
    *n_out -= *more_out;
    return err;
}

/* Every subject comes down to a company. */
static enum errcode
take_company(struct cx *cx, struct operator_right *r, int64_t company, const char *what)
{
    bool is_in_reach = false;
    if (r->company != 0 && r->company != company)
        return no_such(cx, what);
    enum errcode err = reaches(cx, r, company, &is_in_reach);
    if (err == ERR_NONE && !is_in_reach)
        return no_such(cx, what);
    r->company = company;
    return err;
}

static enum errcode
take_technician(struct cx *cx, struct operator_right *r, int64_t id, const char *what)
{
    struct technician t;
    enum errcode err = technician_get(cx, id, &t);
    if (err == ERR_NOT_FOUND || (err == ERR_NONE && t.deleted_at != 0))
        return no_such(cx, what);
    if (err == ERR_NONE)
        err = take_company(cx, r, t.company_id, what);
    r->technician = id;
    return err;
}

static enum errcode
take_named_technician(struct cx *cx, struct operator_right *r)
{
    struct technician t;
    int64_t id = 0;
    if (str_to_i64(r->subject.technician, 1, INT64_MAX, &id) == ERR_NONE)
        return take_technician(cx, r, id, "technician");
    enum errcode err = technician_find(cx, r->subject.technician, &t);
    if (err == ERR_NOT_FOUND)
        return no_such(cx, "technician");
    return err != ERR_NONE ? err : take_technician(cx, r, t.id, "technician");
}

static enum errcode
take_device(struct cx *cx, struct operator_right *r)
{
    struct device d;
    if (str_to_i64(r->subject.device, 1, INT64_MAX, &r->device) != ERR_NONE)
        return no_such(cx, "device");
    enum errcode err = device_get(cx, r->device, &d);
    if (err == ERR_NOT_FOUND)
        return no_such(cx, "device");
    return err != ERR_NONE ? err : take_technician(cx, r, d.technician_id, "device");
}

static enum errcode
take_console(struct cx *cx, struct operator_right *r)
{
    struct session_row row;
    if (str_to_i64(r->subject.session, 1, INT64_MAX, &r->console) != ERR_NONE)
        return no_such(cx, "session");
    enum errcode err = store_session_get(cx, r->console, &row);
    if (err == ERR_NOT_FOUND)
        return no_such(cx, "session");
    return err != ERR_NONE ? err : take_company(cx, r, row.company_id, "session");
}

/* A list of everything that is in reach: all companies, several where the list can have them, or the only
 * one. */
static enum errcode
take_reach(struct cx *cx, struct operator_right *r)
{
    int64_t *companies = NULL;
    size_t n = 0;
    if (r->everything)
        return ERR_NONE;
    if (!r->subject.is_list)
        return refuse(cx, OPERATOR_OUT_OF_REACH, "this needs a reach of everything");
    if (r->subject.is_of_several)
        return ERR_NONE;
    const int64_t holder = r->token_id != 0 && !r->token_everything ? r->token_id : r->operator_id;
    enum errcode err = store_reach_list(cx, holder, &companies, &n);
    if (err == ERR_NONE && n != 1)
        return refuse(cx, OPERATOR_NEEDS_COMPANY, "name one of the companies within reach");
    return err != ERR_NONE ? err : take_company(cx, r, companies[0], "company");
}

static enum errcode
take_subject(struct cx *cx, struct operator_right *r)
{
    struct company company;
    enum errcode err = ERR_NONE;
    r->company = r->technician = r->device = r->console = 0;
    if (r->subject.is_own)
        return ERR_NONE;
    if (!str_is_null(r->subject.company)) {
        err = company_find(cx, r->subject.company, &company);
        if (err == ERR_NOT_FOUND)
            return no_such(cx, "company");
        if (err == ERR_NONE)
            err = take_company(cx, r, company.id, "company");
    }
    if (err == ERR_NONE && !str_is_null(r->subject.technician))
        err = take_named_technician(cx, r);
    if (err == ERR_NONE && !str_is_null(r->subject.device))
        err = take_device(cx, r);
    if (err == ERR_NONE && !str_is_null(r->subject.session))
        err = take_console(cx, r);
    return err == ERR_NONE && r->company == 0 ? take_reach(cx, r) : err;
}

int64_t
operator_right_holder(const struct operator_right *r)
{
    return r->token_id != 0 ? r->token_id : r->operator_id;
}

static enum errcode
take_key(struct cx *cx, struct operator_right *r)
{
    bool is_done = false;
    enum errcode err = operator_once_look(cx, &r->once, operator_right_holder(r), &is_done);
    if (err == ERR_EXISTS) {
        err_forget(cx);
        return refuse(cx, OPERATOR_KEY_REUSED, "the Idempotency-Key was used with another request");
    }
    if (err == ERR_NONE && is_done)
        return refuse(cx, OPERATOR_ALREADY_DONE, "the request was carried out before");
    return err;
}

/* Runs in each transaction (cx->enters). */
static enum errcode
enter(struct cx *cx)
{
    struct operator_right *r = cx->right;
    r->refusal = OPERATOR_NOT_REFUSED;
    cx->proofs &= ~(unsigned)CX_PROOF_OPERATOR;
    enum errcode err = !str_is_null(r->session) ? take_session(cx, r)
                       : !str_is_null(r->token) ? take_token(cx, r)
                                                : refuse(cx, OPERATOR_SIGNED_OUT, "not signed in");
    if (err == ERR_NONE && r->role < r->needs)
        err = refuse(cx, OPERATOR_ROLE,
                     arena_printf(&cx->arena, "this needs the role %s", operator_role_names[r->needs]).p);
    if (err == ERR_NONE)
        err = take_subject(cx, r);
    if (err == ERR_NONE)
        err = take_key(cx, r);
    if (err == ERR_NONE)
        cx->proofs |= CX_PROOF_OPERATOR;
    return err;
}

void
operator_right_use(struct cx *cx, struct operator_right *right)
{
    cx->right = right;
    cx->enters = enter;
}

enum errcode
operator_right_covers(struct cx *cx, const struct operator_grant *grant)
{
    const struct operator_right *r = cx->right;
    if (grant->role == OPERATOR_OWNER && !grant->everything)
        return err_set(cx, ERR_USAGE, "an owner reaches everything");
    if (r == NULL || (r->everything && grant->role <= r->role))
        return ERR_NONE;
    return refuse(cx, OPERATOR_ROLE, "nothing can be given or changed that is more than one's own right");
}
