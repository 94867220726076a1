/* SPDX-License-Identifier: Apache-2.0 */
/* operators: an operator in the world of a sign-in, and the members of every operation of the operator's API
 * that are right there. */
#ifndef COUNTERSIGN_TESTS_OPS_OPERATORS_H
#define COUNTERSIGN_TESTS_OPS_OPERATORS_H

#include "tests/unit/signin/world.h"

#include "accounts/operator_session.h"
#include "accounts/session.h"
#include "contract/ct.h"

static inline bool
is_operator(enum ct_caller_id caller)
{
    return caller == CT_CALLER_OPERATOR || caller == CT_CALLER_AUDITOR || caller == CT_CALLER_HELPDESK ||
           caller == CT_CALLER_ADMIN || caller == CT_CALLER_OWNER;
}

static inline enum operator_role
least_role(const struct ct_op *op)
{
    return op->caller == CT_CALLER_OWNER      ? OPERATOR_OWNER
           : op->caller == CT_CALLER_ADMIN    ? OPERATOR_ADMIN
           : op->caller == CT_CALLER_HELPDESK ? OPERATOR_HELPDESK
                                              : OPERATOR_AUDITOR;
}

static inline int64_t
operators_add(struct world *w, enum operator_role role)
{
    const struct operator_new new = {.email = STR("olga@example.com"),
                                     .grant = {.role = role, .everything = true}};
    struct operator o;
    assert_ok(db_begin(w->cx));
    assert_ok(db_end(w->cx, operator_add_within(w->cx, &new, &o)));
    return o.id;
}

/* As a sign-in opens it; the cookie's value, kept. */
static inline struct str
operators_session(struct world *w, int64_t operator_id)
{
    struct cx *cx = w->cx;
    struct str token = arena_str(&w->kept, token_random(cx));
    const struct digest digest = token_digest(token), challenge = token_digest(token_random(cx));
    const struct operator_session s = {.id = operator_id + 1,
                                       .operator_id = operator_id,
                                       .source = STR(""),
                                       .console = STR(""),
                                       .created_at = cx->now,
                                       .idle_at = cx->now + OPERATOR_IDLE,
                                       .expires_at = cx->now + OPERATOR_LIFE};
    assert_ok(store_operator_session_insert(cx, &s, &digest, &challenge));
    return token;
}

static inline bool
operators_has(const struct ct_op *op, const char *name)
{
    for (size_t i = 0; i < op->in.n; i++)
        if (str_eq(op->in.fields[i].name, str_from_cstr(name)))
            return true;
    return false;
}

static inline void
operators_put(struct world *w, const struct ct_op *op, void *in, const char *name, struct str value)
{
    for (size_t i = 0; i < op->in.n; i++)
        if (op->in.fields[i].kind == CT_STRING && str_eq(op->in.fields[i].name, str_from_cstr(name)))
            *(struct str *)(void *)((unsigned char *)in + op->in.fields[i].offset) =
                str_is_null(value) ? value : arena_str(&w->kept, value);
}

static inline struct str
operators_live_session(struct world *w)
{
    struct session *sessions = NULL;
    size_t n = 0;
    world_sign_in(w);
    assert_ok(session_list(w->cx, 0, w->technician, &sessions, &n));
    return arena_printf(&w->kept, "%lld", (long long)sessions[0].id);
}

/* What is not on the list is left out. */
static inline void
operators_members(struct world *w, const struct ct_op *op, void *in)
{
    static const char *const fixed[][2] = {
        {"sCompany", "acme"}, {"sTechnician", WORLD_EMAIL}, {"sKey", "seats"},
        {"sValue", "3"},      {"sVerdict", "deny"},         {"sNet", "192.0.2.1"},
        {"sName", "name"},    {"sTitle", "Title"},          {"sEmail", "new@example.com"},
        {"sRole", "auditor"}, {"sReach", "everything"},     {"sOperator", "olga@example.com"},
        {"sRuleId", "7"},     {"sPasskeyId", "7"},          {"sSeq", "1"}};
    for (size_t i = 0; i < op->in.n; i++)
        operators_put(w, op, in, op->in.fields[i].name.p, STR_NULL);
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
        operators_put(w, op, in, fixed[i][0], str_from_cstr(fixed[i][1]));
    if (operators_has(op, "sSessionId"))
        operators_put(w, op, in, "sSessionId", operators_live_session(w));
    operators_put(w, op, in, "sDeviceId", arena_printf(&w->kept, "%lld", (long long)w->phone.device.id));
}

#endif
