/* SPDX-License-Identifier: Apache-2.0 */
/* enrolment: see enrolment.h. */
#include "accounts/enrolment.h"

#include "accounts/account.h"
#include "accounts/decide.h"
#include "accounts/device.h"
#include "accounts/sweep.h"
#include "base/clock.h"
#include "db/db.h"
#include "keys/env.h"

#define ENROLMENT_KEPT (7 * CLOCK_DAY)

/* self_generation 0: an operator's. */
static enum errcode
make(struct cx *cx, const struct technician *t, int64_t life, int64_t self_generation, struct str *link_out)
{
    struct str ticket = token_random(cx);
    const struct digest digest = token_digest(ticket);
    const struct enrolment_link link = {
        .is_self = self_generation != 0,
        .created_at = cx->now,
        .expires_at = cx->now + life,
        .made_by = str_is_null(cx->actor) ? STR_LIT("system") : cx->actor,
    };
    *link_out = STR_NULL;
    enum errcode err = device_check_room(cx, t->id);
    if (err == ERR_NONE)
        err = store_enrolment_insert(cx, t->id, &digest, &link, self_generation);
    if (err == ERR_NONE && link.is_self)
        err = store_enrolment_keep_self(cx, t->id, ENROLMENT_SELF_MAX);
    if (err == ERR_NONE)
        err = audit_append(cx, (struct audit_of){t->company_id, t->id},
                           link.is_self ? AUDIT_ENROLMENT_CREATED_SELF : AUDIT_ENROLMENT_CREATED, "kind",
                           link.is_self ? STR_LIT("self") : STR_LIT("operator"), "expires",
                           clock_text(&cx->arena, link.expires_at), NULL);
    if (err == ERR_NONE)
        *link_out =
            arena_printf(&cx->arena, "%.*s/approve/#%.*s", STR_ARG(cx->env->public_url), STR_ARG(ticket));
    return err;
}

enum errcode
enrolment_new(struct cx *cx, int64_t technician_id, int64_t life, struct str *link_out)
{
    struct technician t;
    struct str link = STR_NULL;
    *link_out = STR_NULL;
    enum errcode err = technician_begin_change(cx, technician_id, &t);
    if (err != ERR_NONE)
        return err;
    err = db_end(cx, make(cx, &t, life, 0, &link));
    if (err == ERR_NONE)
        *link_out = link;
    return err;
}

enum errcode
enrolment_new_within(struct cx *cx, const struct technician *t, int64_t life, struct str *link_out)
{
    return make(cx, t, life, 0, link_out);
}

enum errcode
enrolment_new_self_within(struct cx *cx, const struct technician *t, int64_t life, struct str *link_out)
{
    return make(cx, t, life, t->password_generation, link_out);
}

enum errcode
enrolment_check_self(struct cx *cx, int64_t technician_id)
{
    struct account a;
    const struct facts facts = {.account = &a};
    enum errcode err = account_read(cx, technician_id, &a);
    if (err == ERR_NONE && decide(&facts, AT_SELF) != SIGNIN_OK)
        return err_set(cx, ERR_NOT_FOUND, "the ticket's account cannot be used at present");
    if (err == ERR_NONE && !account_may_enrol_itself(&a))
        err = err_set(cx, ERR_NOT_FOUND, "the ticket was for a first second factor, and there was one since");
    return err;
}

enum errcode
enrolment_list(struct cx *cx, int64_t technician_id, struct enrolment_link **links_out, size_t *n_out)
{
    return store_enrolment_list(cx, technician_id, links_out, n_out);
}

static enum errcode
audit_void(struct cx *cx, struct audit_of of, int64_t n, const char *reason)
{
    if (n == 0)
        return ERR_NONE;
    return audit_append(cx, of, AUDIT_ENROLMENT_VOIDED, "count",
                        arena_printf(&cx->arena, "%lld", (long long)n), "reason", str_from_cstr(reason),
                        NULL);
}

enum errcode
enrolment_void(struct cx *cx, const struct technician *t, const char *reason, int64_t *n_out)
{
    enum errcode err = store_enrolment_void(cx, t->id, n_out);
    return err != ERR_NONE ? err : audit_void(cx, (struct audit_of){t->company_id, t->id}, *n_out, reason);
}

enum errcode
enrolment_void_company(struct cx *cx, int64_t company_id, const char *reason)
{
    int64_t n = 0;
    enum errcode err = store_enrolment_void_company(cx, company_id, &n);
    return err != ERR_NONE ? err : audit_void(cx, (struct audit_of){.company = company_id}, n, reason);
}

enum errcode
enrolment_cancel(struct cx *cx, int64_t technician_id, int64_t *n_out)
{
    struct technician t;
    *n_out = 0;
    enum errcode err = technician_begin_change(cx, technician_id, &t);
    if (err != ERR_NONE)
        return err;
    return db_end(cx, enrolment_void(cx, &t, "operator", n_out));
}

enum errcode
enrolment_sweep(struct cx *cx, int64_t limit, bool *more_out)
{
    return sweep_old(cx, store_enrolment_remove, ENROLMENT_KEPT, limit, more_out);
}
