/* SPDX-License-Identifier: Apache-2.0 */
/* endpoint: which addresses are read, and which of them are on the list. */
#include "tests/unit/unit.h"

#include "base/endpoint.h"

static const struct str items[] = {STR("ntfy.example.org"), STR("*.push.example.org"),
                                   STR("push.example.net:8443"), STR("http://127.0.0.1:8080")};

static void
each_address_is_judged(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool is_read, is_listed;
    } rows[] = {
        {"https://fcm.googleapis.com/fcm/send/abc:DEF-_", true, true},
        {"https://fcm.googleapis.com:443/x", true, true},
        {"https://updates.push.services.mozilla.com/wpush/v2/gAAA", true, true},
        {"https://web.push.apple.com/QGuQyavXutnMH", true, true},
        {"https://wns2-par02p.notify.windows.com/w/?token=BQYA%2fAA", true, true},
        {"https://ntfy.example.org/up?x=1", true, true},
        {"https://a.b.push.example.org/", true, true},
        {"https://push.example.net:8443/", true, true},
        {"http://127.0.0.1:8080/x", true, true},
        /* well-formed, and elsewhere */
        {"https://push.apple.com/x", true, false},
        {"https://push.apple.com.evil.example/x", true, false},
        {"https://evilpush.apple.com/x", true, false},
        {"https://fcm.googleapis.com:8443/x", true, false},
        {"http://fcm.googleapis.com/x", true, false},
        {"http://fcm.googleapis.com:443/x", true, false},
        {"https://push.example.org/", true, false},
        {"https://push.example.net/", true, false},
        {"https://127.0.0.1:8080/x", true, false},
        {"http://127.0.0.1/x", true, false},
        {"http://127.0.0.2:8080/x", true, false},
        {"https://169.254.169.254/latest", true, false},
        /* no address of ours */
        {"", false, false},
        {"https://", false, false},
        {"https:///x", false, false},
        {"https://fcm.googleapis.com", false, false},
        {"https://fcm.googleapis.com?x/", false, false},
        {"https://fcm.googleapis.com#@evil.example/", false, false},
        {"https://fcm.googleapis.com@evil.example/", false, false},
        {"https://fcm.googleapis.com\\@evil.example/", false, false},
        {"https://fcm.googleapis.com:0/x", false, false},
        {"https://fcm.googleapis.com:65536/x", false, false},
        {"https://fcm.googleapis.com:/x", false, false},
        {"https://fcm.googleapis.com:443:443/x", false, false},
        {"https://FCM.googleapis.com/x", false, false},
        {"https://fcm.googleapis.com./x", false, false},
        {"https://.push.apple.com/x", false, false},
        {"https://[::1]/x", false, false},
        {"https://fcm.googleapis.com/x y", false, false},
        {"https://fcm.googleapis.com/x\r\nHost: y", false, false},
        {"https://fcm.googleapis.com/x#y", false, false},
        {"ftp://fcm.googleapis.com/x", false, false},
        {"file:///etc/passwd", false, false},
        {"HTTPS://fcm.googleapis.com/x", false, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct endpoint e;
        assert_int_equal(endpoint_read(str_from_cstr(rows[i].url), &e), rows[i].is_read);
        if (rows[i].is_read)
            assert_int_equal(endpoint_is_listed(&e, items, ARRAY_LEN(items)), rows[i].is_listed);
    }
    struct endpoint none;
    assert_false(endpoint_read(STR_NULL, &none));
    static char longest[ENDPOINT_MAX + 2] = "https://fcm.googleapis.com/";
    memset(longest + strlen(longest), 'a', ENDPOINT_MAX + 1 - strlen(longest));
    assert_true(endpoint_read((struct str){longest, ENDPOINT_MAX}, &none));
    assert_false(endpoint_read((struct str){longest, ENDPOINT_MAX + 1}, &none));
}

static void
an_origin_names_the_port_only_where_it_is_unusual(void **state)
{
    (void)state;
    static const struct {
        const char *url, *origin;
    } rows[] = {{"https://a.example:443/x", "https://a.example"},
                {"https://a.example:80/x", "https://a.example:80"},
                {"http://127.0.0.1:80/", "http://127.0.0.1"},
                {"http://127.0.0.1:8080/", "http://127.0.0.1:8080"}};
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct endpoint e;
        assert_true(endpoint_read(str_from_cstr(rows[i].url), &e));
        assert_str(endpoint_origin(&arena, &e), rows[i].origin);
    }
    arena_clear(&arena);
}

static void
items_of_the_list(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",          "*",     "*.",          "*.*.example",   "a.example/",
        "A.example", "a.*",   "https://a.b", "http://a.b:80", "http://10.0.0.1:80",
        "a.b:",      "a.b:x", "http://",     "a b",           "[::1]:80"};
    for (size_t i = 0; i < ARRAY_LEN(items); i++)
        assert_true(endpoint_item_is_valid(items[i]));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(endpoint_item_is_valid(str_from_cstr(bad[i])));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_address_is_judged),
        cmocka_unit_test(an_origin_names_the_port_only_where_it_is_unusual),
        cmocka_unit_test(items_of_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
