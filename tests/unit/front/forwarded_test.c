/* SPDX-License-Identifier: Apache-2.0 */
/* forwarded: which addresses the front believes. */
#include "tests/unit/unit.h"

#include "front/forwarded.h"

struct reading {
    struct arena arena;
    struct http_limits limits;
    struct http_parser parser;
    struct buf in;
    struct http_request req;
    struct forwarded_rules rules;
};

static const struct str proxies[] = {STR("10.0.0.0/8"), STR("2001:db8::/32"), STR("no network")};

static int
set_up(void **state)
{
    static struct reading r;
    struct config_list list = {.items = proxies, .n = 3};

    r.limits = (struct http_limits){.line = 4096, .head = 8192, .body = 0};
    arena_init(&r.arena);
    buf_init(&r.in, 65536);
    forwarded_init(&r.rules);
    forwarded_set(&r.rules, &list, STR_NULL);
    assert_int_equal(r.rules.n, 2);
    *state = &r;
    return 0;
}

static int
tear_down(void **state)
{
    struct reading *r = *state;
    forwarded_clear(&r->rules);
    buf_clear(&r->in);
    arena_clear(&r->arena);
    return 0;
}

static struct forwarded
read_from(struct reading *r, const char *peer, bool is_tls, const char *headers)
{
    struct forwarded_peer a = {.is_tls = is_tls, .is_unix = *peer == '\0'};
    struct forwarded who;

    assert_true(a.is_unix || inet_parse(str_from_cstr(peer), &a.address) == ERR_NONE);
    buf_reset(&r->in);
    buf_addf(&r->in, "GET / HTTP/1.1\r\nHost: inner\r\n%s\r\n", headers);
    http_parser_init(&r->parser, &r->limits);
    assert_int_equal(http_parser_step(&r->parser, &r->in, &r->req), HTTP_HEAD);
    forwarded_read(&r->rules, &a, &r->req, &r->arena, &who);
    return who;
}

static struct str
source(struct reading *r, const char *peer, const char *headers)
{
    struct forwarded who = read_from(r, peer, false, headers);
    return inet_format(&r->arena, &who.source);
}

static void
a_stranger_is_not_believed(void **state)
{
    struct reading *r = *state;
    struct forwarded who = read_from(r, "192.0.2.1", false,
                                     "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: https\r\n"
                                     "X-Forwarded-Host: evil\r\n");

    assert_str(inet_format(&r->arena, &who.source), "192.0.2.1");
    assert_false(who.is_secure);
    assert_str(who.host, "inner");
}

static void
the_first_address_from_the_right_that_is_no_proxy_is_the_caller(void **state)
{
    struct reading *r = *state;

    assert_str(source(r, "10.1.1.1", ""), "10.1.1.1");
    assert_str(source(r, "10.1.1.1", "X-Forwarded-For: 192.0.2.1\r\n"), "192.0.2.1");
    assert_str(source(r, "10.1.1.1", "X-Forwarded-For: 6.6.6.6, 192.0.2.1, 10.9.9.9\r\n"), "192.0.2.1");
    assert_str(source(r, "10.1.1.1", "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 192.0.2.1\r\n"),
               "192.0.2.1");
    assert_str(source(r, "10.1.1.1", "X-Forwarded-For: 192.0.2.1:5555,[2001:db8::5]:80\r\n"), "192.0.2.1");
    assert_str(source(r, "10.1.1.1", "X-Forwarded-For: [2001:db9::1]\r\n"), "2001:db9::1");
    assert_str(source(r, "2001:db8::1", "X-Forwarded-For: 2001:db9::1\r\n"), "2001:db9::1");
    assert_str(source(r, "::ffff:10.1.1.1", "X-Forwarded-For: ::ffff:192.0.2.1\r\n"), "192.0.2.1");
    /* All of them proxies: the farthest. */
    assert_str(source(r, "10.1.1.1", "X-Forwarded-For: 10.3.3.3, 10.2.2.2\r\n"), "10.3.3.3");
}

static void
what_is_no_address_ends_the_reading(void **state)
{
    struct reading *r = *state;

    assert_str(source(r, "10.1.1.1", "X-Forwarded-For: 192.0.2.1, unknown\r\n"), "10.1.1.1");
    assert_str(source(r, "10.1.1.1", "X-Forwarded-For: 192.0.2.1, unknown, 10.2.2.2\r\n"), "10.2.2.2");
    assert_str(source(r, "10.1.1.1", "X-Forwarded-For: 192.0.2.1,\r\n"), "10.1.1.1");
    assert_str(source(r, "10.1.1.1", "X-Forwarded-For: 192.0.2.1:x\r\n"), "10.1.1.1");
    assert_str(source(r, "10.1.1.1", "X-Forwarded-For: [::1\r\n"), "10.1.1.1");
}

static void
the_nearest_proxy_says_how_and_for_whom_it_was_asked(void **state)
{
    struct reading *r = *state;

    assert_true(read_from(r, "10.1.1.1", false, "X-Forwarded-Proto: https\r\n").is_secure);
    assert_true(read_from(r, "10.1.1.1", true, "").is_secure);
    assert_false(read_from(r, "10.1.1.1", true, "X-Forwarded-Proto: http\r\n").is_secure);
    assert_false(read_from(r, "10.1.1.1", false, "X-Forwarded-Proto: https, http\r\n").is_secure);
    assert_str(read_from(r, "10.1.1.1", false, "X-Forwarded-Host: a, outer:8443\r\n").host, "outer:8443");
    assert_true(str_is_null(read_from(r, "10.1.1.1", false, "X-Forwarded-Host: a<b\r\n").host));
}

static void
the_public_address_says_what_is_behind_a_proxy(void **state)
{
    struct reading *r = *state;
    static const char client_chose[] = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Host: evil\r\n"
                                       "X-Forwarded-Proto: http\r\n";

    r->rules.public_url = (struct str)STR("https://sign-in.example");
    assert_true(str_is_null(read_from(r, "10.1.1.1", false, client_chose).host));
    assert_true(read_from(r, "10.1.1.1", false, client_chose).is_secure);
    assert_true(read_from(r, "10.1.1.1", false, "").is_secure);
    assert_true(read_from(r, "192.0.2.1", false, "").is_secure);
    assert_false(read_from(r, "192.0.2.1", false, "").is_tls);
    r->rules.public_url = (struct str)STR("http://sign-in.example");
    assert_false(read_from(r, "10.1.1.1", false, "").is_secure);
}

static void
what_a_proxy_should_have_sent_is_named(void **state)
{
    struct reading *r = *state;
    static const char all[] = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n"
                              "X-Forwarded-Host: outer\r\n";
    static const char no_host[] = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n";

    assert_null(read_from(r, "192.0.2.1", false, "").missing);
    assert_str(read_from(r, "10.1.1.1", false, "").host, "inner");
    assert_null(read_from(r, "10.1.1.1", false, all).missing);
    assert_string_equal(read_from(r, "10.1.1.1", false, "").missing, "X-Forwarded-For");
    assert_string_equal(read_from(r, "10.1.1.1", false, "X-Forwarded-For: 192.0.2.1\r\n").missing,
                        "X-Forwarded-Proto");
    assert_string_equal(read_from(r, "10.1.1.1", false, no_host).missing, "X-Forwarded-Host");
    r->rules.public_url = (struct str)STR("https://sign-in.example");
    assert_null(read_from(r, "10.1.1.1", false, no_host).missing);
}

static void
an_rfc_7239_field_says_the_same(void **state)
{
    struct reading *r = *state;

    assert_str(source(r, "192.0.2.1", "Forwarded: for=198.51.100.7\r\n"), "192.0.2.1");
    assert_str(source(r, "10.1.1.1", "Forwarded: for=192.0.2.1\r\n"), "192.0.2.1");
    assert_str(source(r, "10.1.1.1", "Forwarded: for=6.6.6.6, FOR=192.0.2.1;by=x , for=\"10.9.9.9:_p\"\r\n"),
               "192.0.2.1");
    assert_str(source(r, "10.1.1.1", "Forwarded: for=6.6.6.6\r\nForwarded: for=\"[2001:db9::1]:80\"\r\n"),
               "2001:db9::1");
    assert_str(source(r, "10.1.1.1", "Forwarded: for=10.3.3.3,for=10.2.2.2\r\n"), "10.3.3.3");
    assert_str(source(r, "10.1.1.1", "Forwarded: for=\"1\\92.0.2.1\"\r\n"), "192.0.2.1");
    assert_str(source(r, "10.1.1.1", "Forwarded: for=\"[::ffff:192.0.2.1]\"\r\n"), "192.0.2.1");

    struct forwarded who =
        read_from(r, "10.1.1.1", false, "Forwarded: for=192.0.2.1;proto=https;host=\"outer:8443\"\r\n");
    assert_true(who.is_tls);
    assert_str(who.host, "outer:8443");
    assert_null(who.missing);
    who = read_from(r, "10.1.1.1", false, "Forwarded: for=192.0.2.9;proto=https;host=a, for=10.2.2.2\r\n");
    assert_false(who.is_tls);
    assert_string_equal(who.missing, "X-Forwarded-Proto");
}

static void
a_node_that_is_no_address_ends_the_reading(void **state)
{
    struct reading *r = *state;
    static const char *const nodes[] = {
        "unknown",         "_hidden",         "\"_hidden:80\"", "\"2001:db9::1\"", "\"[192.0.2.1\"",
        "\"192.0.2.1:x\"", "\"192.0.2.1:_\"", "\"[::1]80\"",    "\"[192.0.2.1]\"", "\"192.0.2.1:99999\""};

    for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
        const struct str field = arena_printf(&r->arena, "Forwarded: for=192.0.2.1, for=%s\r\n", nodes[i]);
        assert_str(source(r, "10.1.1.1", field.p), "10.1.1.1");
        const struct str behind =
            arena_printf(&r->arena, "Forwarded: for=192.0.2.1, for=%s, for=10.2.2.2\r\n", nodes[i]);
        assert_str(source(r, "10.1.1.1", behind.p), "10.2.2.2");
    }
    assert_str(source(r, "10.1.1.1", "Forwarded: for=192.0.2.1, \r\n"), "10.1.1.1");
    assert_str(source(r, "10.1.1.1", "Forwarded: for=192.0.2.1, by=10.2.2.2\r\n"), "10.1.1.1");
    assert_str(source(r, "10.1.1.1", "Forwarded: \r\n"), "10.1.1.1");
}

/* An open quote would hide what the proxy has added behind it. */
static void
a_malformed_field_of_a_proxy_is_refused(void **state)
{
    struct reading *r = *state;
    static const char *const fields[] = {"for=\", for=192.0.2.1",
                                         "for=\", for=\"[2001:db9::1]\"",
                                         "for=192.0.2.1:80",
                                         "for",
                                         "for=",
                                         "=x",
                                         "for=1.1.1.1 for=2.2.2.2",
                                         "for=1.1.1.1;for=2.2.2.2",
                                         "for=\"a\\",
                                         "proto=http;Proto=https",
                                         "for = 1.1.1.1",
                                         "for=\"\""};

    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct str field = arena_printf(&r->arena, "Forwarded: %s\r\n", fields[i]);
        assert_string_equal(read_from(r, "10.1.1.1", false, field.p).refused, "malformed-forwarded");
        assert_null(read_from(r, "192.0.2.1", false, field.p).refused);
    }
}

static void
two_fields_must_name_the_same_caller(void **state)
{
    struct reading *r = *state;
    static const char differ[] = "X-Forwarded-For: 192.0.2.1\r\nForwarded: for=6.6.6.6\r\n";
    static const char same[] =
        "X-Forwarded-For: 6.6.6.6, 192.0.2.1\r\nForwarded: for=192.0.2.1;proto=https\r\n";
    static const char protos[] = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\n"
                                 "Forwarded: for=192.0.2.1;proto=https\r\n";

    assert_string_equal(read_from(r, "10.1.1.1", false, differ).refused, "contradictory-forwarded");
    assert_string_equal(read_from(r, "10.1.1.1", false, protos).refused, "contradictory-forwarded");
    assert_string_equal(
        read_from(r, "10.1.1.1", false, "X-Forwarded-For: 192.0.2.1\r\nForwarded: for=unknown\r\n").refused,
        "contradictory-forwarded");
    assert_null(read_from(r, "192.0.2.1", false, differ).refused);
    struct forwarded who = read_from(r, "10.1.1.1", false, same);
    assert_null(who.refused);
    assert_str(inet_format(&r->arena, &who.source), "192.0.2.1");
    assert_false(who.is_tls);
}

/* "": its peer has no address. */
static void
at_a_socket_only_the_fields_name_the_caller(void **state)
{
    struct reading *r = *state;

    assert_str(source(r, "", "X-Forwarded-For: 192.0.2.1\r\n"), "192.0.2.1");
    assert_str(source(r, "", "Forwarded: for=6.6.6.6, for=192.0.2.1, for=10.1.1.1\r\n"), "192.0.2.1");
    assert_true(read_from(r, "", false, "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n").is_tls);
    assert_false(read_from(r, "", false, "").has_source);
    assert_false(read_from(r, "", false, "").is_local);
    assert_false(read_from(r, "", false, "X-Forwarded-For: unknown\r\n").has_source);
    assert_false(read_from(r, "", false, "Forwarded: for=192.0.2.1, for=unknown\r\n").has_source);
    assert_true(read_from(r, "", false, "Forwarded: for=unknown, for=192.0.2.1\r\n").has_source);
    assert_false(read_from(r, "10.1.1.1", false, "X-Forwarded-For: unknown\r\n").has_source);
    assert_false(read_from(r, "10.1.1.1", false, "X-Forwarded-For: 1.1.1.1:99999\r\n").has_source);
    assert_false(read_from(r, "10.1.1.1", false, "Forwarded: for=_hidden\r\n").has_source);
    assert_true(read_from(r, "10.1.1.1", false, "").has_source);
    assert_true(read_from(r, "192.0.2.1", false, "X-Forwarded-For: unknown\r\n").has_source);
}

/* A proxy elsewhere names an address of its own machine. */
static void
a_loopback_address_of_a_proxy_s_header_is_not_local(void **state)
{
    struct reading *r = *state;
    struct forwarded_peer peer = {.is_relayed = true};
    struct forwarded who;

    assert_true(read_from(r, "127.0.0.1", false, "").is_local);
    assert_int_equal(inet_parse(STR_LIT("127.0.0.1"), &peer.address), ERR_NONE);
    forwarded_read(&r->rules, &peer, &r->req, &r->arena, &who);
    assert_false(who.is_local);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_stranger_is_not_believed),
        CASE(the_first_address_from_the_right_that_is_no_proxy_is_the_caller),
        CASE(what_is_no_address_ends_the_reading),
        CASE(the_nearest_proxy_says_how_and_for_whom_it_was_asked),
        CASE(the_public_address_says_what_is_behind_a_proxy),
        CASE(what_a_proxy_should_have_sent_is_named),
        CASE(an_rfc_7239_field_says_the_same),
        CASE(a_node_that_is_no_address_ends_the_reading),
        CASE(a_malformed_field_of_a_proxy_is_refused),
        CASE(two_fields_must_name_the_same_caller),
        CASE(at_a_socket_only_the_fields_name_the_caller),
        CASE(a_loopback_address_of_a_proxy_s_header_is_not_local),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
