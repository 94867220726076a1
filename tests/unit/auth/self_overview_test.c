/* self_overview: devices, rules and sign-ins of one account, as they are. */
#include "tests/unit/auth/world.h"

#include "auth/self_service.h"
#include "store/store_push.h"

static enum self_result
look(struct world *w, const struct self_proof *proof, struct self_overview *o)
{
    enum self_result r;
    assert_ok(self_overview(w->cx, proof, o, &r));
    return r;
}

static void
shows_what_there_is(void **state)
{
    struct world *w = *state;
    struct self_overview o;
    struct handset tablet, bobs;
    struct str codes[RECOVERY_CODES], uri;
    const struct self_proof proof = handset_opens(w, &w->phone);
    handset_enrol(w, w->technician, &tablet);
    handset_enrol(w, world_technician(w, "bob@example.com"), &bobs);
    const struct push_subscription push = {.device_id = tablet.device.id,
                                           .endpoint = STR("https://push.example/x"),
                                           .p256dh = STR("k"),
                                           .auth = STR("a")};
    assert_ok(store_push_put(w->cx, &push));
    assert_ok(db_exec(w->cx, NULL,
                      "INSERT INTO passkey (device_id, credential_id, algorithm, public_key, sign_count, "
                      "backup_eligible, backed_up, created_at, used_at) "
                      "VALUES ($1, 'c', -7, 'k', 0, 0, 0, 0, 0)",
                      "i", w->phone.device.id));
    assert_int_equal(look(w, &proof, &o), SELF_OK);
    assert_int_equal(o.n_devices, 2);
    const struct self_device *own = &o.devices[o.devices[0].is_this ? 0 : 1];
    const struct self_device *other = &o.devices[o.devices[0].is_this ? 1 : 0];
    assert_true(own->device.id == w->phone.device.id && other->device.id == tablet.device.id);
    assert_true(own->is_this && own->device.has_passkey && !own->is_subscribed);
    assert_true(!other->is_this && !other->device.has_passkey && other->is_subscribed);
    assert_true(!o.has_codes && o.recovery_codes == 0 && o.n_sign_ins == 0);
    assert_true(o.password_days == -1 && o.minimum_strength == 0 && o.minimum_length == 8);
    assert_ok(totp_enrol(w->cx, w->technician, &uri));
    assert_ok(recovery_codes_new(w->cx, w->technician, codes));
    world_policy(w, "password_age", "10");
    world_policy(w, "password_strength", "excellent");
    world_policy(w, "second_factor", "off");
    assert_int_equal(look(w, &proof, &o), SELF_OK);
    assert_true(o.has_codes && o.recovery_codes == RECOVERY_CODES);
    assert_true(o.password_days == 10 && o.minimum_strength == 3 && o.minimum_length == 15);
    phone_clear(&tablet.key);
    phone_clear(&bobs.key);
}

static void
shows_nothing_without_proof(void **state)
{
    struct world *w = *state;
    struct self_overview o;
    const struct self_proof none = {&w->phone.device, STR_LIT("x"), NULL};
    assert_int_equal(look(w, &none, &o), SELF_PROOF_REQUIRED);
    assert_true(o.n_devices == 0 && o.n_sign_ins == 0 && o.password_days == -1);
    const struct self_proof proof = handset_opens(w, &w->phone);
    assert_ok(technician_lock(w->cx, w->technician));
    assert_int_equal(look(w, &proof, &o), SELF_LOCKED);
    assert_int_equal(o.n_devices, 0);
}

#define assert_sign_in(s, result_, method_)     \
    do {                                        \
        assert_str((s).result, result_);        \
        assert_str((s).method, method_);        \
        assert_str((s).source, FIXTURE_SOURCE); \
    } while (0)

static void
sign_ins_the_newest_first(void **state)
{
    struct world *w = *state;
    struct self_overview o;
    enum signin_result changed;
    w->cx->console = STR_LIT("Console 7.2\x01");
    assert_int_equal(world_login_as(w, WORLD_EMAIL, "wrong"), SIGNIN_InvalidPassword);
    world_sign_in(w);
    struct str session = w->session;
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_code(w, "123456"), SIGNIN_InvalidCode);
    assert_int_equal(world_code(w, "AAAA-AAAA-AAAA-AAAA"), SIGNIN_InvalidCode);
    assert_ok(
        password_change(w->cx, session, STR_LIT(WORLD_PASSWORD), STR_LIT(WORLD_NEW_PASSWORD), &changed));
    assert_int_equal(changed, SIGNIN_OK);
    const struct self_proof proof = handset_opens(w, &w->phone);
    assert_int_equal(look(w, &proof, &o), SELF_OK);
    assert_int_equal(o.n_sign_ins, 4);
    assert_sign_in(o.sign_ins[0], "InvalidCode", "recovery");
    assert_sign_in(o.sign_ins[1], "InvalidCode", "totp");
    assert_sign_in(o.sign_ins[2], "OK", "push");
    assert_sign_in(o.sign_ins[3], "InvalidPassword", "password");
    assert_str(o.sign_ins[2].console, "Console 7.2?");
    assert_str(o.sign_ins[3].console, "Console 7.2?");
    assert_true(o.sign_ins[0].at == w->cx->now);
}

static void
twenty_at_most(void **state)
{
    struct world *w = *state;
    struct self_overview o;
    world_policy(w, "lockout_failures", "100");
    w->f->env.source_failures = 100;
    const struct self_proof proof = handset_opens(w, &w->phone);
    for (int i = 0; i <= SIGN_INS_LISTED; i++)
        assert_int_equal(world_login_as(w, WORLD_EMAIL, "wrong"), SIGNIN_InvalidPassword);
    assert_int_equal(world_login_as(w, "bob@example.com", "wrong"), SIGNIN_InvalidPassword);
    assert_int_equal(look(w, &proof, &o), SELF_OK);
    assert_int_equal(o.n_sign_ins, SIGN_INS_LISTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shows_what_there_is),
        TEST(shows_nothing_without_proof),
        TEST(sign_ins_the_newest_first),
        TEST(twenty_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
