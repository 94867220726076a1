/* throttle: connections of one source, and failures of one. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "front/throttle.h"

static struct inet_addr
address(const char *text)
{
    struct inet_addr a;
    assert_int_equal(inet_parse(str_from_cstr(text), &a), ERR_NONE);
    return a;
}

static void
a_source_has_so_many_connections(void **state)
{
    struct throttle t;
    struct inet_addr a = address("192.0.2.1"), b = address("192.0.2.2");

    (void)state;
    throttle_init(&t);
    struct throttle_source *first = throttle_connect(&t, &a, 2);
    struct throttle_source *second = throttle_connect(&t, &a, 2);
    assert_ptr_equal(first, second);
    assert_null(throttle_connect(&t, &a, 2));
    struct throttle_source *other = throttle_connect(&t, &b, 2);
    assert_non_null(other);
    throttle_disconnect(&t, second);
    assert_non_null(throttle_connect(&t, &a, 2));
    throttle_disconnect(&t, first);
    throttle_disconnect(&t, first);
    throttle_disconnect(&t, other);
    throttle_disconnect(&t, NULL);
    assert_non_null(throttle_connect(&t, &a, 1));
    throttle_clear(&t);
}

static void
a_network_of_version_6_is_one_source(void **state)
{
    struct throttle t;
    struct inet_addr a = address("2001:db8::1"), b = address("2001:db8::ffff:1"),
                     c = address("2001:db8:0:1::1");

    (void)state;
    throttle_init(&t);
    assert_non_null(throttle_connect(&t, &a, 1));
    assert_null(throttle_connect(&t, &b, 1));
    assert_non_null(throttle_connect(&t, &c, 1));
    throttle_clear(&t);
}

static void
failures_are_forgiven_with_time(void **state)
{
    struct throttle t;
    struct inet_addr a = address("192.0.2.1"), b = address("192.0.2.2");
    int64_t now = CLOCK_HOUR;

    (void)state;
    throttle_init(&t);
    for (unsigned i = 0; i < THROTTLE_FAILURES; i++) {
        assert_int_equal(throttle_wait(&t, &a, now), 0);
        throttle_fail(&t, &a, now);
    }
    assert_int_equal(throttle_wait(&t, &a, now), THROTTLE_REFILL_S);
    assert_int_equal(throttle_wait(&t, &b, now), 0);
    now += THROTTLE_REFILL_S * CLOCK_S;
    assert_int_equal(throttle_wait(&t, &a, now), 0);
    throttle_fail(&t, &a, now);
    assert_int_equal(throttle_wait(&t, &a, now), THROTTLE_REFILL_S);
    /* However often: it ends. */
    for (unsigned i = 0; i < 1000; i++)
        throttle_fail(&t, &a, now);
    assert_true(throttle_wait(&t, &a, now) <= 2 * THROTTLE_FAILURES * THROTTLE_REFILL_S);
    now += 2 * THROTTLE_FAILURES * THROTTLE_REFILL_S * CLOCK_S;
    assert_int_equal(throttle_wait(&t, &a, now), 0);
    throttle_clear(&t);
}

static void
a_flood_of_sources_needs_no_memory(void **state)
{
    struct throttle t;
    char text[32];

    (void)state;
    throttle_init(&t);
    for (unsigned i = 0; i < 100000; i++) {
        (void)snprintf(text, sizeof text, "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
        struct inet_addr a = address(text);
        throttle_fail(&t, &a, CLOCK_HOUR);
        assert_int_equal(throttle_wait(&t, &a, CLOCK_HOUR), 0);
    }
    throttle_clear(&t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_has_so_many_connections),
        cmocka_unit_test(a_network_of_version_6_is_one_source),
        cmocka_unit_test(failures_are_forgiven_with_time),
        cmocka_unit_test(a_flood_of_sources_needs_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
