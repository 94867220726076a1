/* SPDX-License-Identifier: Apache-2.0 */
/* explain: every condition of the table, each made to hold by its real cause; the foreseen result is what a
 * sign-in is then answered; the history of a sign-in; and that nothing is written and no secret is shown. */
#include "report/explain.h"

#include "accounts/company_change.h"
#include "accounts/device_change.h"
#include "accounts/session.h"
#include "accounts/technician_change.h"
#include "self/password_change.h"
#include "signin/challenge_answer.h"
#include "tests/unit/signin/world.h"

/* The newest login, for conditions of one that has begun. */
static int64_t
newest_login(struct world *w)
{
    return world_int(w, "SELECT id FROM login WHERE technician_id = $1 ORDER BY created_at DESC, id LIMIT 1",
                     w->technician);
}

static struct explanation *
explain(struct world *w, int64_t login, struct explain_story *story)
{
    struct explanation *x = arena_zalloc(&w->cx->arena, sizeof *x);
    const struct explain_question q = {
        .technician_id = w->technician, .from = STR_LIT(FIXTURE_SOURCE), .login_id = login};
    assert_ok(explain_account(w->cx, &q, story, x));
    return x;
}

static void
begin(struct world *w)
{
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
}

static void
upgrade(struct world *w, bool on)
{
    assert_ok(company_set_plan(w->cx, w->company, true, on));
}

/* One function for each row of the table: makes it hold, and returns the login that it is about, or 0. A
 * row without one does not compile. */
static int64_t
make_token_is_bad(struct world *w)
{
    world_sign_in(w);
    return newest_login(w);
}

static int64_t
make_company_is_inactive(struct world *w)
{
    assert_ok(company_set_state(w->cx, w->company, COMPANY_INACTIVE));
    return 0;
}

static int64_t
make_company_is_banned(struct world *w)
{
    assert_ok(company_set_state(w->cx, w->company, COMPANY_BANNED));
    return 0;
}

static int64_t
make_enterprise_is_off(struct world *w)
{
    upgrade(w, false);
    return 0;
}

static int64_t
make_enterprise_is_missing(struct world *w)
{
    upgrade(w, true);
    world_policy(w, "sign_in_mode", "sso");
    assert_ok(company_set_plan(w->cx, w->company, false, true));
    return 0;
}

static int64_t
make_account_is_deleted(struct world *w)
{
    assert_ok(technician_delete(w->cx, w->technician));
    return 0;
}

static int64_t
make_account_is_no_technician(struct world *w)
{
    assert_ok(technician_set_flags(w->cx, w->technician, false, true));
    return 0;
}

static int64_t
make_role_is_off(struct world *w)
{
    assert_ok(technician_set_flags(w->cx, w->technician, true, false));
    return 0;
}

static int64_t
make_operator_locked(struct world *w)
{
    assert_ok(technician_lock(w->cx, w->technician));
    return 0;
}

static int64_t
make_failures_locked(struct world *w)
{
    static const char *const sources[] = {"192.0.2.51", "192.0.2.52", "192.0.2.53"};
    world_policy(w, "lockout_failures", "3");
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        world_source(w, sources[i]);
        (void)world_login_as(w, WORLD_EMAIL, "wrong");
    }
    world_source(w, FIXTURE_SOURCE);
    return 0;
}

static int64_t
make_factor_is_missing(struct world *w)
{
    world_policy(w, "second_factor", "off");
    assert_int_equal(world_login(w), SIGNIN_OK);
    world_policy(w, "second_factor", "required");
    return 0;
}

static int64_t
make_address_is_refused(struct world *w)
{
    upgrade(w, true);
    world_policy(w, "address_rules", "on");
    assert_ok(address_rule_add(w->cx, w->company, 0, false, STR_LIT("192.0.2.0/24")));
    return 0;
}

static int64_t
make_mode_is_sso(struct world *w)
{
    upgrade(w, true);
    world_policy(w, "sign_in_mode", "sso");
    return 0;
}

static int64_t
make_mode_is_saml2(struct world *w)
{
    upgrade(w, true);
    world_policy(w, "sign_in_mode", "saml2");
    return 0;
}

static int64_t
make_password_is_another(struct world *w)
{
    begin(w);
    assert_ok(technician_reset_password(w->cx, w->technician, STR_LIT(WORLD_NEW_PASSWORD), false));
    return newest_login(w);
}

static int64_t
make_push_waits(struct world *w)
{
    begin(w);
    return newest_login(w);
}

static int64_t
make_push_is_over(struct world *w)
{
    begin(w);
    world_later(w, 2 * CLOCK_MINUTE);
    return newest_login(w);
}

static int64_t
make_push_was_refused(struct world *w)
{
    begin(w);
    assert_int_equal(handset_answer(w, &w->phone, DECISION_REJECT, NULL), ANSWER_OK);
    return newest_login(w);
}

static int64_t
make_number_was_wrong(struct world *w)
{
    begin(w);
    const char *wrong = str_eq(w->number, STR_LIT("000000")) ? "000001" : "000000";
    for (int i = 0; i < 3; i++)
        (void)handset_answer(w, &w->phone, DECISION_APPROVE, wrong);
    return newest_login(w);
}

static int64_t
make_code_is_wrong(struct world *w)
{
    begin(w);
    return newest_login(w);
}

static int64_t
make_push_failed(struct world *w)
{
    begin(w);
    assert_ok(device_set_state(w->cx, w->phone.device.id, DEVICE_DISABLED));
    return newest_login(w);
}

static int64_t
make_push_is_not_approved(struct world *w)
{
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    return newest_login(w);
}

static int64_t
make_password_is_expired(struct world *w)
{
    world_policy(w, "password_age", "1");
    world_later(w, 2 * CLOCK_DAY);
    return 0;
}

static int64_t
bring(struct world *w, const char *old, const char *password)
{
    assert_int_equal(world_login_new(w, old, password), SIGNIN_OkTwoFactorAuthenticationRequired);
    return newest_login(w);
}

static int64_t
make_new_password_is_weak(struct world *w)
{
    return bring(w, WORLD_PASSWORD, "12345678");
}

static int64_t
make_new_password_is_old(struct world *w)
{
    return bring(w, WORLD_PASSWORD, WORLD_PASSWORD);
}

static int64_t
make_new_password_was_used(struct world *w)
{
    assert_ok(technician_reset_password(w->cx, w->technician, STR_LIT(WORLD_NEW_PASSWORD), false));
    return bring(w, WORLD_NEW_PASSWORD, WORLD_PASSWORD);
}

static int64_t
make_session_is_over(struct world *w)
{
    world_sign_in(w);
    world_later(w, CLOCK_MINUTE);
    assert_ok(password_change2(w->cx, w->session, STR_LIT(WORLD_PASSWORD), STR_LIT(WORLD_NEW_PASSWORD),
                               &w->answer));
    assert_int_equal(w->answer.result, SIGNIN_OkTwoFactorAuthenticationRequired);
    bool was_alive = false;
    assert_ok(session_log_out(w->cx, w->session, &was_alive));
    return newest_login(w);
}

static int64_t
make_seats_are_taken(struct world *w)
{
    world_policy(w, "seats", "1");
    world_sign_in(w);
    return 0;
}

static int64_t (*const makers[])(struct world *) = {
#define CONDITION(id, result, at, why) make_##id,
#include "accounts/decide.def"
};

/* What only the sign-in itself, or a session, can show. */
static bool
stays_open(const struct condition *c)
{
    return str_starts(str_from_cstr(c->id), STR_LIT("new_password_")) ||
           str_eq(str_from_cstr(c->id), STR_LIT("code_is_wrong")) ||
           str_eq(str_from_cstr(c->id), STR_LIT("factor_is_missing"));
}

static void
each_condition_is_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < conditions_n; i++) {
        void *own = NULL;
        world_set_up(&own);
        struct world *w = own;
        const int64_t login = makers[i](w);
        const struct explanation *x = explain(w, login, NULL);
        const struct explain_line *line = &x->lines[i];
        if (line->holds != (stays_open(&conditions[i]) ? EXPLAIN_OPEN : EXPLAIN_YES))
            fail_msg("%s: %d", conditions[i].id, (int)line->holds);
        assert_int_equal(x->lines_n, conditions_n);
        assert_ptr_equal(line->condition, &conditions[i]);
        assert_true(line->value.n > 0);
        assert_non_null(line->set.where);
        assert_int_equal(str_is_null(line->mend), stays_open(&conditions[i]));
        world_tear_down(&own);
    }
}

/* For each condition of the account, the foreseen result is the real one, with the right password. */
static void
foresees_what_happens(void **state)
{
    (void)state;
    for (size_t i = 0; i < conditions_n; i++) {
        void *own = NULL;
        world_set_up(&own);
        struct world *w = own;
        const int64_t login = makers[i](w);
        const struct explanation *x = explain(w, 0, NULL);
        const enum signin_result foreseen = x->answers[0].result;
        if (login == 0 && conditions[i].result != SIGNIN_NoSuchUser) /* the address is free again */
            assert_int_equal(world_login(w), foreseen);
        if (login == 0 && x->answers_n == 3) {
            assert_int_equal(world_send(w), x->answers[1].result);
            assert_int_equal(world_approve(w), ANSWER_OK);
            assert_int_equal(world_check(w), x->answers[2].result);
            assert_int_equal(x->answers[2].result,
                             (conditions[i].at & AT_CHECK) != 0 ? conditions[i].result : SIGNIN_OK);
        }
        world_tear_down(&own);
    }
}

static void
a_good_account_has_nothing_to_mend(void **state)
{
    struct world *w = *state;
    const struct explanation *x = explain(w, 0, NULL);
    assert_int_equal(x->answers_n, 3);
    assert_int_equal(x->answers[0].result, SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(x->answers[1].result, SIGNIN_OK);
    assert_int_equal(x->answers[2].result, SIGNIN_OK);
    assert_int_equal(x->methods, METHOD_CHALLENGE);
    assert_int_equal(x->refusals_n, 0);
    for (size_t i = 0; i < x->lines_n; i++)
        assert_true(x->lines[i].holds != EXPLAIN_YES && str_is_null(x->lines[i].mend));
}

/* The budgets and the waits: of the account, of the address, of the pushes. */
static void
waits_are_foreseen(void **state)
{
    struct world *w = *state;
    begin(w);
    world_later(w, CLOCK_S);
    begin(w); /* the early one */
    world_later(w, CLOCK_S);
    const struct explanation *x = explain(w, 0, NULL);
    assert_int_equal(x->answers[1].result, SIGNIN_TwoFactorError);
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_TwoFactorError);
    assert_int_equal(x->answers[1].until - w->cx->now, w->sent.expires_in * CLOCK_S);

    for (int i = 0; i < 5; i++)
        (void)world_login_as(w, WORLD_EMAIL, "wrong");
    x = explain(w, 0, NULL);
    assert_int_equal(x->answers_n, 1);
    assert_int_equal(x->answers[0].result, SIGNIN_InvalidPassword);
    assert_int_equal(world_login(w), SIGNIN_InvalidPassword);
    assert_true(str_starts(x->answers[0].why, STR_LIT("this address")));
    assert_true(str_starts(x->answers[0].mend, STR_LIT("countersign technician unlock")));
    bool is_listed = false;
    for (size_t i = 0; i < x->budgets_n; i++)
        is_listed = is_listed || (str_eq(str_from_cstr(x->budgets[i].name), STR_LIT("refused address")) &&
                                  x->budgets[i].until > w->cx->now);
    assert_true(is_listed);
    assert_true(str_eq(x->refusals[0].event, STR_LIT("login.refused")));
    assert_true(str_eq(x->refusals[0].why, STR_LIT("the password was wrong")));
    assert_true(str_eq(x->refusals[1].event, STR_LIT("source.refused")));
}

static bool
has_step(const struct explain_story *story, const char *what, const char *text, size_t *at)
{
    for (size_t i = *at; i < story->n; i++)
        if (str_eq(str_from_cstr(story->steps[i].what), str_from_cstr(what)) &&
            str_find_str(story->steps[i].text, str_from_cstr(text)) < story->steps[i].text.n) {
            *at = i + 1;
            return true;
        }
    return false;
}

static void
the_story_of_a_sign_in(void **state)
{
    struct world *w = *state;
    struct explain_story story;
    size_t at = 0;
    bool was_alive = false;
    w->f->env.has_webhook = true;
    begin(w);
    struct challenge_view shown;
    world_later(w, 2 * CLOCK_S);
    handset_sees(w, &w->phone, &shown);
    world_later(w, 3 * CLOCK_S);
    assert_int_equal(handset_replies(w, &w->phone, &shown, DECISION_APPROVE, w->number.p), ANSWER_OK);
    world_later(w, CLOCK_S);
    assert_int_equal(world_check(w), SIGNIN_OK);
    world_later(w, CLOCK_MINUTE);
    assert_ok(session_log_out(w->cx, w->session, &was_alive));
    (void)explain(w, newest_login(w), &story);
    assert_true(has_step(&story, "begun", "the password was right", &at));
    assert_true(has_step(&story, "push", "a push waits", &at));
    assert_true(has_step(&story, "delivery", "webhook: waiting", &at));
    assert_true(has_step(&story, "phone", "fetched", &at));
    assert_true(has_step(&story, "phone", "approved", &at));
    assert_true(has_step(&story, "console", "granted", &at));
    assert_true(has_step(&story, "session", "ended", &at));
    assert_int_equal(at, story.n);
    assert_int_equal(story.steps[story.n - 1].at - story.steps[0].at, 66 * CLOCK_S);
}

/* When the login's rows are gone, the audit log still has it. */
static void
the_story_outlives_its_rows(void **state)
{
    struct world *w = *state;
    struct explain_story story;
    size_t at = 0;
    bool more = true;
    world_sign_in(w);
    const int64_t login = newest_login(w);
    world_later(w, 40 * CLOCK_DAY);
    assert_ok(challenge_sweep(w->cx, 1000, &more));
    assert_ok(session_sweep(w->cx, 1000, &more));
    assert_int_equal(world_int(w, "SELECT count(*) FROM login WHERE id = $1", login), 0);
    (void)explain(w, login, &story);
    assert_true(has_step(&story, "begun", "the password was right", &at));
    assert_true(has_step(&story, "push", "a push waits", &at));
    assert_true(has_step(&story, "phone", "approved", &at));
    assert_true(has_step(&story, "console", "granted", &at));
    const struct explain_question q = {.technician_id = w->f->ben, .login_id = login};
    struct explanation *x = arena_zalloc(&w->cx->arena, sizeof *x);
    assert_fails(w->cx, explain_account(w->cx, &q, &story, x), ERR_NOT_FOUND); /* of another account */
}

static void
is_free_of(struct str text, struct str secret)
{
    assert_true(str_is_empty(secret) || str_find_str(text, secret) == text.n);
}

static void
says_no_secret_and_writes_nothing(void **state)
{
    struct world *w = *state;
    struct explain_story story;
    begin(w);
    const int64_t events = world_int(w, "SELECT count(*) FROM audit WHERE id > $1", 0);
    assert_int_equal(world_approve(w), ANSWER_OK);
    const struct explanation *x = explain(w, newest_login(w), &story);
    const struct str secrets[] = {w->login, w->push, w->number, STR_LIT(WORLD_PASSWORD),
                                  x->account.t.password_hash};
    for (size_t s = 0; s < ARRAY_LEN(secrets); s++) {
        for (size_t i = 0; i < story.n; i++) {
            is_free_of(story.steps[i].text, secrets[s]);
            is_free_of(story.steps[i].detail, secrets[s]);
            is_free_of(story.steps[i].detail, STR_LIT("countersign-assertion"));
        }
        for (size_t i = 0; i < x->lines_n; i++)
            is_free_of(x->lines[i].value, secrets[s]);
    }
    assert_int_equal(world_int(w, "SELECT count(*) FROM audit WHERE id > $1", 0), events + 1);
}

/* The pasted argument is one word for a shell, for any name of the account. */
static void
commands_are_safe_to_paste(void **state)
{
    struct world *w = *state;
    w->technician = world_technician(w, "a'$(touch${IFS}x);b@example.com");
    assert_ok(technician_lock(w->cx, w->technician));
    const struct explanation *x = explain(w, 0, NULL);
    assert_true(str_eq(x->answers[0].mend,
                       STR_LIT("countersign technician unlock 'a'\\''$(touch${IFS}x);b@example.com'")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_condition_is_explained),
        cmocka_unit_test(foresees_what_happens),
        cmocka_unit_test_setup_teardown(a_good_account_has_nothing_to_mend, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(waits_are_foreseen, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(the_story_of_a_sign_in, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(the_story_outlives_its_rows, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(says_no_secret_and_writes_nothing, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(commands_are_safe_to_paste, world_set_up, world_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
