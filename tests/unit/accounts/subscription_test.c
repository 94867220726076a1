/* SPDX-License-Identifier: Apache-2.0 */
/* subscription: which are accepted, what replaces and what ends one. */
#include "tests/unit/accounts/phone.h"

#include "accounts/device.h"
#include "accounts/device_change.h"
#include "accounts/subscription.h"

static const struct str hosts[] = {STR("push.example.org")};

struct subscriber {
    struct fixture *f;
    struct phone phone;
    struct device device;
    struct subscription wanted;
};

static void
begin(struct subscriber *s, struct fixture *f)
{
    *s = (struct subscriber){.f = f};
    f->env.has_web_push = true;
    f->env.push_hosts = hosts;
    f->env.n_push_hosts = 1;
    phone_init(&s->phone);
    int64_t id = phone_enrol(f, &s->phone, f->ann, NULL);
    assert_ok(device_get(&f->cx, id, &s->device));
    s->wanted = (struct subscription){.endpoint = STR_LIT("https://fcm.googleapis.com/fcm/send/abc"),
                                      .p256dh = phone_public(&s->phone),
                                      .auth = STR_LIT("0123456789abcdef")};
}

static void
another_replaces_and_the_same_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct subscriber s;
    struct subscription now;
    begin(&s, f);
    assert_ok(phone_subscribe(&f->cx, &s.device, &s.wanted, false));
    assert_ok(phone_subscribe(&f->cx, &s.device, &s.wanted, false));
    assert_int_equal(fixture_count_events(f, "device.subscribed"), 1);
    s.wanted.endpoint = STR_LIT("https://push.example.org/x");
    assert_ok(phone_subscribe(&f->cx, &s.device, &s.wanted, false));
    assert_int_equal(fixture_count_events(f, "device.subscribed"), 2);
    assert_ok(store_subscription_get(&f->cx, s.device.id, &now));
    assert_true(str_eq(now.endpoint, s.wanted.endpoint));
    struct str detail;
    assert_str(fixture_last_event(f, &detail), "device.subscribed");
    assert_true(str_find_str(detail, STR_LIT("push.example.org")) < detail.n);
    assert_int_equal(str_find_str(detail, STR_LIT("/x")), detail.n);
    phone_clear(&s.phone);
}

static void
what_was_told_already_and_is_gone_is_not_taken_again(void **state)
{
    struct fixture *f = *state;
    struct subscriber s;
    struct subscription now;
    bool changed = false;
    begin(&s, f);
    const struct str dead = s.wanted.endpoint;
    assert_ok(phone_subscribe(&f->cx, &s.device, &s.wanted, false));
    assert_ok(phone_subscribe(&f->cx, &s.device, &s.wanted, true));
    assert_ok(store_subscription_remove(&f->cx, s.device.id, dead, &changed));
    assert_true(changed);
    assert_fails(&f->cx, phone_subscribe(&f->cx, &s.device, &s.wanted, true), ERR_CLOSED);
    assert_fails(&f->cx, store_subscription_get(&f->cx, s.device.id, &now), ERR_NOT_FOUND);
    assert_int_equal(fixture_count_events(f, "device.subscribed"), 1);
    s.wanted.endpoint = STR_LIT("https://fcm.googleapis.com/fcm/send/fresh");
    assert_ok(phone_subscribe(&f->cx, &s.device, &s.wanted, false));
    s.wanted.endpoint = dead;
    assert_ok(phone_subscribe(&f->cx, &s.device, &s.wanted, true)); /* the other one was not ended */
    phone_clear(&s.phone);
}

static void
it_ends_by_wish_and_with_its_device(void **state)
{
    struct fixture *f = *state;
    struct subscriber s;
    struct subscription now;
    begin(&s, f);
    assert_ok(phone_subscribe(&f->cx, &s.device, &s.wanted, false));
    assert_ok(phone_unsubscribe(&f->cx, &s.device));
    assert_ok(phone_unsubscribe(&f->cx, &s.device));
    assert_int_equal(fixture_count_events(f, "device.unsubscribed"), 1);
    assert_fails(&f->cx, store_subscription_get(&f->cx, s.device.id, &now), ERR_NOT_FOUND);
    assert_ok(phone_subscribe(&f->cx, &s.device, &s.wanted, false));
    assert_ok(device_set_state(&f->cx, s.device.id, DEVICE_DISABLED));
    assert_ok(store_subscription_get(&f->cx, s.device.id, &now));
    assert_ok(device_set_state(&f->cx, s.device.id, DEVICE_REMOVED));
    assert_fails(&f->cx, store_subscription_get(&f->cx, s.device.id, &now), ERR_NOT_FOUND);
    phone_clear(&s.phone);
}

static void
what_is_not_admitted_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct subscriber s;
    struct subscription now;
    begin(&s, f);
    const struct str right = s.wanted.endpoint;
    s.wanted.endpoint = STR_LIT("https://elsewhere.example/x");
    assert_fails(&f->cx, phone_subscribe(&f->cx, &s.device, &s.wanted, false), ERR_POLICY);
    s.wanted.endpoint = STR_LIT("http://fcm.googleapis.com/x");
    assert_fails(&f->cx, phone_subscribe(&f->cx, &s.device, &s.wanted, false), ERR_POLICY);
    s.wanted.endpoint = STR_NULL;
    assert_fails(&f->cx, phone_subscribe(&f->cx, &s.device, &s.wanted, false), ERR_SYNTAX);
    s.wanted.endpoint = right;
    s.wanted.auth = STR_LIT("short");
    assert_fails(&f->cx, phone_subscribe(&f->cx, &s.device, &s.wanted, false), ERR_SYNTAX);
    s.wanted.auth = STR_LIT("0123456789abcdef");
    s.wanted.p256dh = STR_LIT("no point");
    assert_fails(&f->cx, phone_subscribe(&f->cx, &s.device, &s.wanted, false), ERR_CRYPTO);
    s.wanted.p256dh = phone_public(&s.phone);
    f->env.has_web_push = false;
    assert_fails(&f->cx, phone_subscribe(&f->cx, &s.device, &s.wanted, false), ERR_POLICY);
    assert_fails(&f->cx, store_subscription_get(&f->cx, s.device.id, &now), ERR_NOT_FOUND);
    phone_clear(&s.phone);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(another_replaces_and_the_same_changes_nothing),
        CASE(what_was_told_already_and_is_gone_is_not_taken_again),
        CASE(it_ends_by_wish_and_with_its_device),
        CASE(what_is_not_admitted_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
