/* SPDX-License-Identifier: Apache-2.0 */
/* The message of an alarm: its lines, and that nothing adds a header to it. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "delivery/mail.h"

static const char *const to[] = {"ops@example.com", "night@example.com"};
static const struct http_out_mail mail = {.from = "countersign@example.com", .to = to, .n_to = 2};

static struct str
message_of(struct cx *cx, const struct letter_alarm *alarm)
{
    struct http_out_post post = {.url = "smtp://localhost"};
    const struct letter letter = {.kind = LETTER_MAIL, .id = STR("42"), .alarm = *alarm};
    clock_fix(INT64_C(1795447814999999));
    mail_write(cx, &mail, &letter, &post);
    return post.body;
}

static void
the_message_is_plain_text(void **state)
{
    (void)state;
    struct cx cx;
    cx_init(&cx);
    const struct letter_alarm alarm = {.class = STR("disk"),
                                       .title = STR("the disk is nearly full"),
                                       .subject = STR("web1"),
                                       .detail = STR("12 MiB are left."),
                                       .raised_at = INT64_C(1795447800000000),
                                       .at = INT64_C(1795447800000000)};
    assert_str(message_of(&cx, &alarm), "From: countersign@example.com\r\n"
                                        "To: ops@example.com,\r\n night@example.com\r\n"
                                        "Subject: [countersign] raised: the disk is nearly full (web1)\r\n"
                                        "Date: Mon, 23 Nov 2026 15:30:14 +0000\r\n"
                                        "Message-ID: <42.raised@example.com>\r\n"
                                        "Auto-Submitted: auto-generated\r\n"
                                        "MIME-Version: 1.0\r\n"
                                        "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
                                        "12 MiB are left.\r\n\r\n"
                                        "Since: 2026-11-23T15:30:00Z\r\n"
                                        "Class: disk\r\n\r\n"
                                        "What stands now: countersign status\r\n");
    cx_clear(&cx);
}

static void
words_end_no_line_and_add_no_header(void **state)
{
    (void)state;
    struct cx cx;
    static const struct str evil = STR("a\r\nBcc: victim@example.com\r\n\r\n.\r\n\x80\xff\0z");
    cx_init(&cx);
    const struct letter_alarm alarm = {.is_cleared = true,
                                       .class = evil,
                                       .title = evil,
                                       .subject = evil,
                                       .detail = evil,
                                       .raised_at = 1,
                                       .at = 2};
    struct str text = message_of(&cx, &alarm);
    size_t heads = 0;
    assert_true(str_find_str(text, STR_LIT("\nBcc")) == text.n);
    assert_true(str_find_str(text, STR_LIT("\n.")) == text.n);
    for (struct str rest = text, line; !str_is_empty(rest); heads++) {
        line = str_cut(&rest, '\n');
        assert_true(str_ends(line, STR_LIT("\r")));
        for (size_t i = 0; i + 1 < line.n; i++)
            assert_true(line.p[i] >= ' ' && line.p[i] <= '~');
    }
    assert_int_equal(heads, 17);
    cx_clear(&cx);
}

static void
endless_words_are_cut_off(void **state)
{
    (void)state;
    struct cx cx;
    cx_init(&cx);
    char *long_text = arena_alloc(&cx.arena, 100000);
    memset(long_text, 'x', 100000);
    const struct str words = {long_text, 100000};
    const struct letter_alarm alarm = {.class = words, .title = words, .subject = words, .detail = words};
    assert_true(message_of(&cx, &alarm).n < 2500);
    cx_clear(&cx);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_message_is_plain_text),
        cmocka_unit_test(words_end_no_line_and_add_no_header),
        cmocka_unit_test(endless_words_are_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
