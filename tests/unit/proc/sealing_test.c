/* SPDX-License-Identifier: Apache-2.0 */
/* sealing: its pace, and whom it wakes. */
#include "tests/unit/accounts/fixture.h"

#include "accounts/audit.h"
#include "proc/sealing.h"
#include "store/store_audit.h"

static void
append(struct fixture *f, int64_t technician)
{
    assert_ok(db_begin(&f->cx));
    assert_ok(audit_append(&f->cx, (struct audit_of){1, technician}, AUDIT_ACCOUNT_UNLOCKED, NULL));
    assert_ok(db_commit(&f->cx));
    cx_again(&f->cx);
}

static int64_t
last(struct fixture *f)
{
    int64_t seq = -1;
    assert_ok(store_audit_last(&f->cx, &seq));
    return seq;
}

static void
what_nobody_has_announced_waits_no_longer_than_a_quarter_of_a_second(void **state)
{
    struct fixture *f = *state;
    struct sealing s;
    sealing_init(&s);
    assert_true(sealing_is_due(&s));
    assert_int_equal(sealing_patience(&s), 0);
    assert_ok(sealing_work(&f->cx, &s));
    assert_true(f->cx.wakes_all); /* it has followed nothing yet */
    assert_false(sealing_is_due(&s));
    append(f, 2);
    fixture_tick(f, SEALING_EVERY);
    assert_true(sealing_is_due(&s));
    assert_ok(sealing_work(&f->cx, &s));
    assert_int_equal(last(f), 2);
    assert_int_equal(f->cx.n_woken, 1);
    assert_int_equal(f->cx.woken[0], 2);
}

/* Otherwise each call would have a commit more. */
static void
what_is_known_is_sealed_soon_but_not_more_often(void **state)
{
    struct fixture *f = *state;
    struct sealing s;
    sealing_init(&s);
    assert_ok(sealing_work(&f->cx, &s)); /* nothing, which needs no rest */
    for (int64_t seq = 2; seq < 5; seq++) {
        append(f, 2);
        sealing_soon(&s);
        sealing_soon(&s);
        assert_false(sealing_is_due(&s));
        fixture_tick(f, seq == 2 ? SEALING_SOON : SEALING_REST - 1);
        assert_int_equal(sealing_is_due(&s), seq == 2);
        fixture_tick(f, seq == 2 ? 0 : 1);
        assert_true(sealing_is_due(&s));
        assert_ok(sealing_work(&f->cx, &s));
        assert_int_equal(last(f), seq);
        assert_false(sealing_is_due(&s));
    }
}

static void
after_a_failure_it_rests_whatever_is_written(void **state)
{
    struct fixture *f = *state;
    struct sealing s;
    sealing_init(&s);
    assert_ok(sealing_work(&f->cx, &s));
    fixture_tick(f, CLOCK_S);
    sealing_rest(&s);
    sealing_soon(&s);
    fixture_tick(f, SEALING_PAUSE - 1);
    assert_false(sealing_is_due(&s));
    assert_true(sealing_patience(&s) > 0);
    fixture_tick(f, 1);
    assert_true(sealing_is_due(&s));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_nobody_has_announced_waits_no_longer_than_a_quarter_of_a_second,
                                        fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_is_known_is_sealed_soon_but_not_more_often, fixture_set_up_bare,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(after_a_failure_it_rests_whatever_is_written, fixture_set_up_bare,
                                        fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
