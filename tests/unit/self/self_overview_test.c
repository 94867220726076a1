/* SPDX-License-Identifier: Apache-2.0 */
/* self_overview: devices, rules and sign-ins of one account, as they are. */
#include "tests/unit/signin/world.h"

#include <stdio.h>

#include "accounts/audit.h"
#include "accounts/technician_change.h"
#include "base/clock.h"
#include "self/password_change.h"
#include "self/self_service.h"
#include "signin/attempt.h"
#include "store/store_audit.h"
#include "store/store_subscription.h"

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
    const struct subscription push = {.device_id = tablet.device.id,
                                      .endpoint = STR("https://push.example/x"),
                                      .p256dh = STR("k"),
                                      .auth = STR("a")};
    assert_ok(store_subscription_put(w->cx, &push));
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
    for (size_t i = 0; i < o.n_sign_ins; i++)
        assert_true(o.sign_ins[i].times == 1 && o.sign_ins[i].since == o.sign_ins[i].at);
    assert_sign_in(o.sign_ins[0], "InvalidCode", "recovery");
    assert_sign_in(o.sign_ins[1], "InvalidCode", "totp");
    assert_sign_in(o.sign_ins[2], "OK", "push");
    assert_sign_in(o.sign_ins[3], "InvalidPassword", "password");
    assert_str(o.sign_ins[2].console, "Console 7.2?");
    assert_str(o.sign_ins[3].console, "Console 7.2?");
    assert_true(o.sign_ins[0].at == w->cx->now);
}

/* As the wire would write it, without the cost of the way there. */
static void
refused(struct world *w, const char *source, const char *result, const char *method, struct str purpose)
{
    w->cx->source = str_from_cstr(source);
    assert_ok(db_begin(w->cx));
    assert_ok(audit_append(w->cx, (struct audit_of){.technician = w->technician}, AUDIT_LOGIN_REFUSED,
                           "purpose", purpose, "method", str_from_cstr(method), "result",
                           str_from_cstr(result), "console", STR_LIT("x\",\"purpose\":\"sign-in"), NULL));
    assert_ok(db_commit(w->cx));
}

static void
strangers(struct world *w, int n)
{
    for (int i = 0; i < n; i++) {
        char source[40];
        assert_true(snprintf(source, sizeof source, "198.51.%d.%d", i / 250, i % 250) > 0);
        refused(w, source, "InvalidPassword", "password", STR_NULL);
    }
    w->cx->source = STR_LIT(FIXTURE_SOURCE);
}

static size_t
count(const struct self_overview *o, const char *result)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n_sign_ins; i++)
        n += str_eq(o->sign_ins[i].result, str_from_cstr(result)) ? 1 : 0;
    return n;
}

/* Attempts hide neither granted sign-ins nor those of somebody who knows the password. */
static void
strangers_displace_nothing(void **state)
{
    struct world *w = *state;
    struct self_overview o;
    world_sign_in(w);
    refused(w, "203.0.113.9", "TwoFactorRejected", "push", PURPOSE_SIGN_IN);
    refused(w, "203.0.113.9", "IPNotAllowed", "password", PURPOSE_SIGN_IN);
    strangers(w, REFUSALS_READ + SIGN_INS_LISTED);
    const struct self_proof proof = handset_opens(w, &w->phone);
    assert_int_equal(look(w, &proof, &o), SELF_OK);
    assert_int_equal(o.n_sign_ins, SIGN_INS_LISTED + 3);
    assert_int_equal(count(&o, "InvalidPassword"), SIGN_INS_LISTED);
    assert_str(o.sign_ins[SIGN_INS_LISTED].result, "IPNotAllowed");
    assert_str(o.sign_ins[SIGN_INS_LISTED + 1].result, "TwoFactorRejected");
    assert_sign_in(o.sign_ins[SIGN_INS_LISTED + 2], "OK", "push");
}

static void
refusals_alike_are_one(void **state)
{
    struct world *w = *state;
    struct self_overview o;
    const struct self_proof proof = handset_opens(w, &w->phone);
    const int64_t first = w->cx->now;
    refused(w, "192.0.2.1", "InvalidPassword", "password", STR_NULL);
    fixture_tick(w->f, CLOCK_MINUTE);
    refused(w, "2001:db8:1:2::1", "InvalidPassword", "password", STR_NULL);
    refused(w, "2001:db8:1:2:3::1", "InvalidPassword", "password", STR_NULL);
    refused(w, "2001:db8:1:3::1", "InvalidPassword", "password", STR_NULL);
    refused(w, "192.0.2.1", "UserLockedOut", "password", STR_NULL);
    fixture_tick(w->f, CLOCK_MINUTE);
    refused(w, "192.0.2.1", "InvalidPassword", "password", STR_NULL);
    assert_int_equal(look(w, &proof, &o), SELF_OK);
    assert_int_equal(o.n_sign_ins, 4);
    assert_true(o.sign_ins[0].times == 2 && o.sign_ins[0].since == first);
    assert_true(o.sign_ins[0].at == first + 2 * CLOCK_MINUTE);
    assert_str(o.sign_ins[0].source, "192.0.2.1");
    assert_str(o.sign_ins[1].result, "UserLockedOut");
    assert_str(o.sign_ins[2].source, "2001:db8:1:3::1");
    assert_true(o.sign_ins[2].times == 1 && o.sign_ins[3].times == 2);
    assert_str(o.sign_ins[3].source, "2001:db8:1:2::/64");
}

static void
tell(struct world *w, enum audit_event event, const char *source, const char *key, const char *times)
{
    assert_ok(db_begin(w->cx));
    assert_ok(audit_append(w->cx, (struct audit_of){.technician = w->technician}, event, "event",
                           STR_LIT("login.refused"), "source", str_from_cstr(source), key,
                           str_from_cstr(times), NULL));
    assert_ok(db_commit(w->cx));
}

static void
refusals_that_were_only_counted_show(void **state)
{
    struct world *w = *state;
    struct self_overview o;
    const struct self_proof proof = handset_opens(w, &w->phone);
    tell(w, AUDIT_SOURCE_REFUSAL_ENDED, "192.0.2.1", "turned_away", "0");
    tell(w, AUDIT_SOURCE_REFUSAL_ENDED, "192.0.2.1", "turned_away", "4000");
    tell(w, AUDIT_SOURCE_REFUSAL_ENDED, "192.0.2.1", "turned_away", "2");
    tell(w, AUDIT_ACCOUNT_LOCK_ENDED, NULL, "turned_away", "5000000000");
    tell(w, AUDIT_COUNTED, "192.0.2.1", "times", "70");
    assert_int_equal(look(w, &proof, &o), SELF_OK);
    assert_int_equal(o.n_sign_ins, 3);
    assert_str(o.sign_ins[0].result, "Counted");
    assert_true(o.sign_ins[0].times == 70 && o.sign_ins[0].since == o.sign_ins[0].at - CLOCK_HOUR);
    assert_str(o.sign_ins[1].result, "UserLockedOut");
    assert_true(o.sign_ins[1].times == INT32_MAX && str_is_null(o.sign_ins[1].source));
    assert_str(o.sign_ins[2].result, "UserLockedOut");
    assert_str(o.sign_ins[2].source, "192.0.2.1");
    assert_int_equal(o.sign_ins[2].times, 4002);
}

/* Without the index a read would go through every row that the account ever had. */
static void
each_kind_is_read_by_its_index(void **state)
{
    static const char *const indexes[] = {[AUDIT_LOCKED] = "audit_locked",
                                          [AUDIT_ONLY_COUNTED] = "audit_only_counted",
                                          [AUDIT_GRANTED] = "audit_granted",
                                          [AUDIT_REFUSED_INSIDE] = "audit_refused_inside",
                                          [AUDIT_REFUSED] = "audit_refused"};
    struct world *w = *state;
    for (size_t i = 0; i < ARRAY_LEN(indexes); i++) {
        struct db_rows *rows;
        bool by_index = false;
        struct str query = arena_printf(&w->cx->arena, "EXPLAIN QUERY PLAN %s",
                                        store_audit_attempts_sql((enum audit_attempt)i));
        assert_ok(db_query(w->cx, &rows, query.p, "ii", w->technician, INT64_C(20)));
        while (db_next(w->cx, rows)) {
            struct str step = db_text(w->cx, rows, 3);
            struct str by = arena_printf(&w->cx->arena, "USING INDEX %s (technician_id=?)", indexes[i]);
            by_index = by_index || str_find_str(step, by) < step.n;
            assert_int_equal(str_find_str(step, STR_LIT("TEMP B-TREE")), step.n);
        }
        assert_ok(db_done(w->cx, rows));
        assert_true(by_index);
    }
}

static void
twenty_of_each_kind(void **state)
{
    struct world *w = *state;
    struct self_overview o;
    for (int i = 0; i <= SIGN_INS_LISTED; i++) {
        char source[40];
        assert_true(snprintf(source, sizeof source, "203.0.113.%d", i) > 0);
        world_sign_in(w);
        refused(w, source, "TimeOut", "push", PURPOSE_SIGN_IN);
        w->cx->source = STR_LIT(FIXTURE_SOURCE);
        world_later(w, CLOCK_MINUTE);
    }
    strangers(w, SIGN_INS_LISTED + 1);
    const struct self_proof proof = handset_opens(w, &w->phone);
    assert_int_equal(look(w, &proof, &o), SELF_OK);
    assert_int_equal(count(&o, "OK"), SIGN_INS_LISTED);
    assert_int_equal(count(&o, "TimeOut"), SIGN_INS_LISTED);
    assert_int_equal(count(&o, "InvalidPassword"), SIGN_INS_LISTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shows_what_there_is),       TEST(shows_nothing_without_proof),
        TEST(sign_ins_the_newest_first), TEST(strangers_displace_nothing),
        TEST(refusals_alike_are_one),    TEST(each_kind_is_read_by_its_index),
        TEST(twenty_of_each_kind),       TEST(refusals_that_were_only_counted_show),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
