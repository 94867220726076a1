/* SPDX-License-Identifier: Apache-2.0 */
/* notice: who gets which notice, how often, and how long it is kept. */
#include "tests/unit/accounts/phone.h"

#include "accounts/code.h"
#include "accounts/device.h"
#include "accounts/device_change.h"
#include "accounts/notice.h"
#include "accounts/subscription.h"
#include "accounts/technician.h"
#include "accounts/technician_change.h"
#include "store/store_outbox.h"

static struct phone phone;

static int
set_up(void **state)
{
    phone_init(&phone);
    return fixture_set_up(state);
}

static int
tear_down(void **state)
{
    phone_clear(&phone);
    return fixture_tear_down(state);
}

static struct device
enrolled(struct fixture *f, int64_t technician)
{
    struct device d;
    assert_ok(device_get(&f->cx, phone_enrol(f, &phone, technician, NULL), &d));
    f->cx.device = 0;
    return d;
}

static size_t
count(struct fixture *f, const struct device *d, struct notice **notices_out)
{
    size_t n = 0;
    assert_ok(notice_list(&f->cx, d, notices_out, &n));
    return n;
}

static void
tell(struct fixture *f, enum notice_kind kind, const char *subject)
{
    assert_ok(db_begin(&f->cx));
    assert_ok(notice_tell(&f->cx, f->ann, kind, str_from_cstr(subject)));
    assert_ok(db_commit(&f->cx));
}

static void
every_kind_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < NOTICE_COUNT_; i++) {
        assert_true(strlen(notice_kind_name((enum notice_kind)i)) > 0);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(notice_kind_name((enum notice_kind)i),
                                    notice_kind_name((enum notice_kind)k));
    }
}

static void
the_others_are_told(void **state)
{
    struct fixture *f = *state;
    struct notice *notices;
    const struct device a = enrolled(f, f->ann), b = enrolled(f, f->ann), off = enrolled(f, f->ann);
    const struct device other = enrolled(f, f->ben);
    assert_int_equal(count(f, &a, &notices), 1);
    assert_int_equal(notices[0].times, 2);
    assert_ok(device_set_state(&f->cx, off.id, DEVICE_DISABLED));
    f->cx.device = a.id;
    fixture_tick(f, 1);
    tell(f, NOTICE_PASSWORD_CHANGED, NULL);
    assert_int_equal(count(f, &a, &notices), 1);
    assert_int_equal(count(f, &off, &notices), 0);
    assert_int_equal(count(f, &other, &notices), 0);
    assert_int_equal(count(f, &b, &notices), 2);
    assert_str(notices[0].kind, "password-changed");
    assert_str(notices[1].kind, "device-added");
    assert_str(notices[1].subject, "a phone");
    assert_true(notices[1].created_at == FIXTURE_NOW && notices[1].public_id.n == 22);
    assert_false(str_eq(notices[0].public_id, notices[1].public_id));
}

static void
each_is_told_until_it_was_shown(void **state)
{
    struct fixture *f = *state;
    struct notice *notices, *again;
    const struct device a = enrolled(f, f->ann), b = enrolled(f, f->ann);
    assert_int_equal(count(f, &a, &notices), 1);
    assert_int_equal(count(f, &a, &notices), 1);
    assert_ok(notice_shown(&f->cx, &b, notices[0].public_id));
    assert_int_equal(count(f, &a, &again), 1);
    assert_ok(notice_shown(&f->cx, &a, notices[0].public_id));
    assert_int_equal(count(f, &a, &again), 0);
    assert_ok(notice_shown(&f->cx, &a, notices[0].public_id));
    assert_ok(notice_shown(&f->cx, &a, STR_NULL));
}

static void
the_newest_come_first_and_alike_are_one(void **state)
{
    struct fixture *f = *state;
    struct notice *notices;
    const struct device a = enrolled(f, f->ann);
    tell(f, NOTICE_RECOVERY_MADE, NULL);
    for (int i = 0; i < 200; i++) {
        fixture_tick(f, 1);
        tell(f, NOTICE_CODES_ADDED, NULL);
    }
    assert_int_equal(count(f, &a, &notices), 2);
    assert_str(notices[0].kind, "codes-added");
    assert_true(notices[0].times == 200 && notices[0].since == FIXTURE_NOW + 1);
    assert_true(notices[0].created_at == FIXTURE_NOW + 200);
    assert_str(notices[1].kind, "recovery-made");
    assert_true(notices[1].times == 1 && notices[1].since == FIXTURE_NOW);
}

/* A notice that was shown does not include what happened since. */
static void
what_came_since_is_told(void **state)
{
    struct fixture *f = *state;
    struct notice *before, *after;
    const struct device a = enrolled(f, f->ann);
    tell(f, NOTICE_CODES_ADDED, NULL);
    assert_int_equal(count(f, &a, &before), 1);
    tell(f, NOTICE_CODES_ADDED, NULL);
    assert_ok(notice_shown(&f->cx, &a, before[0].public_id));
    assert_int_equal(count(f, &a, &after), 1);
    assert_int_equal(after[0].times, 2);
    assert_ok(notice_shown(&f->cx, &a, after[0].public_id));
    tell(f, NOTICE_CODES_ADDED, NULL);
    assert_int_equal(count(f, &a, &after), 1);
    assert_int_equal(after[0].times, 1);
}

/* Names that change with each notice; neither another kind nor a number is lost. */
static void
many_subjects_are_few_rows(void **state)
{
    struct fixture *f = *state;
    struct notice *notices;
    int64_t times = 0;
    const struct device a = enrolled(f, f->ann), b = enrolled(f, f->ann);
    tell(f, NOTICE_DEVICE_ADDED, "the thief's");
    for (int i = 0; i < 300; i++) {
        fixture_tick(f, 1);
        tell(f, NOTICE_DEVICE_REMOVED, arena_printf(&f->cx.arena, "phone %d", i).p);
    }
    assert_int_equal(count(f, &b, &notices), NOTICES_OF_A_KIND + 1);
    assert_str(notices[0].subject, "phone 299");
    for (size_t i = 0; i < NOTICES_OF_A_KIND; i++)
        times += notices[i].times;
    assert_int_equal(times, 300);
    assert_true(notices[NOTICES_OF_A_KIND - 1].since == FIXTURE_NOW + 1);
    assert_str(notices[NOTICES_OF_A_KIND].subject, "the thief's");
    assert_int_equal(count(f, &a, &notices), NOTICES_OF_A_KIND + 2);
}

/* Every change to the ways of signing in is reported, through every interface. */
static void
changes_are_told(void **state)
{
    struct fixture *f = *state;
    struct notice *notices;
    struct str uri, codes[RECOVERY_CODES];
    const struct device a = enrolled(f, f->ann), b = enrolled(f, f->ann);
    static const char *const kinds[] = {"device-added",  "codes-added",      "codes-removed",
                                        "recovery-made", "password-changed", "device-removed"};
    fixture_tick(f, 1);
    assert_ok(totp_enrol(&f->cx, f->ann, &uri));
    fixture_tick(f, 1);
    assert_ok(totp_remove(&f->cx, f->ann));
    fixture_tick(f, 1);
    assert_ok(recovery_codes_new(&f->cx, f->ann, codes));
    fixture_tick(f, 1);
    assert_ok(technician_reset_password(&f->cx, f->ann, STR_LIT("nine kites above Malmo"), false));
    fixture_tick(f, 1);
    assert_ok(device_set_state(&f->cx, b.id, DEVICE_REMOVED));
    assert_int_equal(count(f, &a, &notices), ARRAY_LEN(kinds));
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        assert_str(notices[i].kind, kinds[ARRAY_LEN(kinds) - 1 - i]);
    assert_int_equal(count(f, &b, &notices), 0);
}

static void
what_was_not_done_is_not_told(void **state)
{
    struct fixture *f = *state;
    struct notice *notices;
    const struct device a = enrolled(f, f->ann);
    assert_ok(db_begin(&f->cx));
    assert_ok(notice_tell(&f->cx, f->ann, NOTICE_CODES_ADDED, STR_NULL));
    db_rollback(&f->cx);
    assert_int_equal(count(f, &a, &notices), 0);
}

static void
nobody_looked_for_a_quarter(void **state)
{
    struct fixture *f = *state;
    struct notice *notices;
    bool more = false;
    const struct device a = enrolled(f, f->ann);
    static const enum notice_kind kinds[] = {NOTICE_CODES_ADDED, NOTICE_RECOVERY_MADE,
                                             NOTICE_PASSWORD_CHANGED};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        tell(f, kinds[i], NULL);
    fixture_later(f, 90 * CLOCK_DAY);
    assert_ok(notice_sweep(&f->cx, 2, &more));
    assert_false(more);
    tell(f, NOTICE_CODES_REMOVED, NULL);
    fixture_later(f, 1);
    assert_ok(notice_sweep(&f->cx, 2, &more));
    assert_true(more);
    assert_ok(notice_sweep(&f->cx, 2, &more));
    assert_false(more);
    assert_int_equal(count(f, &a, &notices), 1);
    assert_str(notices[0].kind, "codes-removed");
}

static int64_t
rings(struct fixture *f, int64_t device_id)
{
    struct outbox_row *rows;
    size_t n = 0;
    int64_t count = 0;
    assert_ok(store_outbox_due(&f->cx, f->cx.now, 50, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        assert_true(rows[i].notice_id != 0 && rows[i].challenge_id == 0 && rows[i].is_pending);
        assert_str(rows[i].transport, "web-push");
        count += rows[i].device_id == device_id ? 1 : 0;
    }
    return count;
}

static void
who_subscribed_is_rung(void **state)
{
    struct fixture *f = *state;
    struct notice *notices;
    f->env.has_web_push = true;
    const struct device a = enrolled(f, f->ann), b = enrolled(f, f->ann);
    const struct subscription wanted = {.endpoint = STR("https://web.push.apple.com/x"),
                                        .p256dh = phone_public(&phone),
                                        .auth = STR("0123456789abcdef")};
    assert_ok(phone_subscribe(&f->cx, &a, &wanted, false));
    tell(f, NOTICE_PASSWORD_CHANGED, NULL);
    assert_int_equal(rings(f, a.id), 1);
    assert_int_equal(rings(f, b.id), 0);
    assert_int_equal(count(f, &a, &notices), 2); /* of b's enrolment, too, which was before */
    for (size_t i = 0; i < 2; i++)
        assert_ok(notice_shown(&f->cx, &a, notices[i].public_id));
    assert_int_equal(rings(f, a.id), 0); /* a seen notice rings no more */
    f->cx.device = a.id;
    tell(f, NOTICE_CODES_ADDED, NULL);
    assert_int_equal(rings(f, a.id), 0);
    f->cx.device = 0;
    f->env.has_web_push = false;
    tell(f, NOTICE_CODES_ADDED, NULL);
    assert_int_equal(rings(f, a.id), 0);
}

/* Otherwise a phone that changes its account without end would block the push services for all others. */
static void
a_phone_is_rung_for_few_at_a_time(void **state)
{
    struct fixture *f = *state;
    struct notice *notices;
    f->env.has_web_push = true;
    const struct device a = enrolled(f, f->ann), b = enrolled(f, f->ann);
    const struct subscription wanted = {.endpoint = STR("https://web.push.apple.com/x"),
                                        .p256dh = phone_public(&phone),
                                        .auth = STR("0123456789abcdef")};
    assert_ok(phone_subscribe(&f->cx, &a, &wanted, false));
    f->cx.device = b.id;
    for (int i = 0; i < 40; i++)
        tell(f, NOTICE_RECOVERY_MADE, NULL);
    assert_int_equal(count(f, &a, &notices), 2);
    assert_int_equal(rings(f, a.id), 1);
    for (int i = 0; i < 40; i++)
        tell(f, NOTICE_DEVICE_REMOVED, arena_printf(&f->cx.arena, "phone %d", i).p);
    assert_int_equal(rings(f, a.id), NOTICES_RUNG);
    assert_ok(db_exec(&f->cx, NULL, "UPDATE outbox SET state = 'sent'", ""));
    tell(f, NOTICE_CODES_ADDED, NULL);
    assert_int_equal(rings(f, a.id), 1);
}

/* A push service that hangs has them, and the same change is made again and again. */
static void
letters_under_way_count_as_well(void **state)
{
    struct fixture *f = *state;
    f->env.has_web_push = true;
    const struct device a = enrolled(f, f->ann), b = enrolled(f, f->ann);
    const struct subscription wanted = {.endpoint = STR("https://web.push.apple.com/x"),
                                        .p256dh = phone_public(&phone),
                                        .auth = STR("0123456789abcdef")};
    int64_t waiting = 0;
    assert_ok(phone_subscribe(&f->cx, &a, &wanted, false));
    f->cx.device = b.id;
    for (int i = 0; i < 10; i++) {
        tell(f, NOTICE_RECOVERY_MADE, NULL);
        assert_ok(db_exec(&f->cx, NULL, "UPDATE outbox SET claimed = 1 WHERE state = 'waiting'", ""));
    }
    assert_ok(store_outbox_rings(&f->cx, a.id, &waiting));
    assert_int_equal(waiting, NOTICES_RUNG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_name_of_its_own),
        TEST(the_others_are_told),
        TEST(each_is_told_until_it_was_shown),
        TEST(the_newest_come_first_and_alike_are_one),
        TEST(what_came_since_is_told),
        TEST(many_subjects_are_few_rows),
        TEST(changes_are_told),
        TEST(what_was_not_done_is_not_told),
        TEST(nobody_looked_for_a_quarter),
        TEST(who_subscribed_is_rung),
        TEST(a_phone_is_rung_for_few_at_a_time),
        TEST(letters_under_way_count_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
