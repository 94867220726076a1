/* assertion: the very bytes of the example in docs/device-api.md. */
#include "tests/unit/unit.h"

#include "auth/challenge.h"

static void
is_the_documented_example(void **state)
{
    static const char expected[] = "countersign-assertion-v1\n"
                                   "challenge 22 c2FtcGxlLWNoYWxsZW5nZQ\n"
                                   "nonce 43 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n"
                                   "audience 27 https://sign-in.example.com\n"
                                   "company 16 Acme Support Ltd\n"
                                   "account 17 alice@example.com\n"
                                   "purpose 7 sign-in\n"
                                   "console 11 Console 7.2\n"
                                   "source 9 192.0.2.7\n"
                                   "created 20 2026-11-23T15:30:14Z\n"
                                   "expires 20 2026-11-23T15:31:14Z\n"
                                   "device 2 42\n"
                                   "decision 7 approve\n"
                                   "number 6 271828\n";
    const struct challenge_view v = {.id = STR("c2FtcGxlLWNoYWxsZW5nZQ"),
                                     .nonce = STR("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),
                                     .audience = STR("https://sign-in.example.com"),
                                     .company = STR("Acme Support Ltd"),
                                     .account = STR("alice@example.com"),
                                     .purpose = STR("sign-in"),
                                     .console = STR("Console 7.2"),
                                     .source = STR("192.0.2.7"),
                                     .created = STR("2026-11-23T15:30:14Z"),
                                     .expires = STR("2026-11-23T15:31:14Z")};
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    assertion_write(&b, &v, STR_LIT("42"), STR_LIT("approve"), STR_LIT("271828"));
    assert_int_equal(b.len, 382);
    assert_str(buf_view(&b), expected);
    buf_clear(&b);
}

static void
a_value_is_never_another_line(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    assertion_add_line(&b, "name", STR_LIT("x\ndecision 7 approve"));
    assertion_add_line(&b, "number", STR_NULL);
    assert_str(buf_view(&b), "name 20 x\ndecision 7 approve\nnumber 0 \n");
    buf_clear(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_documented_example),
        cmocka_unit_test(a_value_is_never_another_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
