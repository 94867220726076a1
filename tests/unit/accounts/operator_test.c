/* SPDX-License-Identifier: Apache-2.0 */
/* operator: roles, reach, the last owner; and the right that each transaction reads again. */
#include "tests/unit/accounts/fixture.h"

#include "accounts/company_change.h"
#include "accounts/operator.h"
#include "accounts/operator_once.h"
#include "accounts/operator_right.h"
#include "accounts/operator_session.h"
#include "accounts/operator_token.h"
#include "accounts/technician_change.h"
#include "base/rand.h"
#include "store/store_operator_key.h"

static enum errcode
try_add(struct fixture *f, struct str email, struct str name, const struct operator_grant *grant)
{
    const struct operator_new new = {.email = email, .name = name, .grant = *grant};
    struct operator o;
    enum errcode err = db_begin(&f->cx);
    return err != ERR_NONE ? err : db_end(&f->cx, operator_add_within(&f->cx, &new, &o));
}

static int64_t
add(struct fixture *f, const char *email, enum operator_role role, struct str reach)
{
    struct operator_grant grant = {.role = role};
    struct operator o;
    assert_ok(operator_read_reach(&f->cx, reach, &grant));
    assert_ok(try_add(f, str_from_cstr(email), STR_NULL, &grant));
    assert_ok(operator_find(&f->cx, str_from_cstr(email), &o));
    return o.id;
}

static struct str
add_token(struct fixture *f, const char *name, enum operator_role role, struct str reach)
{
    struct operator_grant grant = {.role = role};
    struct str token;
    assert_ok(operator_read_reach(&f->cx, reach, &grant));
    assert_ok(operator_token_add(&f->cx, str_from_cstr(name), &grant, CLOCK_DAY, &token));
    return token;
}

/* A transaction of the request begins, or is refused. */
static enum errcode
enter(struct fixture *f, struct operator_right *r)
{
    operator_right_use(&f->cx, r);
    enum errcode err = db_begin_read(&f->cx);
    if (err == ERR_NONE)
        err = db_end(&f->cx, ERR_NONE);
    f->cx.enters = NULL;
    f->cx.right = NULL;
    err_forget(&f->cx);
    return err;
}

static void
names_roles_and_reach(void **state)
{
    struct fixture *f = *state;
    struct operator o;
    struct str reach;
    struct operator_grant some = {.role = OPERATOR_OWNER, .companies = &f->company, .n = 1};
    enum operator_role role;
    assert_fails(&f->cx, operator_read_role(&f->cx, STR_LIT("root"), &role), ERR_USAGE);
    assert_fails(&f->cx, operator_read_reach(&f->cx, STR_LIT("acme,nobody"), &some), ERR_NOT_FOUND);
    some = (struct operator_grant){.role = OPERATOR_OWNER, .companies = &f->company, .n = 1};
    assert_fails(&f->cx, try_add(f, STR_LIT("o@x"), STR_NULL, &some), ERR_USAGE);
    some.role = OPERATOR_HELPDESK;
    assert_fails(&f->cx, try_add(f, STR_LIT("x"), STR_NULL, &some), ERR_SYNTAX);
    assert_fails(&f->cx, try_add(f, STR_LIT("o@x"), STR_LIT("a\nb"), &some), ERR_SYNTAX);
    assert_ok(try_add(f, STR_LIT("O@x"), STR_NULL, &some));
    assert_str(fixture_last_event(f, &reach), "operator.added");
    assert_str(reach, "{\"email\":\"O@x\",\"role\":\"helpdesk\",\"reach\":\"acme\"}");
    assert_fails(&f->cx, try_add(f, STR_LIT("o@X"), STR_NULL, &some), ERR_EXISTS);
    assert_ok(operator_find(&f->cx, STR_LIT(" o@x"), &o));
    assert_ok(operator_reach_text(&f->cx, o.id, o.everything, &reach));
    assert_str(reach, "acme");
}

static void
the_last_owner_stays(void **state)
{
    struct fixture *f = *state;
    const int64_t one = add(f, "one@x", OPERATOR_OWNER, STR_LIT("everything"));
    const enum operator_role admin = OPERATOR_ADMIN;
    const struct operator_change demoted = {.role = &admin};
    struct operator o;
    assert_fails(&f->cx, operator_set(&f->cx, one, &demoted), ERR_POLICY);
    assert_fails(&f->cx, operator_set_state(&f->cx, one, false), ERR_POLICY);
    assert_fails(&f->cx, operator_delete(&f->cx, one), ERR_POLICY);
    const int64_t two = add(f, "two@x", OPERATOR_OWNER, STR_LIT("everything"));
    assert_ok(operator_set_state(&f->cx, two, false));
    assert_fails(&f->cx, operator_delete(&f->cx, one), ERR_POLICY); /* the other one is disabled */
    assert_ok(operator_set_state(&f->cx, two, true));
    assert_ok(operator_delete(&f->cx, one));
    assert_fails(&f->cx, operator_find(&f->cx, STR_LIT("one@x"), &o), ERR_NOT_FOUND);
    assert_fails(&f->cx, operator_set_state(&f->cx, one, true), ERR_NOT_FOUND);
    assert_true(add(f, "one@x", OPERATOR_AUDITOR, STR_LIT("everything")) != one);
}

static void
a_token_has_a_role_a_reach_and_an_end(void **state)
{
    struct fixture *f = *state;
    int64_t other;
    assert_ok(company_add(&f->cx, STR_LIT("other"), STR_NULL, &other));
    struct operator_right r = {.token = add_token(f, "bot", OPERATOR_HELPDESK, STR_LIT("acme")),
                               .needs = OPERATOR_HELPDESK,
                               .subject = {.technician = STR("ann@acme.example")}};
    struct str again;
    const struct operator_grant grant = {.everything = true};
    assert_fails(&f->cx, operator_token_add(&f->cx, STR_LIT("bot"), &grant, CLOCK_DAY, &again), ERR_EXISTS);
    assert_fails(&f->cx, operator_token_add(&f->cx, STR_LIT("B"), &grant, CLOCK_DAY, &again), ERR_SYNTAX);
    assert_fails(&f->cx, operator_token_add(&f->cx, STR_LIT("c"), &grant, 400 * CLOCK_DAY, &again),
                 ERR_USAGE);
    assert_ok(enter(f, &r));
    assert_true(r.technician == f->ann && r.company == f->company);
    r.needs = OPERATOR_ADMIN;
    assert_int_equal(enter(f, &r), ERR_DENIED);
    assert_int_equal(r.refusal, OPERATOR_ROLE);
    r.needs = OPERATOR_AUDITOR;
    r.subject = (struct operator_subject){.company = STR("other")};
    assert_int_equal(enter(f, &r), ERR_NOT_FOUND);
    r.subject = (struct operator_subject){.company = STR("acme"), .technician = STR("ben@acme.example")};
    assert_ok(enter(f, &r));
    r.subject = (struct operator_subject){.is_list = true};
    assert_ok(enter(f, &r));
    assert_true(r.company == f->company); /* the only one in reach */
    r.subject.is_list = false;
    assert_int_equal(enter(f, &r), ERR_DENIED);
    assert_int_equal(r.refusal, OPERATOR_OUT_OF_REACH);
    r.subject.is_own = true;
    assert_ok(enter(f, &r));
    f->cx.now += CLOCK_DAY;
    fixture_tick(f, CLOCK_DAY);
    assert_int_equal(enter(f, &r), ERR_DENIED);
    assert_int_equal(r.refusal, OPERATOR_SIGNED_OUT);
}

static void
a_revoked_token_is_void_at_once(void **state)
{
    struct fixture *f = *state;
    struct operator_right r = {.token = add_token(f, "bot", OPERATOR_ADMIN, STR_LIT("everything"))};
    assert_ok(enter(f, &r));
    assert_ok(operator_token_revoke(&f->cx, STR_LIT("bot")));
    assert_str(fixture_last_event(f, NULL), "token.revoked");
    assert_int_equal(enter(f, &r), ERR_DENIED);
    assert_fails(&f->cx, operator_token_revoke(&f->cx, STR_LIT("bot")), ERR_NOT_FOUND);
    r.token = STR_LIT("cst_made-up");
    assert_int_equal(enter(f, &r), ERR_DENIED);
    r.token = STR_NULL;
    assert_int_equal(enter(f, &r), ERR_DENIED);
}

/* Whatever an operator has made has no more than the operator has now. */
static void
what_an_operator_loses_its_tokens_lose(void **state)
{
    struct fixture *f = *state;
    const int64_t o = add(f, "o@x", OPERATOR_OWNER, STR_LIT("everything"));
    struct operator_right maker = {.operator_id = o, .role = OPERATOR_OWNER, .everything = true};
    const enum operator_role helpdesk = OPERATOR_HELPDESK;
    struct operator_grant acme;
    (void)add(f, "other@x", OPERATOR_OWNER, STR_LIT("everything"));
    f->cx.right = &maker;
    struct operator_right r = {.token = add_token(f, "bot", OPERATOR_ADMIN, STR_LIT("everything")),
                               .needs = OPERATOR_ADMIN};
    f->cx.right = NULL;
    assert_ok(enter(f, &r));
    assert_ok(operator_set(&f->cx, o, &(struct operator_change){.role = &helpdesk}));
    assert_int_equal(enter(f, &r), ERR_DENIED);
    r.needs = OPERATOR_HELPDESK;
    assert_ok(enter(f, &r));
    assert_ok(operator_read_reach(&f->cx, STR_LIT("acme"), &acme));
    assert_ok(operator_set(&f->cx, o, &(struct operator_change){.reach = &acme}));
    assert_int_equal(enter(f, &r), ERR_DENIED);
    r.subject.company = STR_LIT("acme");
    assert_ok(enter(f, &r));
    assert_ok(operator_set_state(&f->cx, o, false));
    assert_int_equal(enter(f, &r), ERR_DENIED);
    assert_int_equal(r.refusal, OPERATOR_SIGNED_OUT);
}

/* A session as a sign-in opens it. */
static struct str
sign_in(struct fixture *f, int64_t operator_id)
{
    struct str token = token_random(&f->cx);
    const struct digest digest = token_digest(token), challenge = token_digest(token_random(&f->cx));
    const struct operator_session s = {.id = operator_id + 1,
                                       .operator_id = operator_id,
                                       .source = STR(""),
                                       .console = STR(""),
                                       .created_at = f->cx.now,
                                       .idle_at = f->cx.now + OPERATOR_IDLE,
                                       .expires_at = f->cx.now + OPERATOR_LIFE};
    assert_ok(store_operator_session_insert(&f->cx, &s, &digest, &challenge));
    return token;
}

static void
a_session_ends_with_what_it_came_from(void **state)
{
    struct fixture *f = *state;
    const int64_t o = add(f, "o@x", OPERATOR_ADMIN, STR_LIT("everything"));
    struct operator_right r = {.session = sign_in(f, o), .needs = OPERATOR_ADMIN};
    struct operator_grant everything = {.everything = true};
    assert_ok(enter(f, &r));
    assert_str(f->cx.actor, "operator:o@x");
    assert_ok(operator_set(&f->cx, o, &(struct operator_change){.name = STR("Olga")}));
    assert_ok(enter(f, &r));
    assert_ok(operator_set(&f->cx, o, &(struct operator_change){.reach = &everything}));
    assert_int_equal(enter(f, &r), ERR_DENIED);
    r.session = STR_LIT("made-up");
    assert_int_equal(enter(f, &r), ERR_DENIED);
}

/* The deed is refused in its own transaction, not before it. */
static void
a_deed_reads_the_right_in_its_own_transaction(void **state)
{
    struct fixture *f = *state;
    const int64_t o = add(f, "o@x", OPERATOR_HELPDESK, STR_LIT("everything"));
    struct operator_right r = {.session = sign_in(f, o),
                               .needs = OPERATOR_HELPDESK,
                               .subject = {.technician = STR("ann@acme.example")}};
    const enum operator_role auditor = OPERATOR_AUDITOR;
    assert_ok(enter(f, &r));
    assert_ok(operator_set(&f->cx, o, &(struct operator_change){.role = &auditor}));
    operator_right_use(&f->cx, &r);
    assert_fails(&f->cx, technician_lock(&f->cx, f->ann), ERR_DENIED);
    f->cx.enters = NULL;
    f->cx.right = NULL;
    assert_int_equal(fixture_count_events(f, "account.locked"), 0);
}

static void
nothing_is_given_that_is_more_than_one_has(void **state)
{
    struct fixture *f = *state;
    struct operator_right admin = {.role = OPERATOR_ADMIN, .everything = true};
    struct operator_right some = {.role = OPERATOR_OWNER};
    const struct operator_grant owner = {.role = OPERATOR_OWNER, .everything = true},
                                auditor = {.role = OPERATOR_AUDITOR, .everything = true};
    f->cx.right = &admin;
    assert_fails(&f->cx, operator_right_covers(&f->cx, &owner), ERR_DENIED);
    assert_ok(operator_right_covers(&f->cx, &auditor));
    f->cx.right = &some;
    assert_fails(&f->cx, operator_right_covers(&f->cx, &auditor), ERR_DENIED);
    f->cx.right = NULL;
    assert_ok(operator_right_covers(&f->cx, &owner));
}

/* One more key than that many, of a holder, in a transaction of its own. */
static enum errcode
spend_key(struct fixture *f, int64_t holder_id, const char *key)
{
    struct operator_once once = {.id = rand_id(), .key = str_from_cstr(key)};
    bool is_done = false;
    enum errcode err = db_begin(&f->cx);
    if (err == ERR_NONE)
        err = operator_once_look(&f->cx, &once, holder_id, &is_done);
    assert_false(is_done);
    return db_end(&f->cx,
                  err == ERR_NONE ? operator_once_keep(&f->cx, &once, holder_id, STR_LIT("answer")) : err);
}

static void
a_holder_has_only_so_many_keys(void **state)
{
    static const char fill[] =
        "INSERT INTO operator_request "
        "SELECT i, 1, CAST('k' || i AS BLOB), CAST('r' AS BLOB), $2, CAST('a' AS BLOB) "
        "FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) "
        "SELECT i FROM n)";
    struct fixture *f = *state;
    int64_t n = 0;
    bool more = false;
    assert_ok(db_begin(&f->cx));
    assert_ok(db_exec(&f->cx, &n, fill, "ii", (int64_t)OPERATOR_ONCE_MAX - 1, f->cx.now));
    assert_ok(db_end(&f->cx, n == OPERATOR_ONCE_MAX - 1 ? ERR_NONE : ERR_RANGE));
    assert_ok(spend_key(f, 1, "the last one"));
    assert_fails(&f->cx, spend_key(f, 1, "one more"), ERR_LIMIT);
    assert_ok(spend_key(f, 2, "one more")); /* of another holder */
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM operator_request"), OPERATOR_ONCE_MAX + 1);
    fixture_later(f, OPERATOR_ONCE_LIFE);
    assert_ok(spend_key(f, 1, "one more")); /* those do not count any more, removed or not */
    assert_ok(spend_key(f, 1, "the last one"));
    fixture_later(f, CLOCK_S);
    assert_ok(operator_sweep(&f->cx, INT64_C(2) * OPERATOR_ONCE_MAX, &more));
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM operator_request"), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_roles_and_reach),
        TEST(a_holder_has_only_so_many_keys),
        TEST(the_last_owner_stays),
        TEST(a_token_has_a_role_a_reach_and_an_end),
        TEST(a_revoked_token_is_void_at_once),
        TEST(what_an_operator_loses_its_tokens_lose),
        TEST(a_session_ends_with_what_it_came_from),
        TEST(a_deed_reads_the_right_in_its_own_transaction),
        TEST(nothing_is_given_that_is_more_than_one_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
