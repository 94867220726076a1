/* SPDX-License-Identifier: Apache-2.0 */
/* session: how long it lives, how it ends, its ticket. */
#include "tests/unit/signin/world.h"

#include "accounts/session.h"
#include "accounts/technician_change.h"
#include "self/password_change.h"

static bool
keep_alive(struct world *w)
{
    bool alive = false;
    assert_ok(session_keep_alive(w->cx, w->session, &alive));
    return alive;
}

static void
lives_while_it_is_heard_of(void **state)
{
    struct world *w = *state;
    world_sign_in(w);
    world_later(w, 59 * CLOCK_MINUTE);
    assert_true(keep_alive(w));
    world_later(w, CLOCK_HOUR - 1);
    assert_true(keep_alive(w));
    world_later(w, CLOCK_HOUR);
    assert_false(keep_alive(w));
    w->session = STR_NULL;
    assert_false(keep_alive(w));
    w->session = STR_LIT("nonsense");
    assert_false(keep_alive(w));
}

static void
does_not_live_for_ever(void **state)
{
    struct world *w = *state;
    world_policy(w, "session_life", "300");
    world_sign_in(w);
    world_later(w, 299 * CLOCK_S);
    assert_true(keep_alive(w));
    world_later(w, CLOCK_S);
    assert_false(keep_alive(w));
}

static void
ends_once(void **state)
{
    struct world *w = *state;
    bool was_alive = false;
    struct session *list = NULL;
    size_t n = 0;
    world_sign_in(w);
    assert_ok(session_list(w->cx, 0, w->technician, &list, &n));
    assert_int_equal(n, 1);
    assert_int_equal(list[0].technician_id, w->technician);
    assert_str(list[0].source, FIXTURE_SOURCE);
    int64_t id = list[0].id;
    assert_ok(session_log_out(w->cx, w->session, &was_alive));
    assert_true(was_alive);
    assert_ok(session_log_out(w->cx, w->session, &was_alive));
    assert_false(was_alive);
    assert_fails(w->cx, session_end(w->cx, id, "operator"), ERR_NOT_FOUND);
    assert_ok(session_list(w->cx, w->company, 0, &list, &n));
    assert_int_equal(n, 0);
    assert_int_equal(fixture_count_events(w->f, "session.ended"), 1);
}

static void
the_operator_ends_it(void **state)
{
    struct world *w = *state;
    struct session *list = NULL;
    size_t n = 0;
    world_sign_in(w);
    world_later(w, CLOCK_MINUTE);
    world_sign_in(w);
    assert_ok(session_list(w->cx, 0, 0, &list, &n));
    assert_int_equal(n, 2);
    assert_ok(session_end(w->cx, list[1].id, "operator"));
    assert_false(keep_alive(w));
    assert_ok(technician_delete(w->cx, w->technician));
    assert_ok(session_list(w->cx, 0, 0, &list, &n));
    assert_int_equal(n, 0);
}

/* The ticket behind the last '=' of sUrl. */
static struct str
ticket_of(struct world *w)
{
    struct str url = w->answer.url;
    return arena_str(&w->kept, str_sub(url, str_find_str(url, STR_LIT("ticket=")) + 7, url.n));
}

static void
a_ticket_is_good_once_for_a_minute(void **state)
{
    struct world *w = *state;
    struct redeemed r;
    bool was_alive;
    world_sign_in(w);
    struct str ticket = ticket_of(w);
    world_later(w, CLOCK_MINUTE - 1);
    assert_fails(w->cx, session_redeem(w->cx, STR_NULL, &r), ERR_NOT_FOUND);
    assert_fails(w->cx, session_redeem(w->cx, w->session, &r), ERR_NOT_FOUND);
    assert_ok(session_redeem(w->cx, ticket, &r));
    assert_str(r.account, WORLD_EMAIL);
    assert_fails(w->cx, session_redeem(w->cx, ticket, &r), ERR_NOT_FOUND);
    world_later(w, CLOCK_MINUTE);
    world_sign_in(w);
    ticket = ticket_of(w);
    world_later(w, CLOCK_MINUTE);
    assert_fails(w->cx, session_redeem(w->cx, ticket, &r), ERR_NOT_FOUND);
    world_sign_in(w);
    ticket = ticket_of(w);
    assert_ok(session_log_out(w->cx, w->session, &was_alive));
    assert_fails(w->cx, session_redeem(w->cx, ticket, &r), ERR_NOT_FOUND);
}

static bool
redeems(struct cx *cx, void *arg)
{
    struct redeemed r;
    struct str *ticket = arg;
    return session_redeem(cx, *ticket, &r) == ERR_NONE;
}

static void
two_redemptions_are_one(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 15; i++) {
        world_later(w, CLOCK_MINUTE);
        world_sign_in(w);
        struct str ticket = ticket_of(w);
        assert_int_equal(fixture_race(w->f, redeems, &ticket), 1);
    }
}

static void
old_ones_are_swept(void **state)
{
    struct world *w = *state;
    bool more = true;
    world_sign_in(w);
    world_later(w, CLOCK_DAY);
    assert_ok(session_sweep(w->cx, 10, &more));
    assert_false(more);
    assert_int_equal(world_int(w, "SELECT COUNT(*) FROM session WHERE technician_id = $1", w->technician), 1);
    world_later(w, 8 * CLOCK_DAY);
    assert_ok(session_sweep(w->cx, 1, &more));
    assert_true(more);
    assert_int_equal(world_int(w, "SELECT COUNT(*) FROM session WHERE technician_id = $1", w->technician), 0);
}

/* Each condition by itself: none of the acts that end sessions is done here. */
static const struct {
    const char *made, *undone;
    const char *reason;
} refused[] = {
    {"UPDATE company SET state = 'inactive'", "UPDATE company SET state = 'active'", "CompanyIsNotActive"},
    {"UPDATE company SET state = 'banned'", "UPDATE company SET state = 'active'", "CompanyBanned"},
    {"UPDATE company SET plan = 'enterprise', enterprise_on = 0", "UPDATE company SET plan = 'standard'",
     "EnterpriseDisabled"},
    {"INSERT INTO policy SELECT id, 'sign_in_mode', 'sso', 1, 'test' FROM company", "DELETE FROM policy",
     "RequiredEnterprise"},
    {"UPDATE technician SET deleted_at = 1", "UPDATE technician SET deleted_at = 0", "NoSuchUser"},
    {"UPDATE technician SET is_technician = 0", "UPDATE technician SET is_technician = 1",
     "UserIsNotTechnician"},
    {"UPDATE technician SET role_on = 0", "UPDATE technician SET role_on = 1", "UserNotActiveForThisRole"},
    {"UPDATE technician SET locked_at = 1", "UPDATE technician SET locked_at = 0", "UserLockedOut"},
};

static void
ends_where_its_account_may_not_go_on(void **state)
{
    struct world *w = *state;
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        enum signin_result result;
        struct redeemed r;
        struct str detail;
        world_later(w, CLOCK_MINUTE);
        world_sign_in(w);
        struct str ticket = ticket_of(w);
        assert_ok(db_exec(w->cx, NULL, refused[i].made, ""));
        assert_fails(w->cx, session_redeem(w->cx, ticket, &r), ERR_NOT_FOUND);
        assert_ok(password_change(w->cx, w->session, STR_LIT(WORLD_PASSWORD), STR_LIT(WORLD_NEW_PASSWORD),
                                  &result));
        assert_int_equal(result, str_eq(str_from_cstr(refused[i].reason), STR_LIT("NoSuchUser"))
                                     ? SIGNIN_NoSuchUser
                                     : SIGNIN_UserNotLoggedIn);
        assert_false(keep_alive(w));
        assert_str(fixture_last_event(w->f, &detail), "session.ended");
        assert_true(str_find_str(detail, str_from_cstr(refused[i].reason)) < detail.n);
        assert_ok(db_exec(w->cx, NULL, refused[i].undone, ""));
        assert_false(keep_alive(w)); /* it does not come back */
    }
}

/* Otherwise a stranger who knows an address could end its owner's session. */
static void
goes_on_while_failures_lock_the_account(void **state)
{
    struct world *w = *state;
    struct redeemed r;
    world_sign_in(w);
    struct str ticket = ticket_of(w);
    world_later(w, 1);
    for (int i = 0; i < 10; i++) {
        world_source(w, i < 5 ? "203.0.113.1" : "203.0.113.2");
        world_login_as(w, WORLD_EMAIL, "a wrong guess, 7 boats");
    }
    world_source(w, FIXTURE_SOURCE);
    assert_int_equal(world_login(w), SIGNIN_UserLockedOut);
    assert_true(keep_alive(w));
    assert_ok(session_redeem(w->cx, ticket, &r));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lives_while_it_is_heard_of),
        TEST(does_not_live_for_ever),
        TEST(ends_once),
        TEST(the_operator_ends_it),
        TEST(a_ticket_is_good_once_for_a_minute),
        TEST(old_ones_are_swept),
        TEST(ends_where_its_account_may_not_go_on),
        TEST(goes_on_while_failures_lock_the_account),
        cmocka_unit_test_setup_teardown(two_redemptions_are_one, world_set_up_file, world_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
