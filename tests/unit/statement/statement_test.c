/* SPDX-License-Identifier: Apache-2.0 */
/* statement: the very bytes of the examples in docs/device-api.md. */
#include "tests/unit/unit.h"

#include "statement/statement.h"

static void
an_answer_is_the_documented_example(void **state)
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
    statement_write_answer(&b, &v, STR_LIT("42"), STR_LIT("approve"), STR_LIT("271828"));
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
    statement_add_line(&b, "name", STR_LIT("x\ndecision 7 approve"));
    statement_add_line(&b, "number", STR_NULL);
    assert_str(buf_view(&b), "name 20 x\ndecision 7 approve\nnumber 0 \n");
    buf_clear(&b);
}

static void
an_opening_is_the_documented_example(void **state)
{
    static const char expected[] = "countersign-self-v1\n"
                                   "audience 27 https://sign-in.example.com\n"
                                   "nonce 43 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n"
                                   "company 16 Acme Support Ltd\n"
                                   "account 17 alice@example.com\n"
                                   "device 2 42\n";
    const struct statement_self s = {.audience = STR("https://sign-in.example.com"),
                                     .nonce = STR("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),
                                     .company = STR("Acme Support Ltd"),
                                     .account = STR("alice@example.com"),
                                     .device = STR("42")};
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    statement_write_self(&b, &s);
    assert_int_equal(b.len, 182);
    assert_str(buf_view(&b), expected);
    buf_clear(&b);
}

static void
an_enrolment(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 1024);
    statement_write_enrolment(&b, &(struct statement_enrolment){.audience = STR("https://a.example"),
                                                                .ticket = STR("T"),
                                                                .name = STR("Ann's \u260e")});
    assert_str(buf_view(&b), "countersign-enrol-v1\naudience 17 https://a.example\nticket 1 T\n"
                             "name 9 Ann's \u260e\n");
    buf_clear(&b);
}

static void
a_change(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 1024);
    statement_open_change(&b, &(struct statement_change){.audience = STR("https://a.example"),
                                                         .nonce = STR("N"),
                                                         .device = STR("42"),
                                                         .operation = STR("device/rename")});
    statement_add_line(&b, "sName", STR_LIT("x"));
    assert_str(buf_view(&b), "countersign-change-v1\naudience 17 https://a.example\nnonce 1 N\ndevice 2 42\n"
                             "operation 13 device/rename\nsName 1 x\n");
    buf_clear(&b);
}

static void
decisions(void **state)
{
    (void)state;
    assert_string_equal(decision_name(DECISION_APPROVE), "approve");
    assert_string_equal(decision_name(DECISION_REJECT), "reject");
    assert_string_equal(decision_name(DECISION_NOT_ME), "not-me");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_the_documented_example),
        cmocka_unit_test(a_value_is_never_another_line),
        cmocka_unit_test(an_opening_is_the_documented_example),
        cmocka_unit_test(an_enrolment),
        cmocka_unit_test(a_change),
        cmocka_unit_test(decisions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
