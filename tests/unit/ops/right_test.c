/* SPDX-License-Identifier: Apache-2.0 */
/* right: every role on every operation of the operator's API, and every operation with what is out of reach.
 * A new row of ops.def is tried here without further code. */
#include "tests/unit/ops/operators.h"

#include "accounts/company_change.h"
#include "accounts/operator_token.h"
#include "contract/call.h"
#include "contract/ct_json.h"
#include "ops/ops.h"

struct trial {
    struct world *w;
    const struct ct_op *op;
    struct call call;
    struct call_reply reply;
    int64_t events; /* of the audit log before */
    _Alignas(16) unsigned char in[1024], out[1024];
};

static void
set_up(struct trial *t, const struct ct_op *op)
{
    void *state = NULL;
    *t = (struct trial){.op = op,
                        .call = {.source = STR(FIXTURE_SOURCE), .user_agent = STR("app")},
                        .reply = {.status = CALL_DONE}};
    assert_true(op->in.size <= sizeof t->in && op->out.size <= sizeof t->out);
    assert_int_equal(world_set_up(&state), 0);
    t->w = state;
    operators_members(t->w, op, t->in);
}

static void
tear_down(struct trial *t)
{
    void *state = t->w;
    assert_int_equal(world_tear_down(&state), 0);
}

/* Returns the result's name. */
static struct str
run(struct trial *t)
{
    t->events = fixture_int(t->w->f, "SELECT count(*) FROM audit");
    t->w->cx->call = &t->call;
    t->w->cx->reply = &t->reply;
    assert_ok(ops_run(t->w->cx, t->op->id, t->in, t->out));
    return t->op->out.fields[0].en->values[ct_result(t->op, t->out)].bare;
}

static void
assert_nothing_was_done(struct trial *t)
{
    assert_true(t->events == fixture_int(t->w->f, "SELECT count(*) FROM audit"));
}

static void
try_role(const struct ct_op *op, enum operator_role role)
{
    struct trial t;
    set_up(&t, op);
    t.call.operator_session = operators_session(t.w, operators_add(t.w, role));
    struct str result = run(&t);
    const bool may = role >= least_role(op);
    if (caller_is_proved(t.w->cx, op->caller) != may || str_eq(result, STR_LIT("NotAllowed")) == may)
        fail_msg("%s by %s: %s", op->name.p, operator_role_names[role], result.p);
    if (!may)
        assert_nothing_was_done(&t);
    tear_down(&t);
}

static void
every_role_is_tried_on_every_operation(void **state)
{
    (void)state;
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++)
        for (unsigned role = OPERATOR_AUDITOR; is_operator(op->caller) && role <= OPERATOR_OWNER; role++)
            try_role(op, (enum operator_role)role);
}

/* Nothing in the answer may come from the company that is out of reach. */
static void
assert_tells_nothing(const struct trial *t)
{
    struct buf said;
    buf_init(&said, (size_t)64 * 1024);
    ct_json_put(&said, &t->op->out, t->out);
    struct str text = buf_view(&said);
    if (str_find_str(text, STR_LIT("acme")) < text.n || str_find_str(text, STR_LIT(WORLD_EMAIL)) < text.n)
        fail_msg("%s: %.*s", t->op->name.p, STR_ARG(text));
    buf_clear(&said);
}

/* With everything right, except that it belongs to a company that is out of reach. */
static void
try_reach(const struct ct_op *op)
{
    struct trial t;
    int64_t other = 0;
    struct str token;
    set_up(&t, op);
    assert_ok(company_add(t.w->cx, STR_LIT("other"), STR_NULL, &other));
    const struct operator_grant grant = {.role = least_role(op), .companies = &other, .n = 1};
    assert_ok(operator_token_add(t.w->cx, STR_LIT("limited"), &grant, CLOCK_DAY, &token));
    t.call.operator_token = arena_str(&t.w->kept, token);
    struct str result = run(&t);
    const bool is_filtered = operators_has(op, "sInCompany") || op->caller == CT_CALLER_OPERATOR;
    if (!is_filtered && !str_eq(result, STR_LIT("NotFound")) && !str_eq(result, STR_LIT("NotAllowed")))
        fail_msg("%s out of reach: %s", op->name.p, result.p);
    assert_nothing_was_done(&t);
    assert_tells_nothing(&t);
    tear_down(&t);
}

static void
no_operation_reaches_another_company(void **state)
{
    size_t n = 0;
    (void)state;
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++)
        if (is_operator(op->caller) && op->caller != CT_CALLER_OWNER) {
            try_reach(op);
            n++;
        }
    assert_true(n > 10);
}

/* The members that name a subject are those that ops_admin.c looks up: no row invents another. */
static void
a_row_about_something_names_it_as_the_check_does(void **state)
{
    static const char *const known[] = {"sCompany",      "sInCompany", "sTechnician",
                                        "sOfTechnician", "sDeviceId",  "sSessionId"};
    static const char *const words[] = {"Company", "Technician", "Device", "Session", "Account"};
    (void)state;
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++)
        for (size_t i = 0; is_operator(op->caller) && i < op->in.n; i++) {
            struct str name = op->in.fields[i].name;
            bool is_known = false, is_about = false;
            for (size_t k = 0; k < ARRAY_LEN(known); k++)
                is_known = is_known || str_eq(name, str_from_cstr(known[k]));
            for (size_t k = 0; k < ARRAY_LEN(words); k++)
                is_about = is_about || str_find_str(name, str_from_cstr(words[k])) < name.n;
            if (op->in.fields[i].kind == CT_STRING && is_about && !is_known)
                fail_msg("%s: %s is not looked up", op->name.p, name.p);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_is_tried_on_every_operation),
        cmocka_unit_test(no_operation_reaches_another_company),
        cmocka_unit_test(a_row_about_something_names_it_as_the_check_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
