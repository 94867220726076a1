/* SPDX-License-Identifier: Apache-2.0 */
/* challenge: every state with every event, in the table and in the database; races of two answers and two
 * checks; what remains after the sweep. */
#include "tests/unit/signin/world.h"

#include <unistd.h>

#include "signin/challenge_answer.h"
#include "store/store_challenge.h"

struct legal {
    enum challenge_state from;
    enum challenge_event event;
    enum challenge_state to;
};

/* Spelled out once more, so that the .def does not test itself. */
static const struct legal legal[] = {
    {CHALLENGE_pending, CHALLENGE_EVENT_approve, CHALLENGE_approved},
    {CHALLENGE_pending, CHALLENGE_EVENT_reject, CHALLENGE_rejected},
    {CHALLENGE_pending, CHALLENGE_EVENT_report, CHALLENGE_reported},
    {CHALLENGE_pending, CHALLENGE_EVENT_wrong_number, CHALLENGE_spent_tries},
    {CHALLENGE_pending, CHALLENGE_EVENT_fail, CHALLENGE_failed},
    {CHALLENGE_pending, CHALLENGE_EVENT_expire, CHALLENGE_expired},
    {CHALLENGE_pending, CHALLENGE_EVENT_cancel, CHALLENGE_cancelled},
    {CHALLENGE_approved, CHALLENGE_EVENT_cancel, CHALLENGE_cancelled},
    {CHALLENGE_approved, CHALLENGE_EVENT_fail, CHALLENGE_failed},
    {CHALLENGE_approved, CHALLENGE_EVENT_use, CHALLENGE_used},
    {CHALLENGE_rejected, CHALLENGE_EVENT_use, CHALLENGE_used},
    {CHALLENGE_reported, CHALLENGE_EVENT_use, CHALLENGE_used},
    {CHALLENGE_spent_tries, CHALLENGE_EVENT_use, CHALLENGE_used},
    {CHALLENGE_failed, CHALLENGE_EVENT_use, CHALLENGE_used},
    {CHALLENGE_expired, CHALLENGE_EVENT_use, CHALLENGE_used},
};

static const struct legal *
find_legal(unsigned from, unsigned event)
{
    for (size_t i = 0; i < ARRAY_LEN(legal); i++)
        if (legal[i].from == from && legal[i].event == event)
            return &legal[i];
    return NULL;
}

static void
table_has_the_legal_moves_and_no_other(void **state)
{
    (void)state;
    for (unsigned s = 0; s < CHALLENGE_STATE_COUNT_; s++) {
        for (unsigned e = 0; e < CHALLENGE_EVENT_COUNT_; e++) {
            enum challenge_state to = CHALLENGE_STATE_COUNT_;
            const struct legal *l = find_legal(s, e);
            bool is_legal = challenge_next((enum challenge_state)s, (enum challenge_event)e, &to);
            assert_int_equal(is_legal, l != NULL);
            if (l != NULL)
                assert_int_equal(to, l->to);
        }
    }
}

static void
names_are_read_back(void **state)
{
    (void)state;
    for (unsigned s = 0; s < CHALLENGE_STATE_COUNT_; s++) {
        enum challenge_state back = CHALLENGE_STATE_COUNT_;
        assert_true(
            challenge_state_read(str_from_cstr(challenge_state_name((enum challenge_state)s)), &back));
        assert_int_equal(back, s);
    }
    enum challenge_state none;
    assert_false(challenge_state_read(STR_LIT("no such state"), &none));
    assert_false(challenge_state_read(STR_NULL, &none));
    struct cx cx = {.now = 0};
    const struct challenge_row bad = {.id = 7, .state = STR("no such state")};
    assert_fails(&cx, challenge_state_of(&cx, &bad, &none), ERR_STORE);
}

static int64_t
only_challenge(struct world *w)
{
    return world_int(w, "SELECT id FROM challenge WHERE technician_id = $1", w->technician);
}

static enum challenge_state
state_of(struct world *w, int64_t id)
{
    struct challenge_row c;
    enum challenge_state s = CHALLENGE_STATE_COUNT_;
    assert_ok(store_challenge_get(w->cx, id, &c));
    assert_true(challenge_state_read(c.state, &s));
    return s;
}

static void
force_state(struct world *w, int64_t id, unsigned s)
{
    assert_ok(db_exec(w->cx, NULL, "UPDATE challenge SET state = $1, answered_at = 0 WHERE id = $2", "ti",
                      str_from_cstr(challenge_state_name((enum challenge_state)s)), id));
}

/* The row is in `is`, the mover believes `from`: won only when both are the same and the move is legal. */
static void
try_move(struct world *w, int64_t id, unsigned is, const struct challenge_move *m)
{
    const struct legal *l = find_legal(m->from, m->event);
    bool won = false, should = l != NULL && m->from == is;
    force_state(w, id, is);
    w->cx->n_woken = 0;
    assert_ok(db_begin(w->cx));
    assert_ok(challenge_move(w->cx, m, &won));
    assert_ok(db_commit(w->cx));
    assert_int_equal(won, should);
    assert_int_equal(state_of(w, id), should ? l->to : is);
    assert_int_equal(w->cx->n_woken, should ? 1 : 0);
}

static void
database_moves_as_the_table_says(void **state)
{
    struct world *w = *state;
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    int64_t id = only_challenge(w);
    for (unsigned is = 0; is < CHALLENGE_STATE_COUNT_; is++)
        for (unsigned from = 0; from < CHALLENGE_STATE_COUNT_; from++)
            for (unsigned e = 0; e < CHALLENGE_EVENT_COUNT_; e++) {
                const struct challenge_move m = {id, (enum challenge_state)from, (enum challenge_event)e,
                                                 w->phone.device.id};
                try_move(w, id, is, &m);
            }
}

/* What a check and a cancellation make of each state. */
static void
check_of_each_state(void **state)
{
    static const enum signin_result results[CHALLENGE_STATE_COUNT_] = {
        [CHALLENGE_pending] = SIGNIN_Poll,
        [CHALLENGE_approved] = SIGNIN_OK,
        [CHALLENGE_rejected] = SIGNIN_TwoFactorRejected,
        [CHALLENGE_reported] = SIGNIN_TwoFactorRejected,
        [CHALLENGE_spent_tries] = SIGNIN_InvalidCode,
        [CHALLENGE_failed] = SIGNIN_TwoFactorError,
        [CHALLENGE_expired] = SIGNIN_TimeOut,
        [CHALLENGE_cancelled] = SIGNIN_InvalidToken,
        [CHALLENGE_used] = SIGNIN_InvalidToken,
    };
    struct world *w = *state;
    for (unsigned s = 0; s < CHALLENGE_STATE_COUNT_; s++) {
        world_later(w, CLOCK_HOUR);
        assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
        assert_int_equal(world_send(w), SIGNIN_OK);
        int64_t id =
            world_int(w, "SELECT id FROM challenge WHERE technician_id = $1 ORDER BY created_at DESC LIMIT 1",
                      w->technician);
        force_state(w, id, s);
        assert_int_equal(world_check(w), results[s]);
        bool for_good = results[s] != SIGNIN_Poll && results[s] != SIGNIN_InvalidToken;
        if (for_good)
            assert_int_equal(state_of(w, id), CHALLENGE_used);
        else
            assert_int_equal(state_of(w, id), s);
        assert_int_equal(world_check(w),
                         for_good && results[s] != SIGNIN_OK ? SIGNIN_InvalidToken : results[s]);
        if (s == CHALLENGE_pending)
            force_state(w, id, CHALLENGE_cancelled);
    }
}

static bool
checks_ok(struct cx *cx, void *arg)
{
    struct world *w = arg;
    struct signin_outcome a;
    struct check_wait wait;
    cx->source = STR_LIT("198.51.100.1");
    if ((uintptr_t)getpid() % 2 == 0) /* another address: the OK is not repeated for it */
        cx->source = STR_LIT("198.51.100.2");
    return signin_check_challenge(cx, w->login, w->push, &a, &wait) == ERR_NONE && a.result == SIGNIN_OK;
}

struct reply_race {
    struct world *w;
    struct challenge_view shown;
};

static bool
approves_or_refuses(struct cx *cx, void *arg)
{
    struct reply_race *r = arg;
    (void)cx;
    return getpid() % 2 == 0
               ? handset_replies(r->w, &r->w->phone, &r->shown, DECISION_APPROVE, r->w->number.p) == ANSWER_OK
               : handset_replies(r->w, &r->w->phone, &r->shown, DECISION_REJECT, NULL) == ANSWER_OK;
}

enum { ROUNDS = 25 };

static void
two_checks_never_give_two_sessions(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < ROUNDS; i++) {
        world_later(w, CLOCK_MINUTE);
        assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
        assert_int_equal(world_send(w), SIGNIN_OK);
        assert_int_equal(world_approve(w), ANSWER_OK);
        int ok = fixture_race(w->f, checks_ok, w);
        assert_true(ok >= 1);
        assert_int_equal(world_int(w, "SELECT COUNT(*) FROM session WHERE technician_id = $1", w->technician),
                         i + 1);
        assert_int_equal(fixture_count_events(w->f, "login.granted"), i + 1);
    }
}

static void
two_answers_are_one(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < ROUNDS; i++) {
        world_later(w, 2 * CLOCK_HOUR);
        assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
        assert_int_equal(world_send(w), SIGNIN_OK);
        struct reply_race r = {.w = w};
        handset_sees(w, &w->phone, &r.shown);
        assert_int_equal(fixture_race(w->f, approves_or_refuses, &r), 1);
        enum signin_result result = world_check(w);
        assert_true(result == SIGNIN_OK || result == SIGNIN_TwoFactorRejected);
        assert_int_equal(world_check(w), result == SIGNIN_OK ? SIGNIN_OK : SIGNIN_InvalidToken);
    }
    assert_int_equal(
        fixture_count_events(w->f, "push.approved") + fixture_count_events(w->f, "push.rejected"), ROUNDS);
}

static void
sweep_expires_and_removes(void **state)
{
    struct world *w = *state;
    bool more = true;
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    int64_t id = only_challenge(w);
    assert_ok(challenge_sweep(w->cx, 100, &more));
    assert_false(more);
    assert_int_equal(state_of(w, id), CHALLENGE_pending);
    world_later(w, 61 * CLOCK_S);
    assert_ok(challenge_sweep(w->cx, 1, &more));
    assert_true(more);
    assert_int_equal(state_of(w, id), CHALLENGE_expired);
    assert_int_equal(world_check(w), SIGNIN_TimeOut);
    assert_int_equal(world_int(w, "SELECT push_unanswered FROM technician WHERE id = $1", w->technician), 1);
    world_later(w, 2 * CLOCK_DAY);
    assert_ok(challenge_sweep(w->cx, 100, &more));
    assert_int_equal(world_int(w, "SELECT COUNT(*) FROM login WHERE technician_id = $1", w->technician), 0);
    assert_int_equal(world_int(w, "SELECT COUNT(*) FROM challenge WHERE technician_id = $1", w->technician),
                     0);
}

static void
failure_of_the_last_way_is_a_failure(void **state)
{
    struct world *w = *state;
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    int64_t id = only_challenge(w);
    world_later(w, 0);
    assert_ok(challenge_fail(w->cx, id));
    assert_int_equal(w->cx->woken[0], w->technician);
    assert_ok(challenge_fail(w->cx, id));
    assert_int_equal(fixture_count_events(w->f, "push.failed"), 1);
    assert_int_equal(world_check(w), SIGNIN_TwoFactorError);
    assert_fails(w->cx, challenge_fail(w->cx, 12345), ERR_NOT_FOUND);
    /* A phone that asks by itself needs no delivery. */
    struct challenge_view shown;
    world_later(w, CLOCK_MINUTE);
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_int_equal(world_check(w), SIGNIN_Poll);
    handset_sees(w, &w->phone, &shown);
    assert_ok(challenge_fail(w->cx, only_challenge(w)));
    assert_int_equal(world_check(w), SIGNIN_Poll);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_has_the_legal_moves_and_no_other),
        cmocka_unit_test(names_are_read_back),
        cmocka_unit_test_setup_teardown(database_moves_as_the_table_says, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(check_of_each_state, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(sweep_expires_and_removes, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(failure_of_the_last_way_is_a_failure, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(two_checks_never_give_two_sessions, world_set_up_file,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(two_answers_are_one, world_set_up_file, world_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
