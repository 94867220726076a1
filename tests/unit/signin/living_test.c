/* SPDX-License-Identifier: Apache-2.0 */
/* living: what was granted under a weaker policy, as a table of policies and grants (living.def). Each grant
 * is made under the former value, the policy is set to the stronger one, and then the grant is used. */
#include "tests/unit/signin/world.h"

#include "accounts/code.h"
#include "accounts/company_change.h"
#include "accounts/enrolment.h"
#include "accounts/policy_change.h"
#include "accounts/session.h"
#include "base/codec.h"

enum grant {
    SESSION_ALONE,
    SESSION,
    TICKET,
    LOGIN,
    BROUGHT,
    PENDING,
    APPROVED,
    LINK,
    SELF_LINK,
    OPENING,
    PHONE,
    AUTHENTICATOR,
    RECOVERY,
    PASSWORD,
    GRANTS
};

/* WAITS: the phone's approval does not count, and the push goes on waiting. PASSKEY: refused without one. */
enum outcome { UNSTATED, LIVES, ENDED, WAITS, PASSKEY, SSO, EXPIRED, WEAK, ADDRESS };
static const char *const outcomes[] = {"UNSTATED", "LIVES",   "ENDED", "WAITS",  "PASSKEY",
                                       "SSO",      "EXPIRED", "WEAK",  "ADDRESS"};

static const struct row {
    const char *policy, *before, *after;
    enum outcome right[GRANTS];
} rows[] = {
#define ROW(policy, before, after, ...) {#policy, before, after, {__VA_ARGS__}},
#include "tests/unit/signin/living.def"
};
enum { ROWS = ARRAY_LEN(rows) };

static const char *const policies[] = {
#define POLICY(key, ...) #key,
#include "accounts/policy.def"
};

/* What was granted, kept. */
struct granted {
    struct str token, uri, codes[RECOVERY_CODES];
    struct self_proof proof;
    struct challenge_view shown;
};

static enum outcome
of_result(enum signin_result result)
{
    switch ((int)result) {
    case SIGNIN_OK:
        return LIVES;
    case SIGNIN_Poll:
        return WAITS;
    case SIGNIN_InvalidToken:
    case SIGNIN_TwoFactorError:
        return ENDED;
    case SIGNIN_OnlySSOLoginAllowed:
        return SSO;
    case SIGNIN_UserPasswordExpired:
        return EXPIRED;
    case SIGNIN_PasswordStrengthNotMeetRequirement:
        return WEAK;
    case SIGNIN_IPNotAllowed:
        return ADDRESS;
    default:
        print_error("an unforeseen result: %s\n", signin_result_name(result));
        return UNSTATED;
    }
}

static struct str
keep(struct world *w, struct str s)
{
    return arena_str(&w->kept, s);
}

static void
signs_in_alone(struct world *w, struct granted *g)
{
    world_policy(w, "second_factor", "off");
    assert_int_equal(world_login(w), SIGNIN_OK);
    g->token = w->session;
}

static void
begins(struct world *w)
{
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
}

static void
rings(struct world *w, struct granted *g)
{
    begins(w);
    assert_int_equal(world_send(w), SIGNIN_OK);
    handset_sees(w, &w->phone, &g->shown);
}

static void
signs_in(struct world *w, struct granted *g)
{
    world_sign_in(w);
    g->token = w->session;
    struct str url = w->answer.url;
    size_t at = str_find_str(url, STR_LIT("ticket="));
    g->uri = keep(w, str_sub(url, at + 7, url.n));
}

static void
make(struct world *w, enum grant grant, struct granted *g)
{
    struct str text = STR_NULL;
    assert_ok(recovery_codes_new(w->cx, w->technician, g->codes));
    for (size_t i = 0; i < RECOVERY_CODES; i++)
        g->codes[i] = keep(w, g->codes[i]);
    if (grant == SESSION_ALONE)
        signs_in_alone(w, g);
    if (grant == SESSION || grant == TICKET)
        signs_in(w, g);
    if (grant == LOGIN)
        begins(w);
    if (grant == BROUGHT)
        assert_int_equal(world_login_new(w, WORLD_PASSWORD, WORLD_NEW_PASSWORD),
                         SIGNIN_OkTwoFactorAuthenticationRequired);
    if (grant == PENDING || grant == APPROVED)
        rings(w, g);
    if (grant == APPROVED)
        assert_int_equal(handset_replies(w, &w->phone, &g->shown, DECISION_APPROVE, w->number.p), ANSWER_OK);
    if (grant == LINK)
        assert_ok(enrolment_new(w->cx, w->technician, CLOCK_HOUR, &text));
    if (grant == SELF_LINK)
        text = phone_self_link(w->f, world_technician(w, "new@example.com"));
    if (grant == LINK || grant == SELF_LINK)
        g->token = keep(w, phone_ticket(text));
    if (grant == OPENING)
        g->proof = handset_opens(w, &w->phone);
    if (grant == AUTHENTICATOR)
        assert_ok(totp_enrol(w->cx, w->technician, &text));
    if (grant == AUTHENTICATOR)
        g->uri = keep(w, text);
}

static enum outcome
use_session(struct world *w, const struct granted *g)
{
    bool alive = false;
    world_later(w, CLOCK_MINUTE);
    assert_ok(session_keep_alive(w->cx, g->token, &alive));
    for (int i = 0; i < 5 && alive; i++) {
        world_later(w, CLOCK_MINUTE - CLOCK_S);
        assert_ok(session_keep_alive(w->cx, g->token, &alive));
    }
    return alive ? LIVES : ENDED;
}

static enum outcome
use_ticket(struct world *w, const struct granted *g)
{
    struct redeemed redeemed;
    enum errcode err = session_redeem(w->cx, g->uri, &redeemed);
    assert_true(err == ERR_NONE || err == ERR_NOT_FOUND);
    err_forget(w->cx);
    return err == ERR_NONE ? LIVES : ENDED;
}

static enum outcome
use_link(struct world *w, const struct granted *g)
{
    struct phone phone;
    struct device d;
    struct str token;
    phone_init(&phone);
    enum errcode err = phone_enrol_by(w->f, &phone, g->token, &d, &token);
    phone_clear(&phone);
    assert_true(err == ERR_NONE || err == ERR_NOT_FOUND || err == ERR_POLICY);
    err_forget(w->cx);
    return err == ERR_NONE ? LIVES : err == ERR_POLICY ? PASSKEY : ENDED;
}

static enum outcome
use_opening(struct world *w, const struct granted *g)
{
    struct self_overview overview;
    enum self_result result = SELF_OK;
    assert_ok(self_overview(w->cx, &g->proof, &overview, &result));
    assert_true(result == SELF_OK || result == SELF_PROOF_REQUIRED);
    return result == SELF_OK ? LIVES : ENDED;
}

static enum outcome
answered(struct world *w, const struct challenge_view *shown)
{
    const enum answer answer = handset_replies(w, &w->phone, shown, DECISION_APPROVE, w->number.p);
    const enum signin_result result = world_check(w);
    assert_true(answer == ANSWER_OK || result != SIGNIN_OK);
    return of_result(result);
}

/* A sign-in of after the change; the refusal of its first step is the outcome. */
static enum outcome
sign_in_again(struct world *w, const struct granted *g, enum grant by)
{
    struct granted now;
    const enum signin_result begun = world_login(w);
    if (begun != SIGNIN_OkTwoFactorAuthenticationRequired)
        return of_result(begun);
    if (by == AUTHENTICATOR)
        return of_result(world_code(w, world_totp(w, g->uri)));
    if (by != PHONE)
        return of_result(world_code(w, g->codes[0].p));
    assert_int_equal(world_send(w), SIGNIN_OK);
    handset_sees(w, &w->phone, &now.shown);
    return answered(w, &now.shown);
}

static enum outcome
use(struct world *w, enum grant grant, const struct granted *g)
{
    switch (grant) {
    case SESSION_ALONE:
    case SESSION:
        return use_session(w, g);
    case TICKET:
        return use_ticket(w, g);
    case LOGIN:
    case BROUGHT:
        return of_result(world_code(w, g->codes[0].p));
    case PENDING:
        return answered(w, &g->shown);
    case APPROVED:
        return of_result(world_check(w));
    case LINK:
    case SELF_LINK:
        return use_link(w, g);
    case OPENING:
        return use_opening(w, g);
    case PHONE:
    case AUTHENTICATOR:
    case RECOVERY:
    case PASSWORD:
        return sign_in_again(w, g, grant);
    case GRANTS:
        break;
    }
    return UNSTATED;
}

/* A world of its own for each cell: one grant must not show another's end. */
static enum outcome
try(const struct row *row, enum grant grant)
{
    void *state = NULL;
    struct granted g = {.token = STR_NULL};
    const bool is_factor = strcmp(row->policy, "second_factor") == 0;
    assert_int_equal(world_set_up(&state), 0);
    struct world *w = state;
    world_later(w, 2 * CLOCK_DAY); /* the password's age */
    assert_ok(company_set_plan(w->cx, w->company, true, true));
    assert_ok(address_rule_add(w->cx, w->company, 0, false, STR_LIT("192.0.2.0/24")));
    if (!is_factor)
        world_policy(w, row->policy, row->before);
    make(w, grant, &g);
    if (is_factor) /* what only a required one grants was granted earlier */
        world_policy(w, row->policy, row->before);
    world_policy(w, row->policy, row->after);
    const enum outcome is = use(w, grant, &g);
    world_tear_down(&state);
    return is;
}

static void
every_grant_under_every_policy(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t r = 0; r < ROWS; r++) {
        for (int g = 0; g < GRANTS; g++) {
            const enum outcome is = try(&rows[r], (enum grant)g);
            if (is == rows[r].right[g])
                continue;
            print_error("%s, grant %d: %s is what happens; stated is %s\n", rows[r].policy, g, outcomes[is],
                        outcomes[rows[r].right[g]]);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* Not a policy, but the words that a new password must not be made of. */
static void
a_new_password_is_judged_by_the_words_of_now(void **state)
{
    struct world *w = *state;
    struct granted g = {.token = STR_NULL};
    make(w, RECOVERY, &g);
    assert_int_equal(world_login_new(w, WORLD_PASSWORD, "Meridian Quayside 42"),
                     SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_ok(company_set(w->cx, w->company, &(struct company_wish){.title = STR_LIT("Meridian Quayside")}));
    assert_int_equal(world_code(w, g.codes[0].p), SIGNIN_PasswordStrengthNotMeetRequirement);
    assert_int_equal(world_login_new(w, WORLD_PASSWORD, WORLD_NEW_PASSWORD),
                     SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_code(w, g.codes[1].p), SIGNIN_OK);
}

static void
every_policy_has_its_row(void **state)
{
    (void)state;
    assert_int_equal(ROWS, ARRAY_LEN(policies));
    for (size_t i = 0; i < ROWS; i++)
        assert_string_equal(rows[i].policy, policies[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_policy_has_its_row),
        cmocka_unit_test(every_grant_under_every_policy),
        cmocka_unit_test_setup_teardown(a_new_password_is_judged_by_the_words_of_now, world_set_up,
                                        world_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
