/* SPDX-License-Identifier: Apache-2.0 */
/* passkey: enrolment and approvals under each policy, and the trace of every refusal: an event with
 * its reason, and nothing else. */
#include "accounts/device_change.h"
#include "accounts/policy_change.h"
#include "signin/challenge_answer.h"
#include "tests/unit/signin/world.h"
#include "tests/unit/webauthn/authenticator.h"

#include "accounts/enrolment.h"
#include "accounts/passkey.h"
#include "base/buf.h"
#include "store/store_passkey.h"

/* A phone with an authenticator. */
struct keeper {
    struct handset phone;
    struct authenticator auth;
};

static struct str
ticket_of(struct world *w)
{
    struct str link;
    assert_ok(enrolment_new(w->cx, w->technician, CLOCK_HOUR, &link));
    return arena_str(&w->kept, phone_ticket(link));
}

static enum errcode
try_enrol(struct world *w, struct keeper *k, struct str ticket, const struct passkey_registration *r)
{
    struct str token, statement = phone_enrol_statement(w->f, ticket, "a phone");
    const struct enrolment e = {.ticket = ticket,
                                .public_key = phone_public(&k->phone.key),
                                .name = STR_LIT("a phone"),
                                .signature = phone_sign(w->f, &k->phone.key, statement),
                                .passkey =
                                    r != NULL ? *r : authenticator_register(w->f, &k->auth, statement)};
    int64_t former = 0;
    enum errcode err = device_enrol(w->cx, &e, &k->phone.device, &token, &former);
    if (err != ERR_NONE)
        err_forget(w->cx);
    return err;
}

static void
keeper_init(struct keeper *k)
{
    phone_init(&k->phone.key);
    authenticator_init(&k->auth);
}

static void
keeper_enrol(struct world *w, struct keeper *k)
{
    keeper_init(k);
    assert_ok(try_enrol(w, k, ticket_of(w), NULL));
    k->phone.device.public_key = arena_str(&w->kept, k->phone.device.public_key);
}

static void
keeper_clear(struct keeper *k)
{
    phone_clear(&k->phone.key);
    authenticator_clear(&k->auth);
}

static const struct passkey_registration no_registration;
static const struct passkey_assertion no_assertion;

/* The reason of the newest refusal. */
static void
assert_reason(struct world *w, enum webauthn_fault fault)
{
    struct str detail;
    assert_str(fixture_last_event(w->f, &detail), "passkey.refused");
    struct str reason = arena_printf(&w->cx->arena, "\"reason\":\"%s\"", webauthn_fault_name(fault).p);
    if (str_find_str(detail, reason) == detail.n)
        fail_msg("%.*s, not %s", STR_ARG(detail), reason.p);
}

static int64_t
passkeys(struct world *w)
{
    return world_int(w, "SELECT count(*) FROM passkey WHERE device_id <> $1", 0);
}

static void
the_policies_at_the_enrolment(void **state)
{
    struct world *w = *state;
    struct keeper k;
    struct enrolment_view view;
    struct str detail;
    keeper_init(&k);
    struct str ticket = ticket_of(w);
    world_policy(w, "passkey", "required");
    assert_ok(enrolment_look(w->cx, ticket, &view));
    assert_int_equal(view.passkey, PASSKEY_POLICY_REQUIRED);
    assert_int_equal(try_enrol(w, &k, ticket, &no_registration), ERR_POLICY);
    assert_reason(w, WEBAUTHN_REQUIRED);
    world_policy(w, "passkey", "off");
    assert_ok(enrolment_look(w->cx, ticket, &view));
    assert_int_equal(view.passkey, PASSKEY_POLICY_OFF);
    assert_int_equal(try_enrol(w, &k, ticket, NULL), ERR_PROTOCOL);
    assert_reason(w, WEBAUTHN_OFF);
    world_policy(w, "passkey", "");
    assert_ok(enrolment_look(w->cx, ticket, &view));
    assert_int_equal(view.passkey, PASSKEY_POLICY_OFFERED);
    assert_str(view.company, "Acme Support Ltd");
    assert_str(view.account, WORLD_EMAIL);
    assert_str(view.relying_party, "sign-in.example");
    assert_int_equal(view.passkey_user.n, 43);
    assert_int_equal(passkeys(w), 0);
    assert_ok(try_enrol(w, &k, ticket, NULL));
    assert_str(fixture_last_event(w->f, &detail), "device.enrolled");
    assert_true(str_find_str(detail, STR_LIT("\"passkey\":\"yes\"")) < detail.n);
    assert_true(k.phone.device.has_passkey);
    assert_fails(w->cx, enrolment_look(w->cx, ticket, &view), ERR_NOT_FOUND);
    ticket = ticket_of(w);
    assert_ok(try_enrol(w, &k, ticket, &no_registration));
    assert_false(k.phone.device.has_passkey);
    assert_str(fixture_last_event(w->f, &detail), "device.enrolled");
    assert_true(str_find_str(detail, STR_LIT("\"passkey\":\"no\"")) < detail.n);
    keeper_clear(&k);
}

/* Each refusal of an enrolment leaves the ticket valid. */
static void
a_bad_passkey_enrols_nothing(void **state)
{
    struct world *w = *state;
    struct keeper k, other;
    struct str ticket = ticket_of(w);
    const int64_t devices = world_int(w, "SELECT count(*) FROM device WHERE id <> $1", 0);
    keeper_init(&k);
    k.auth.flags = 0x19; /* the user was not verified */
    assert_int_equal(try_enrol(w, &k, ticket, NULL), ERR_PROTOCOL);
    assert_reason(w, WEBAUTHN_USER_VERIFICATION);
    k.auth.flags = 0x1d;
    k.auth.origin = "https://sign-in.example.evil.example";
    assert_int_equal(try_enrol(w, &k, ticket, NULL), ERR_PROTOCOL);
    assert_reason(w, WEBAUTHN_ORIGIN);
    k.auth.origin = "https://sign-in.example";
    struct passkey_registration r = authenticator_register(w->f, &k.auth, STR_LIT("another statement"));
    assert_int_equal(try_enrol(w, &k, ticket, &r), ERR_PROTOCOL);
    assert_reason(w, WEBAUTHN_CHALLENGE);
    r.attestation_object = STR_NULL;
    assert_int_equal(try_enrol(w, &k, ticket, &r), ERR_PROTOCOL);
    keeper_enrol(w, &other);
    struct str id = k.auth.id;
    k.auth.id = other.auth.id;
    assert_int_equal(try_enrol(w, &k, ticket, NULL), ERR_PROTOCOL);
    assert_reason(w, WEBAUTHN_KNOWN);
    k.auth.id = id;
    assert_int_equal(world_int(w, "SELECT count(*) FROM device WHERE id <> $1", 0), devices + 1);
    assert_int_equal(passkeys(w), 1);
    /* The credential of a removed device is free again. */
    assert_ok(device_set_state(w->cx, other.phone.device.id, DEVICE_REMOVED));
    assert_int_equal(passkeys(w), 0);
    k.auth.id = other.auth.id;
    assert_ok(try_enrol(w, &k, ticket, NULL));
    k.auth.id = id;
    keeper_clear(&k);
    keeper_clear(&other);
}

static void
ring(struct world *w, const struct keeper *k, struct challenge_view *shown)
{
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    handset_sees(w, &k->phone, shown);
}

static struct str
statement_of(struct world *w, const struct keeper *k, const struct challenge_view *v, enum decision decision)
{
    struct buf b;
    buf_init(&b, 8192);
    statement_write_answer(&b, v, arena_printf(&w->cx->arena, "%lld", (long long)k->phone.device.id),
                           str_from_cstr(decision_name(decision)),
                           decision == DECISION_APPROVE ? w->number : STR_NULL);
    struct str text = arena_str(&w->cx->arena, buf_view(&b));
    buf_clear(&b);
    return text;
}

/* With that assertion, or the one that the authenticator makes now. */
static enum answer
answer(struct world *w, const struct keeper *k, const struct challenge_view *v, enum decision decision,
       const struct passkey_assertion *a)
{
    enum answer answer = ANSWER_UNKNOWN;
    uint8_t left = 0;
    struct str statement = statement_of(w, k, v, decision);
    const struct challenge_reply reply = {
        .public_id = v->id,
        .decision = decision,
        .number = decision == DECISION_APPROVE ? w->number : STR_NULL,
        .signature = phone_sign(w->f, &k->phone.key, statement),
        .passkey = a != NULL ? *a : authenticator_assert(w->f, &k->auth, statement)};
    assert_ok(challenge_answer(w->cx, &k->phone.device, &reply, &answer, &left));
    return answer;
}

static void
an_approval_needs_both_signatures(void **state)
{
    struct world *w = *state;
    struct keeper k;
    struct challenge_view v;
    struct str detail;
    keeper_enrol(w, &k);
    ring(w, &k, &v);
    assert_int_equal(answer(w, &k, &v, DECISION_APPROVE, &no_assertion), ANSWER_PASSKEY_REQUIRED);
    assert_reason(w, WEBAUTHN_MISSING);
    struct passkey_assertion a =
        authenticator_assert(w->f, &k.auth, statement_of(w, &k, &v, DECISION_REJECT));
    assert_int_equal(answer(w, &k, &v, DECISION_APPROVE, &a), ANSWER_BAD_PASSKEY);
    assert_reason(w, WEBAUTHN_CHALLENGE);
    a.signature = STR_NULL;
    assert_int_equal(answer(w, &k, &v, DECISION_APPROVE, &a), ANSWER_BAD_PASSKEY);
    k.auth.flags = 0x19;
    assert_int_equal(answer(w, &k, &v, DECISION_APPROVE, NULL), ANSWER_BAD_PASSKEY);
    assert_reason(w, WEBAUTHN_USER_VERIFICATION);
    k.auth.flags = 0x0d; /* not backed up any more */
    assert_int_equal(world_check(w), SIGNIN_Poll);
    assert_int_equal(fixture_count_events(w->f, "push.approved"), 0);
    assert_int_equal(answer(w, &k, &v, DECISION_APPROVE, NULL), ANSWER_OK);
    assert_str(fixture_last_event(w->f, &detail), "push.approved");
    assert_true(str_find_str(detail, STR_LIT("\"authenticator_data\":\"")) < detail.n);
    assert_true(str_find_str(detail, STR_LIT("\"client_data\":\"")) < detail.n);
    assert_true(str_find_str(detail, STR_LIT("\"passkey_signature\":\"")) < detail.n);
    assert_int_equal(world_int(w, "SELECT backed_up FROM passkey WHERE device_id = $1", k.phone.device.id),
                     0);
    assert_int_equal(world_check(w), SIGNIN_OK);
    keeper_clear(&k);
}

/* A wrong number with a good passkey is a wrong number; with a bad one it is not counted. */
static void
the_number_comes_last(void **state)
{
    struct world *w = *state;
    struct keeper k;
    struct challenge_view v;
    keeper_enrol(w, &k);
    ring(w, &k, &v);
    struct str right = w->number;
    w->number = str_eq(right, STR_LIT("000000")) ? STR_LIT("000001") : STR_LIT("000000");
    assert_int_equal(answer(w, &k, &v, DECISION_APPROVE, &no_assertion), ANSWER_PASSKEY_REQUIRED);
    k.auth.origin = "https://evil.example";
    assert_int_equal(answer(w, &k, &v, DECISION_APPROVE, NULL), ANSWER_BAD_PASSKEY);
    k.auth.origin = "https://sign-in.example";
    assert_int_equal(world_int(w, "SELECT tries_left FROM challenge WHERE technician_id = $1", w->technician),
                     3);
    assert_int_equal(answer(w, &k, &v, DECISION_APPROVE, NULL), ANSWER_WRONG_NUMBER);
    w->number = right;
    assert_int_equal(answer(w, &k, &v, DECISION_APPROVE, NULL), ANSWER_OK);
    keeper_clear(&k);
}

static void
a_refusal_needs_the_device_alone(void **state)
{
    struct world *w = *state;
    struct keeper k;
    struct challenge_view v;
    keeper_enrol(w, &k);
    ring(w, &k, &v);
    assert_int_equal(answer(w, &k, &v, DECISION_REJECT, &no_assertion), ANSWER_OK);
    world_later(w, CLOCK_MINUTE);
    ring(w, &k, &v);
    assert_int_equal(answer(w, &k, &v, DECISION_NOT_ME, &no_assertion), ANSWER_OK);
    keeper_clear(&k);
}

static void
a_copy_shows_by_its_counter(void **state)
{
    struct world *w = *state;
    struct keeper k;
    struct challenge_view v;
    keeper_init(&k);
    k.auth.count = 5;
    assert_ok(try_enrol(w, &k, ticket_of(w), NULL));
    ring(w, &k, &v);
    assert_int_equal(answer(w, &k, &v, DECISION_APPROVE, NULL), ANSWER_BAD_PASSKEY);
    assert_reason(w, WEBAUTHN_COUNTER);
    k.auth.count = 0;
    assert_int_equal(answer(w, &k, &v, DECISION_APPROVE, NULL), ANSWER_BAD_PASSKEY);
    assert_int_equal(world_int(w, "SELECT sign_count FROM passkey WHERE device_id = $1", k.phone.device.id),
                     5);
    k.auth.count = 6;
    assert_int_equal(answer(w, &k, &v, DECISION_APPROVE, NULL), ANSWER_OK);
    assert_int_equal(world_int(w, "SELECT sign_count FROM passkey WHERE device_id = $1", k.phone.device.id),
                     6);
    /* The loser of a race changes nothing. */
    bool changed = true;
    const struct passkey_row late = {.device_id = k.phone.device.id, .sign_count = 9};
    assert_ok(store_passkey_use(w->cx, &late, 5, &changed));
    assert_false(changed);
    keeper_clear(&k);
}

static void
a_device_without_one(void **state)
{
    struct world *w = *state;
    struct keeper k; /* its authenticator was never enrolled */
    struct challenge_view v;
    k.phone = w->phone;
    authenticator_init(&k.auth);
    ring(w, &k, &v);
    assert_int_equal(answer(w, &k, &v, DECISION_APPROVE, NULL), ANSWER_BAD_PASSKEY);
    assert_reason(w, WEBAUTHN_UNKNOWN);
    world_policy(w, "passkey", "required");
    assert_int_equal(answer(w, &k, &v, DECISION_APPROVE, &no_assertion), ANSWER_PASSKEY_REQUIRED);
    assert_reason(w, WEBAUTHN_REQUIRED);
    assert_int_equal(world_check(w), SIGNIN_Poll);
    world_policy(w, "passkey", "off");
    assert_int_equal(answer(w, &k, &v, DECISION_APPROVE, &no_assertion), ANSWER_OK);
    assert_int_equal(world_check(w), SIGNIN_OK);
    authenticator_clear(&k.auth);
}

/* As with a disabled device: an approval that was not fetched yet no longer counts. */
static void
required_before_the_grant(void **state)
{
    struct world *w = *state;
    struct keeper with;
    struct challenge_view v;
    struct str detail;
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_int_equal(world_approve(w), ANSWER_OK);
    world_policy(w, "passkey", "off"); /* nothing else withdraws it */
    world_policy(w, "passkey", "required");
    assert_str(fixture_last_event(w->f, &detail), "push.cancelled");
    assert_true(str_find_str(detail, STR_LIT("\"reason\":\"passkey\"")) < detail.n);
    assert_int_equal(world_check(w), SIGNIN_InvalidToken);
    world_policy(w, "passkey", "offered");
    assert_int_equal(world_check(w), SIGNIN_InvalidToken);
    /* An approval with a passkey stays. */
    world_later(w, CLOCK_MINUTE);
    keeper_enrol(w, &with);
    ring(w, &with, &v);
    assert_int_equal(answer(w, &with, &v, DECISION_APPROVE, NULL), ANSWER_OK);
    world_policy(w, "passkey", "required");
    assert_int_equal(world_check(w), SIGNIN_OK);
    keeper_clear(&with);
}

/* Where the host is an address there is no relying party: none is offered, and none can be required.
 */
static void
a_server_that_cannot(void **state)
{
    struct world *w = *state;
    struct keeper k, late;
    struct challenge_view v;
    struct enrolment_view view;
    const struct str usual = w->f->env.public_url;
    keeper_enrol(w, &k);
    keeper_init(&late);
    struct str ticket = ticket_of(w);
    w->f->env.public_url = STR_LIT("https://192.0.2.1");
    assert_ok(enrolment_look(w->cx, ticket, &view));
    assert_int_equal(view.passkey, PASSKEY_POLICY_OFF);
    assert_null(view.relying_party.p);
    assert_fails(w->cx, policy_set(w->cx, w->company, STR_LIT("passkey"), STR_LIT("required")), ERR_POLICY);
    ring(w, &k, &v);
    assert_int_equal(answer(w, &k, &v, DECISION_APPROVE, NULL), ANSWER_BAD_PASSKEY);
    assert_reason(w, WEBAUTHN_OFF);
    w->f->env.public_url = usual;
    world_policy(w, "passkey", "required");
    w->f->env.public_url = STR_LIT("https://192.0.2.1");
    assert_ok(enrolment_look(w->cx, ticket, &view));
    assert_int_equal(view.passkey, PASSKEY_POLICY_REQUIRED);
    w->f->env.public_url = usual;
    assert_ok(try_enrol(w, &late, ticket, NULL));
    keeper_clear(&k);
    keeper_clear(&late);
}

static void
a_user_is_opaque_and_stable(void **state)
{
    struct world *w = *state;
    const struct str ticket = STR_LIT("a ticket");
    struct str a = passkey_user(w->cx, w->technician, ticket);
    assert_true(str_eq(a, passkey_user(w->cx, w->technician, ticket)));
    assert_false(str_eq(a, passkey_user(w->cx, w->technician + 1, ticket)));
    assert_false(str_eq(a, passkey_user(w->cx, w->technician, STR_LIT("another"))));
    assert_int_equal(a.n, 43);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_policies_at_the_enrolment, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(a_bad_passkey_enrols_nothing, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(an_approval_needs_both_signatures, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(the_number_comes_last, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(a_refusal_needs_the_device_alone, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(a_copy_shows_by_its_counter, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(a_device_without_one, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(required_before_the_grant, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(a_server_that_cannot, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(a_user_is_opaque_and_stable, world_set_up, world_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
