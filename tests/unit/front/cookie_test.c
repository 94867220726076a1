/* SPDX-License-Identifier: Apache-2.0 */
/* cookie: read out of requests as clients send them, written as browsers want them. */
#include "tests/unit/unit.h"

#include "front/cookie.h"

struct reading {
    struct arena arena;
    struct http_limits limits;
    struct http_parser parser;
    struct buf in;
    struct http_request req;
};

/* The session of a request with these header lines. */
static struct str
session_of(struct reading *r, const char *headers)
{
    r->limits = (struct http_limits){.line = 4096, .head = 8192, .body = 0};
    buf_reset(&r->in);
    buf_addf(&r->in, "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n", headers);
    http_parser_init(&r->parser, &r->limits);
    assert_int_equal(http_parser_step(&r->parser, &r->in, &r->req), HTTP_HEAD);
    return cookie_session(&r->req);
}

static void
the_session_is_found_among_others(void **state)
{
    struct reading r = {.limits = {.line = 0}};

    (void)state;
    arena_init(&r.arena);
    buf_init(&r.in, 65536);
    assert_true(str_is_null(session_of(&r, "")));
    assert_str(session_of(&r, "Cookie: countersign_session=abc-_1\r\n"), "abc-_1");
    assert_str(session_of(&r, "Cookie: a=1; countersign_session=x; countersign_session=x\r\n"), "x");
    assert_str(session_of(&r, "Cookie: a=1\r\nCookie:  countersign_session = \"q\" ;b=2\r\n"), "q");
    assert_true(str_is_null(session_of(&r, "Cookie: Countersign_Session=x; xcountersign_session=y\r\n")));
    assert_true(str_is_null(session_of(&r, "Cookie: countersign_session=\r\n")));
    assert_true(str_is_null(session_of(&r, "Cookie: countersign_session\r\n")));
    assert_true(str_is_null(session_of(&r, "Cookie: countersign_session=a b\r\n")));
    buf_clear(&r.in);
    arena_clear(&r.arena);
}

/* A neighbouring site can set cookies that are sent here, with any value that browsers allow. */
static void
a_cookie_of_another_site_is_never_ours(void **state)
{
    struct reading r = {.limits = {.line = 0}};

    (void)state;
    arena_init(&r.arena);
    buf_init(&r.in, 65536);
    assert_true(str_is_null(session_of(&r, "Cookie: a=1,countersign_session=x\r\n")));
    assert_str(session_of(&r, "Cookie: a=1,countersign_session=x; countersign_session=y\r\n"), "y");
    assert_str(session_of(&r, "Cookie: a=1,countersign_session=x\r\nCookie: countersign_session=y\r\n"), "y");
    assert_true(str_is_null(session_of(&r, "Cookie: countersign_session=x; countersign_session=y\r\n")));
    assert_true(
        str_is_null(session_of(&r, "Cookie: countersign_session=x\r\nCookie: a; countersign_session=y\r\n")));
    assert_true(str_is_null(
        session_of(&r, "Cookie: countersign_session=x; countersign_session=y; countersign_session=x\r\n")));
    assert_true(str_is_null(session_of(&r, "Cookie: countersign_session=; countersign_session=y\r\n")));
    buf_clear(&r.in);
    arena_clear(&r.arena);
}

static void
a_value_that_is_too_long_is_no_session(void **state)
{
    struct reading r = {.limits = {.line = 0}};
    char line[64 + COOKIE_VALUE_MAX + 1];
    const char *name = "Cookie: countersign_session=";

    (void)state;
    arena_init(&r.arena);
    buf_init(&r.in, 65536);
    memset(line, 'v', sizeof line);
    memcpy(line, name, strlen(name));
    memcpy(line + strlen(name) + COOKIE_VALUE_MAX, "\r\n", 3);
    assert_int_equal(session_of(&r, line).n, COOKIE_VALUE_MAX);
    memcpy(line + strlen(name) + COOKIE_VALUE_MAX, "v\r\n", 4);
    assert_true(str_is_null(session_of(&r, line)));
    buf_clear(&r.in);
    arena_clear(&r.arena);
}

static void
it_is_set_deleted_and_never_split(void **state)
{
    struct arena a;

    (void)state;
    arena_init(&a);
    assert_str(cookie_set_session(&a, STR_LIT("s"), false),
               "countersign_session=s; Path=/; HttpOnly; SameSite=Strict");
    assert_str(cookie_set_session(&a, STR_LIT("s"), true),
               "countersign_session=s; Path=/; HttpOnly; SameSite=Strict; Secure");
    assert_str(cookie_set_session(&a, STR_LIT(""), true),
               "countersign_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict; Secure");
    assert_true(str_is_null(cookie_set_session(&a, STR_NULL, true)));
    assert_true(str_is_null(cookie_set_session(&a, STR_LIT("a; Domain=x"), true)));
    assert_true(str_is_null(cookie_set_session(&a, STR_LIT("a\r\nb"), true)));
    arena_clear(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_session_is_found_among_others),
        cmocka_unit_test(a_cookie_of_another_site_is_never_ours),
        cmocka_unit_test(a_value_that_is_too_long_is_no_session),
        cmocka_unit_test(it_is_set_deleted_and_never_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
