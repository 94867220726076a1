/* SPDX-License-Identifier: Apache-2.0 */
/* self_codes: a seed waits for its first code; what counts as a failure; recovery codes. */
#include "tests/unit/signin/world.h"

#include "accounts/notice.h"
#include "accounts/technician_change.h"
#include "base/codec.h"
#include "self/self_service.h"

static struct str
begins(struct world *w, const struct self_proof *proof)
{
    struct self_codes codes;
    enum self_result r;
    assert_ok(self_codes_begin(w->cx, handset_acts(w, proof), &codes, &r));
    assert_int_equal(r, SELF_OK);
    assert_true(str_starts(codes.uri, STR_LIT("otpauth://totp/")) && !str_is_null(codes.qr));
    return arena_str(&w->kept, codes.secret);
}

static enum self_result
confirms(struct world *w, const struct self_proof *proof, const char *code)
{
    enum self_result r;
    assert_ok(self_codes_confirm(w->cx, handset_acts(w, proof), str_from_cstr(code), &r));
    return r;
}

static bool
has_totp(struct world *w)
{
    return world_int(w, "SELECT totp_sealed IS NOT NULL FROM technician WHERE id = $1", w->technician) != 0;
}

static int64_t
waiting(struct world *w)
{
    return world_int(w, "SELECT count(*) FROM self_service WHERE seed_sealed IS NOT NULL AND id <> $1", 0);
}

static void
the_first_code_puts_the_seed_in_force(void **state)
{
    struct world *w = *state;
    const struct self_proof proof = handset_opens(w, &w->phone);
    assert_int_equal(confirms(w, &proof, "123456"), SELF_BAD_REQUEST);
    struct str secret = begins(w, &proof);
    assert_int_equal(confirms(w, &proof, ""), SELF_BAD_REQUEST);
    assert_int_equal(confirms(w, &proof, NULL), SELF_BAD_REQUEST);
    assert_false(has_totp(w));
    assert_int_equal(waiting(w), 1);
    assert_int_equal(confirms(w, &proof, world_code_of(w, secret)), SELF_OK);
    assert_true(has_totp(w));
    assert_int_equal(waiting(w), 0);
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_code(w, world_code_of(w, secret)), SIGNIN_InvalidCode);
    world_later(w, 30 * CLOCK_S);
    assert_int_equal(world_code(w, world_code_of(w, secret)), SIGNIN_OK);
}

static const char *
wrong_of(struct world *w, struct str secret)
{
    return strcmp(world_code_of(w, secret), "000000") == 0 ? "000001" : "000000";
}

static void
a_wrong_code_is_a_failure(void **state)
{
    struct world *w = *state;
    world_policy(w, "lockout_failures", "3");
    const struct self_proof proof = handset_opens(w, &w->phone);
    struct str secret = begins(w, &proof);
    assert_int_equal(confirms(w, &proof, "wrong!"), SELF_WRONG_CODE); /* a slip, which does not count */
    assert_int_equal(fixture_count_events(w->f, "code.refused"), 0);
    for (int i = 0; i < 3; i++) {
        world_source(w, i < 2 ? "192.0.2.201" : "192.0.2.202");
        assert_int_equal(confirms(w, &proof, wrong_of(w, secret)), SELF_WRONG_CODE);
    }
    assert_int_equal(fixture_count_events(w->f, "code.refused"), 3);
    assert_int_equal(fixture_count_events(w->f, "account.locked"), 1);
    assert_int_equal(confirms(w, &proof, world_code_of(w, secret)), SELF_LOCKED);
    assert_ok(technician_unlock(w->cx, w->technician));
    world_source(w, "192.0.2.200");
    assert_int_equal(confirms(w, &proof, world_code_of(w, secret)), SELF_OK);
}

static void
a_refused_source_is_not_listened_to(void **state)
{
    struct world *w = *state;
    const struct self_proof proof = handset_opens(w, &w->phone);
    struct str secret = begins(w, &proof);
    for (int i = 0; i < 5; i++)
        assert_int_equal(confirms(w, &proof, wrong_of(w, secret)), SELF_WRONG_CODE);
    assert_int_equal(confirms(w, &proof, world_code_of(w, secret)), SELF_TOO_MANY);
    assert_int_equal(fixture_count_events(w->f, "code.refused"), 5);
    assert_false(has_totp(w));
    assert_ok(technician_unlock(w->cx, w->technician));
    struct str detail;
    (void)fixture_last_event(w->f, &detail);
    assert_non_null(strstr(detail.p, "\"turned_away\":\"1\""));
}

/* What waits in one row opens in no other. */
static void
a_waiting_seed_is_of_its_row(void **state)
{
    struct world *w = *state;
    struct handset tablet;
    enum self_result r = SELF_OK;
    handset_enrol(w, w->technician, &tablet);
    const struct self_proof one = handset_opens(w, &w->phone), two = handset_opens(w, &tablet);
    struct str secret = begins(w, &one);
    assert_ok(db_exec(w->cx, NULL,
                      "UPDATE self_service SET seed_sealed = (SELECT seed_sealed FROM self_service "
                      "WHERE seed_sealed IS NOT NULL) WHERE device_id = $1",
                      "i", tablet.device.id));
    assert_fails(
        w->cx, self_codes_confirm(w->cx, handset_acts(w, &two), str_from_cstr(world_code_of(w, secret)), &r),
        ERR_CRYPTO);
    assert_false(has_totp(w));
    assert_int_equal(confirms(w, &one, world_code_of(w, secret)), SELF_OK);
    phone_clear(&tablet.key);
}

static void
the_authenticator_is_removed(void **state)
{
    struct world *w = *state;
    enum self_result r;
    const struct self_proof proof = handset_opens(w, &w->phone);
    assert_ok(self_codes_remove(w->cx, handset_acts(w, &proof), &r));
    assert_int_equal(r, SELF_OK);
    assert_int_equal(fixture_count_events(w->f, "totp.removed"), 0);
    assert_int_equal(confirms(w, &proof, world_code_of(w, begins(w, &proof))), SELF_OK);
    assert_ok(self_codes_remove(w->cx, handset_acts(w, &proof), &r));
    assert_int_equal(r, SELF_OK);
    assert_false(has_totp(w));
}

static void
recovery_codes_replace_the_former_ones(void **state)
{
    struct world *w = *state;
    struct str old[RECOVERY_CODES], codes[RECOVERY_CODES];
    enum self_result r;
    int64_t left = 0;
    const struct self_proof proof = handset_opens(w, &w->phone), none = {proof.device, STR_LIT("x"), NULL};
    assert_ok(recovery_codes_new(w->cx, w->technician, old));
    assert_ok(self_recovery(w->cx, handset_acts(w, &none), codes, &r));
    assert_int_equal(r, SELF_PROOF_REQUIRED);
    assert_true(str_is_null(codes[0]));
    assert_ok(self_recovery(w->cx, handset_acts(w, &proof), codes, &r));
    assert_int_equal(r, SELF_OK);
    assert_ok(recovery_codes_left(w->cx, w->technician, &left));
    assert_int_equal(left, RECOVERY_CODES);
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_code(w, old[0].p), SIGNIN_InvalidCode);
    assert_int_equal(world_code(w, codes[RECOVERY_CODES - 1].p), SIGNIN_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_code_puts_the_seed_in_force), TEST(a_wrong_code_is_a_failure),
        TEST(a_refused_source_is_not_listened_to),   TEST(a_waiting_seed_is_of_its_row),
        TEST(the_authenticator_is_removed),          TEST(recovery_codes_replace_the_former_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
