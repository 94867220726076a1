/* SPDX-License-Identifier: Apache-2.0 */
/* challenge_notify: which rows of the outbox a push makes, and when none of them can reach anybody. */
#include "tests/unit/signin/world.h"

#include "accounts/device_change.h"
#include "accounts/subscription.h"
#include "signin/attempt.h"
#include "store/store_outbox.h"

static void
each_subscribed_phone_is_told(void **state)
{
    struct world *w = *state;
    struct handset second, third;
    w->f->env.has_webhook = w->f->env.has_web_push = true;
    handset_enrol(w, w->technician, &second);
    handset_enrol(w, w->technician, &third);
    const struct handset *both[] = {&w->phone, &second};
    for (size_t i = 0; i < 2; i++) {
        const struct subscription wanted = {.endpoint = STR("https://web.push.apple.com/x"),
                                            .p256dh = phone_public(&both[i]->key),
                                            .auth = STR("0123456789abcdef")};
        assert_ok(phone_subscribe(w->cx, &both[i]->device, &wanted, false));
    }
    assert_ok(device_set_state(w->cx, second.device.id, DEVICE_DISABLED));
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    static const char by_device[] =
        "SELECT COUNT(*) FROM outbox WHERE COALESCE(device_id, 0) = $1 AND state = 'waiting'";
    assert_int_equal(world_int(w, by_device, 0), 1);
    assert_int_equal(world_int(w, by_device, w->phone.device.id), 1);
    assert_int_equal(world_int(w, by_device, second.device.id), 0);
    assert_int_equal(world_int(w, by_device, third.device.id), 0);
    phone_clear(&second.key);
    phone_clear(&third.key);
}

static void
refuse_row(struct world *w, int64_t device, const char *state)
{
    assert_ok(db_exec(w->cx, NULL, "UPDATE outbox SET state = $2 WHERE COALESCE(device_id, 0) = $1", "it",
                      device, str_from_cstr(state)));
}

static size_t
undelivered(struct world *w)
{
    int64_t *ids = NULL;
    size_t n = 0;
    assert_ok(store_outbox_undelivered(w->cx, w->cx->now - LOGIN_LIFE, 16, &ids, &n));
    return n;
}

static void
undelivered_is_what_was_refused_for_every_phone(void **state)
{
    struct world *w = *state;
    struct handset second;
    w->f->env.has_webhook = w->f->env.has_web_push = true;
    handset_enrol(w, w->technician, &second);
    const struct subscription wanted = {.endpoint = STR("https://web.push.apple.com/x"),
                                        .p256dh = phone_public(&second.key),
                                        .auth = STR("0123456789abcdef")};
    assert_ok(phone_subscribe(w->cx, &second.device, &wanted, false));
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_int_equal(undelivered(w), 0);
    refuse_row(w, second.device.id, "failed");
    assert_int_equal(undelivered(w), 0); /* the webhook's waits */
    refuse_row(w, 0, "failed");
    assert_int_equal(undelivered(w), 1);
    refuse_row(w, second.device.id, "dropped");
    assert_int_equal(undelivered(w), 0); /* its push service was down alone */
    refuse_row(w, second.device.id, "failed");
    refuse_row(w, 0, "dropped");
    assert_int_equal(undelivered(w), 0); /* the first phone was never refused */
    phone_clear(&second.key);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(each_subscribed_phone_is_told),
        TEST(undelivered_is_what_was_refused_for_every_phone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
