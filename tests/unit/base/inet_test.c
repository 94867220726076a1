/* SPDX-License-Identifier: Apache-2.0 */
/* inet: addresses, networks and endpoints, and that a mapped address is its IPv4 address. */
#include "tests/unit/unit.h"

#include "base/inet.h"

static struct arena arena;

static int
teardown(void **state)
{
    (void)state;
    arena_clear(&arena);
    return 0;
}

static void
addresses(void **state)
{
    (void)state;
    static const char *const same[] = {"0.0.0.0", "192.0.2.1", "::", "::1", "2001:db8::1"};
    struct inet_addr a, again;
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        assert_int_equal(inet_parse(str_from_cstr(same[i]), &a), ERR_NONE);
        assert_str(inet_format(&arena, &a), same[i]);
    }
    /* C libraries write this one differently, and read what the others write. */
    assert_int_equal(inet_parse(STR_LIT("::192.0.2.1"), &a), ERR_NONE);
    assert_int_equal(inet_parse(inet_format(&arena, &a), &again), ERR_NONE);
    assert_true(a.v6);
    assert_memory_equal(&a, &again, sizeof a);
    assert_int_equal(inet_parse(STR_LIT("::ffff:192.0.2.1"), &a), ERR_NONE);
    assert_false(a.v6);
    assert_str(inet_format(&arena, &a), "192.0.2.1");
    static const char *const bad[] = {"",         "1.2.3",     "1.2.3.4.5", "256.1.1.1",
                                      "01.2.3.4", "localhost", "[::1]",     "fe80::1%eth0",
                                      "1.2.3.4 ", "::1::",     "0x7f.1",    ":::"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(inet_parse(str_from_cstr(bad[i]), &a), ERR_SYNTAX);
    assert_int_equal(inet_parse(STR_LIT("1.2.3.4\0"), &a), ERR_SYNTAX);
}

static bool
has(const char *net, const char *addr)
{
    struct inet_net n;
    struct inet_addr a;
    assert_int_equal(inet_net_parse(str_from_cstr(net), &n), ERR_NONE);
    assert_int_equal(inet_parse(str_from_cstr(addr), &a), ERR_NONE);
    return inet_net_has(&n, &a);
}

static void
networks(void **state)
{
    (void)state;
    assert_true(has("10.0.0.0/8", "10.255.0.1"));
    assert_false(has("10.0.0.0/8", "11.0.0.0"));
    assert_true(has("10.0.0.0/9", "10.127.0.1"));
    assert_false(has("10.0.0.0/9", "10.128.0.1"));
    assert_true(has("192.0.2.1", "192.0.2.1"));
    assert_false(has("192.0.2.1", "192.0.2.0"));
    assert_true(has("192.0.2.1", "::ffff:192.0.2.1"));
    assert_true(has("::ffff:10.0.0.0/104", "10.1.1.1"));
    assert_false(has("::ffff:10.0.0.0/104", "11.1.1.1"));
    assert_true(has("0.0.0.0/0", "255.255.255.255"));
    assert_false(has("0.0.0.0/0", "::1"));
    assert_false(has("::/0", "192.0.2.1"));
    assert_true(has("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(has("2001:db8::/33", "2001:db8:8000::1"));
    struct inet_net n;
    assert_int_equal(inet_net_parse(STR_LIT("10.0.0.0/33"), &n), ERR_RANGE);
    assert_int_equal(inet_net_parse(STR_LIT("10.0.0.1/8"), &n), ERR_RANGE);
    assert_int_equal(inet_net_parse(STR_LIT("::ffff:0:0/95"), &n), ERR_RANGE);
    assert_int_equal(inet_net_parse(STR_LIT("10.0.0.0/"), &n), ERR_SYNTAX);
    assert_int_equal(inet_net_parse(STR_LIT("10.0.0.0/8/8"), &n), ERR_SYNTAX);
    assert_int_equal(inet_net_parse(STR_LIT("/8"), &n), ERR_SYNTAX);
    assert_int_equal(inet_net_parse(STR_LIT("2001:db8::/32"), &n), ERR_NONE);
    assert_str(inet_net_format(&arena, &n), "2001:db8::/32");
}

static void
loopback(void **state)
{
    (void)state;
    static const char *const yes[] = {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"};
    static const char *const no[] = {"128.0.0.1", "0.0.0.0", "::", "::2", "::ffff:192.0.2.1"};
    struct inet_addr a;
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        assert_int_equal(inet_parse(str_from_cstr(yes[i]), &a), ERR_NONE);
        assert_true(inet_is_loopback(&a));
    }
    for (size_t i = 0; i < ARRAY_LEN(no); i++) {
        assert_int_equal(inet_parse(str_from_cstr(no[i]), &a), ERR_NONE);
        assert_false(inet_is_loopback(&a));
    }
}

static void
endpoints(void **state)
{
    (void)state;
    static const char *const same[] = {"127.0.0.1:0", "192.0.2.1:65535", "[::1]:443", "[2001:db8::1]:8443"};
    struct inet_endpoint e;
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        assert_int_equal(inet_endpoint_parse(str_from_cstr(same[i]), &e), ERR_NONE);
        struct sockaddr_storage sa;
        assert_true(inet_to_sockaddr(&e, &sa) >= sizeof(struct sockaddr));
        struct inet_endpoint back;
        assert_int_equal(inet_from_sockaddr(&sa, &back), ERR_NONE);
        assert_str(inet_endpoint_format(&arena, &back), same[i]);
    }
    static const char *const bad[] = {"",        ":80",         "1.2.3.4",      "1.2.3.4:", "::1:80",
                                      "[::1]",   "[::1]80",     "[1.2.3.4]:80", "[::1:80",  "[]:80",
                                      "host:80", "1.2.3.4:+80", "[::1]:"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(inet_endpoint_parse(str_from_cstr(bad[i]), &e), ERR_SYNTAX);
    assert_int_equal(inet_endpoint_parse(STR_LIT("1.2.3.4:65536"), &e), ERR_RANGE);
    struct sockaddr_storage other = {.ss_family = AF_UNIX};
    assert_int_equal(inet_from_sockaddr(&other, &e), ERR_SYNTAX);
}

static void
the_public_internet(void **state)
{
    (void)state;
    static const char *const yes[] = {"8.8.8.8",      "1.1.1.1",         "172.15.255.255", "172.32.0.0",
                                      "100.63.0.1",   "100.128.0.1",     "192.0.1.1",      "223.255.255.255",
                                      "2a00:1450::1", "2606:4700::1111", "::ffff:8.8.8.8", "2001:200::1"};
    static const char *const no[] = {
        "0.0.0.0",      "10.1.2.3",         "100.64.0.1",      "100.127.255.255", "127.0.0.1",
        "127.9.9.9",    "169.254.169.254",  "172.16.0.1",      "172.31.255.255",  "192.0.0.8",
        "192.0.2.1",    "192.168.1.1",      "198.18.0.1",      "198.19.255.255",  "198.51.100.1",
        "203.0.113.1",  "224.0.0.1",        "240.0.0.1",       "255.255.255.255", "::",
        "::1",          "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",     "64:ff9b::7f00:1",
        "64:ff9b:1::1", "100::1",           "2001::1",         "2001:db8::1",     "2002:7f00:1::1",
        "fc00::1",      "fd12::1",          "fe80::1",         "fec0::1",         "ff02::1",
        "3fff::1"};
    struct inet_addr addr;
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        assert_int_equal(inet_parse(str_from_cstr(yes[i]), &addr), ERR_NONE);
        assert_true(inet_is_public(&addr));
    }
    for (size_t i = 0; i < ARRAY_LEN(no); i++) {
        assert_int_equal(inet_parse(str_from_cstr(no[i]), &addr), ERR_NONE);
        assert_false(inet_is_public(&addr));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(addresses, teardown),
                                       cmocka_unit_test_teardown(networks, teardown),
                                       cmocka_unit_test(loopback), cmocka_unit_test(the_public_internet),
                                       cmocka_unit_test_teardown(endpoints, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
