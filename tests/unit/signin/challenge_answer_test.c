/* SPDX-License-Identifier: Apache-2.0 */
/* challenge_answer: what a phone is shown, what it must sign, and the order in which its answer is checked.
 */
#include "tests/unit/signin/world.h"

#include "accounts/device_change.h"
#include "accounts/reported.h"
#include "base/buf.h"
#include "signin/challenge_answer.h"

static void
ring(struct world *w, struct challenge_view *shown)
{
    w->cx->console = STR_LIT("Console 7.2\n(te\x80st)");
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    handset_sees(w, &w->phone, shown);
}

static const char *
wrong(const struct world *w)
{
    return str_eq(w->number, STR_LIT("000000")) ? "000001" : "000000";
}

static void
shows_who_what_and_where(void **state)
{
    struct world *w = *state;
    struct challenge_view v, again;
    enum answer answer;
    ring(w, &v);
    assert_str(v.company, "Acme Support Ltd");
    assert_str(v.account, WORLD_EMAIL);
    assert_str(v.purpose, "sign-in");
    assert_str(v.console, "Console 7.2?(te?st)");
    assert_str(v.source, FIXTURE_SOURCE);
    assert_str(v.audience, "https://sign-in.example");
    assert_int_equal(v.nonce.n, 43);
    assert_true(v.number_required);
    assert_int_equal(v.tries_left, 3);
    assert_int_equal(v.seconds_left, 60);
    assert_ok(challenge_fetch(w->cx, &w->phone.device, v.id, &answer, &again));
    assert_int_equal(answer, ANSWER_OK);
    assert_true(str_eq(v.nonce, again.nonce));
    assert_ok(challenge_fetch(w->cx, &w->phone.device, STR_LIT("x"), &answer, &again));
    assert_int_equal(answer, ANSWER_UNKNOWN);
    assert_ok(challenge_fetch(w->cx, &w->phone.device, STR_NULL, &answer, &again));
    assert_int_equal(answer, ANSWER_UNKNOWN);
}

/* Each member that is shown is bound: a statement with another value of it does not verify. */
static void
binds_all_that_is_shown(void **state)
{
    struct world *w = *state;
    struct challenge_view v;
    ring(w, &v);
    struct str *members[] = {&v.nonce,   &v.audience, &v.company, &v.account, &v.purpose,
                             &v.console, &v.source,   &v.created, &v.expires};
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        struct str was = *members[i];
        *members[i] = STR_LIT("else");
        assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_APPROVE, w->number.p),
                         ANSWER_BAD_SIGNATURE);
        *members[i] = was;
    }
    assert_int_equal(fixture_count_events(w->f, "push.bad-signature"), (int64_t)(ARRAY_LEN(members)));
    assert_int_equal(world_check(w), SIGNIN_Poll);
    assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_APPROVE, w->number.p), ANSWER_OK);
}

static enum answer
reply_signed_over(struct world *w, const struct challenge_view *v, struct challenge_reply reply,
                  const char *decision, const char *number)
{
    enum answer answer;
    uint8_t left;
    struct buf b;
    buf_init(&b, 8192);
    statement_write_answer(&b, v, arena_printf(&w->cx->arena, "%lld", (long long)w->phone.device.id),
                           str_from_cstr(decision), str_from_cstr(number));
    reply.public_id = v->id;
    reply.signature = phone_sign(w->f, &w->phone.key, buf_view(&b));
    buf_clear(&b);
    assert_ok(challenge_answer(w->cx, &w->phone.device, &reply, &answer, &left));
    return answer;
}

static void
binds_the_decision_and_the_number(void **state)
{
    struct world *w = *state;
    struct challenge_view v;
    ring(w, &v);
    const struct challenge_reply approve = {.decision = DECISION_APPROVE, .number = w->number};
    const struct challenge_reply guess = {.decision = DECISION_APPROVE, .number = str_from_cstr(wrong(w))};
    assert_int_equal(reply_signed_over(w, &v, approve, "reject", NULL), ANSWER_BAD_SIGNATURE);
    assert_int_equal(reply_signed_over(w, &v, approve, "approve", wrong(w)), ANSWER_BAD_SIGNATURE);
    /* A wrong number with a bad signature is not counted. */
    assert_int_equal(reply_signed_over(w, &v, guess, "approve", w->number.p), ANSWER_BAD_SIGNATURE);
    assert_int_equal(world_int(w, "SELECT tries_left FROM challenge WHERE technician_id = $1", w->technician),
                     3);
    assert_int_equal(reply_signed_over(w, &v, approve, "approve", w->number.p), ANSWER_OK);
}

static void
a_number_is_needed_and_three_are_heard(void **state)
{
    struct world *w = *state;
    struct challenge_view v;
    ring(w, &v);
    assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_APPROVE, NULL), ANSWER_NUMBER_REQUIRED);
    assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_APPROVE, ""), ANSWER_NUMBER_REQUIRED);
    for (int i = 0; i < 3; i++)
        assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_APPROVE, wrong(w)), ANSWER_WRONG_NUMBER);
    assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_APPROVE, w->number.p), ANSWER_ALREADY);
    assert_int_equal(fixture_count_events(w->f, "push.wrong-number"), 3);
}

static void
without_a_number_where_the_policy_says_so(void **state)
{
    struct world *w = *state;
    struct challenge_view v;
    world_policy(w, "push_number", "off");
    ring(w, &v);
    assert_false(v.number_required);
    assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_APPROVE, NULL), ANSWER_OK);
    assert_int_equal(world_check(w), SIGNIN_OK);
}

static void
is_given_once_and_in_time(void **state)
{
    struct world *w = *state;
    struct challenge_view v;
    ring(w, &v);
    assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_APPROVE, w->number.p), ANSWER_OK);
    assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_REJECT, NULL), ANSWER_ALREADY);
    assert_int_equal(world_check(w), SIGNIN_OK);
    assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_NOT_ME, NULL), ANSWER_ALREADY);
    world_later(w, CLOCK_MINUTE);
    ring(w, &v);
    world_later(w, CLOCK_MINUTE);
    assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_APPROVE, w->number.p), ANSWER_EXPIRED);
    assert_int_equal(world_check(w), SIGNIN_TimeOut);
}

static void
is_heard_from_this_account_alone(void **state)
{
    struct world *w = *state;
    struct challenge_view v;
    struct handset other;
    handset_enrol(w, world_technician(w, "bob@example.com"), &other);
    ring(w, &v);
    assert_int_equal(handset_replies(w, &other, &v, DECISION_APPROVE, w->number.p), ANSWER_UNKNOWN);
    struct handset second;
    handset_enrol(w, w->technician, &second);
    /* Disabled after the call was let in: read again within the transaction. */
    assert_ok(device_set_state(w->cx, second.device.id, DEVICE_DISABLED));
    assert_int_equal(handset_replies(w, &second, &v, DECISION_APPROVE, w->number.p), ANSWER_UNKNOWN);
    assert_int_equal(world_check(w), SIGNIN_Poll);
    phone_clear(&other.key);
    phone_clear(&second.key);
}

static void
leaves_a_receipt(void **state)
{
    struct world *w = *state;
    struct challenge_view v;
    struct str detail;
    ring(w, &v);
    assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_APPROVE, w->number.p), ANSWER_OK);
    struct str event = fixture_last_event(w->f, &detail);
    assert_str(event, "push.approved");
    assert_true(str_find_str(detail, STR_LIT("\"statement\":\"")) < detail.n);
    assert_true(str_find_str(detail, STR_LIT("\"signature\":\"")) < detail.n);
}

/* After its time, whether that was noticed by the sweep, by a console, or not yet. */
static void
is_not_shown_or_heard_after_its_time(void **state)
{
    struct world *w = *state;
    struct challenge_view v, *views = NULL;
    size_t n = 1;
    bool more = false;
    ring(w, &v);
    world_later(w, 61 * CLOCK_S);
    assert_ok(challenge_pending(w->cx, &w->phone.device, &views, &n));
    assert_int_equal(n, 0);
    assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_APPROVE, w->number.p), ANSWER_EXPIRED);
    assert_ok(challenge_sweep(w->cx, 10, &more));
    assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_APPROVE, w->number.p), ANSWER_EXPIRED);
    assert_int_equal(world_check(w), SIGNIN_TimeOut);
    assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_APPROVE, w->number.p), ANSWER_EXPIRED);
    assert_int_equal(fixture_count_events(w->f, "push.approved"), 0);
}

/* A statement has a longest length: with a longer number it cannot be made, and nothing is verified. */
static void
a_statement_has_its_bounds(void **state)
{
    struct world *w = *state;
    struct challenge_view v;
    enum answer answer = ANSWER_OK;
    uint8_t left = 0;
    char *digits = arena_alloc(&w->kept, 9000);
    memset(digits, '1', 9000);
    ring(w, &v);
    const struct challenge_reply reply = {.public_id = v.id,
                                          .decision = DECISION_APPROVE,
                                          .number = {digits, 9000},
                                          .signature = {digits, P256_SIGNATURE}};
    assert_ok(challenge_answer(w->cx, &w->phone.device, &reply, &answer, &left));
    assert_int_equal(answer, ANSWER_BAD_REQUEST);
    assert_int_equal(left, 3);
    assert_int_equal(fixture_count_events(w->f, "push.bad-signature"), 0);
}

/* Another process takes the last try between the look at the row and its change. */
static void
a_try_that_somebody_else_took_is_not_heard(void **state)
{
    struct world *w = *state;
    struct challenge_view v;
    ring(w, &v);
    assert_ok(db_exec(w->cx, NULL,
                      "CREATE TEMP TRIGGER taken BEFORE UPDATE OF tries_left ON challenge "
                      "BEGIN SELECT RAISE(IGNORE); END",
                      ""));
    assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_APPROVE, wrong(w)), ANSWER_ALREADY);
    assert_int_equal(fixture_count_events(w->f, "push.wrong-number"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

static void
a_report_waits_until_an_operator_took_it(void **state)
{
    struct world *w = *state;
    struct challenge_view v;
    struct reported_row *rows;
    size_t n;
    ring(w, &v);
    assert_int_equal(handset_replies(w, &w->phone, &v, DECISION_NOT_ME, NULL), ANSWER_OK);
    world_later(w, 200 * CLOCK_DAY);
    bool more = true;
    assert_ok(reported_sweep(w->cx, 10, &more));
    assert_ok(reported_list(w->cx, w->company, &rows, &n));
    assert_int_equal(n, 1);
    assert_true(rows[0].technician_id == w->technician && rows[0].taken_at == 0);
    assert_str(rows[0].source, FIXTURE_SOURCE);
    const int64_t id = rows[0].id;
    const int64_t other = world_technician(w, "bob@example.com");
    assert_fails(w->cx, reported_take(w->cx, other, id), ERR_CONFLICT);
    w->cx->actor = STR_LIT("operator:eve");
    assert_ok(reported_take(w->cx, w->technician, id));
    assert_str(fixture_last_event(w->f, NULL), "report.taken");
    assert_fails(w->cx, reported_take(w->cx, w->technician, id), ERR_CONFLICT);
    assert_ok(reported_list(w->cx, 0, &rows, &n));
    assert_int_equal(n, 1);
    assert_str(rows[0].taken_by, "operator:eve");
    assert_ok(reported_list(w->cx, w->company + 1, &rows, &n));
    assert_int_equal(n, 0);
    world_later(w, 91 * CLOCK_DAY);
    assert_ok(reported_sweep(w->cx, 10, &more));
    assert_ok(reported_list(w->cx, 0, &rows, &n));
    assert_int_equal(n, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shows_who_what_and_where),
        TEST(binds_all_that_is_shown),
        TEST(binds_the_decision_and_the_number),
        TEST(a_number_is_needed_and_three_are_heard),
        TEST(without_a_number_where_the_policy_says_so),
        TEST(is_given_once_and_in_time),
        TEST(is_heard_from_this_account_alone),
        TEST(leaves_a_receipt),
        TEST(a_report_waits_until_an_operator_took_it),
        TEST(is_not_shown_or_heard_after_its_time),
        TEST(a_statement_has_its_bounds),
        TEST(a_try_that_somebody_else_took_is_not_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
