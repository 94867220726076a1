/* SPDX-License-Identifier: Apache-2.0 */
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

static const struct throttle_payer *
payer_with(struct throttle *t, const struct inet_addr *a, const char *token)
{
    static struct throttle_payer payer;
    payer = throttle_payer(t, a, token == NULL ? STR_NULL : str_from_cstr(token));
    return &payer;
}

static const struct throttle_payer *
payer(struct throttle *t, const struct inet_addr *a)
{
    return payer_with(t, a, NULL);
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
        assert_int_equal(throttle_wait(&t, payer(&t, &a), now), 0);
        throttle_fail(&t, payer(&t, &a), now);
    }
    assert_int_equal(throttle_wait(&t, payer(&t, &a), now), THROTTLE_REFILL_S);
    assert_int_equal(throttle_wait(&t, payer(&t, &b), now), 0);
    now += THROTTLE_REFILL_S * CLOCK_S;
    assert_int_equal(throttle_wait(&t, payer(&t, &a), now), 0);
    throttle_fail(&t, payer(&t, &a), now);
    assert_int_equal(throttle_wait(&t, payer(&t, &a), now), THROTTLE_REFILL_S);
    /* However often: it ends. */
    for (unsigned i = 0; i < 1000; i++)
        throttle_fail(&t, payer(&t, &a), now);
    assert_true(throttle_wait(&t, payer(&t, &a), now) <= 2 * THROTTLE_FAILURES * THROTTLE_REFILL_S);
    now += 2 * THROTTLE_FAILURES * THROTTLE_REFILL_S * CLOCK_S;
    assert_int_equal(throttle_wait(&t, payer(&t, &a), now), 0);
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
        throttle_fail(&t, payer(&t, &a), CLOCK_HOUR);
        assert_int_equal(throttle_wait(&t, payer(&t, &a), CLOCK_HOUR), 0);
    }
    throttle_clear(&t);
}

static void
a_token_that_was_accepted_is_its_own_payer(void **state)
{
    struct throttle t;
    struct inet_addr a = address("192.0.2.1");
    int64_t now = CLOCK_HOUR;

    (void)state;
    throttle_init(&t);
    throttle_accept(&t, payer_with(&t, &a, "good"), now);
    for (unsigned i = 0; i < THROTTLE_FAILURES; i++)
        throttle_fail(&t, payer_with(&t, &a, i % 2 == 0 ? "guess" : NULL), now);
    assert_true(throttle_wait(&t, payer(&t, &a), now) > 0);
    assert_true(throttle_wait(&t, payer_with(&t, &a, "other"), now) > 0);
    assert_int_equal(throttle_wait(&t, payer_with(&t, &a, "good"), now), 0);
    /* What it fails at is its own, wherever it comes from. */
    struct inet_addr b = address("198.51.100.1");
    for (unsigned i = 0; i < THROTTLE_FAILURES; i++)
        throttle_fail(&t, payer_with(&t, &b, "good"), now);
    assert_true(throttle_wait(&t, payer_with(&t, &a, "good"), now) > 0);
    assert_int_equal(throttle_wait(&t, payer(&t, &b), now), 0);
    throttle_forget(&t, payer_with(&t, &b, "good"));
    assert_int_equal(throttle_wait(&t, payer_with(&t, &b, "good"), now), 0);
    throttle_fail(&t, payer_with(&t, &b, "good"), now);
    throttle_clear(&t);
}

static void
so_many_tokens_are_remembered_the_last_seen_ones(void **state)
{
    struct throttle t;
    struct inet_addr a = address("192.0.2.1");
    char text[32];
    size_t known = 0;

    (void)state;
    throttle_init(&t);
    for (unsigned i = 0; i < 4 * THROTTLE_TOKENS; i++) {
        (void)snprintf(text, sizeof text, "token %u", i);
        throttle_accept(&t, payer_with(&t, &a, text), CLOCK_HOUR + i);
        throttle_accept(&t, payer_with(&t, &a, text), CLOCK_HOUR + i);
        uint64_t who = payer_with(&t, &a, text)->who;
        assert_true(who != payer(&t, &a)->who);
    }
    for (size_t i = 0; i < THROTTLE_TOKENS; i++)
        known += t.tokens[i].seen >= CLOCK_HOUR + 2 * THROTTLE_TOKENS;
    assert_true(known > THROTTLE_TOKENS * 9 / 10);
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
        cmocka_unit_test(a_token_that_was_accepted_is_its_own_payer),
        cmocka_unit_test(so_many_tokens_are_remembered_the_last_seen_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
