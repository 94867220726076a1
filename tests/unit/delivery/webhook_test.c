/* SPDX-License-Identifier: Apache-2.0 */
/* The webhook's request: its bytes and its signature, and which key files are taken. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "delivery/webhook.h"

static char path[] = "/tmp/webhook_test.XXXXXX";
static struct cx cx;

static int
setup(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    cx_init(&cx);
    return fd < 0 || close(fd) != 0 ? -1 : 0;
}

static int
teardown(void **state)
{
    (void)state;
    cx_clear(&cx);
    return unlink(path);
}

static void
write_key(const char *text, size_t n, mode_t mode)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void
the_request_is_signed_over_time_and_body(void **state)
{
    (void)state;
    clock_fix(INT64_C(1795447814999999));
    struct http_out_post post = {.url = "https://hooks.example.com/"};
    webhook_write(&cx, STR_LIT("0123456789abcdef"), STR_LIT("Yd3k_-"), &post);
    assert_str(post.body, "{\"id\":\"Yd3k_-\",\"event\":\"challenge\"}");
    assert_string_equal(post.headers[0], "Content-Type: application/json");
    assert_string_equal(post.headers[1], "X-Countersign-Timestamp: 1795447814");
    /* printf '1795447814.{"id":"Yd3k_-","event":"challenge"}' | openssl dgst -sha256 -hmac 0123456789abcdef
     */
    assert_string_equal(
        post.headers[2],
        "X-Countersign-Signature: sha256=1fa601f4df8c6cdb8029d26ae62bc0e13e5a6c9da53e3c9655c55b3cab7999be");
    assert_null(post.headers[3]);
}

static void
an_alarm_is_signed_and_its_words_are_strings_of_json(void **state)
{
    (void)state;
    clock_fix(INT64_C(1795447814999999));
    struct http_out_post post = {.url = "https://hooks.example.com/"};
    const struct letter letter = {.kind = LETTER_ALARM,
                                  .id = STR("42"),
                                  .alarm = {.is_cleared = true,
                                            .class = STR("disk"),
                                            .subject = STR("a\"b"),
                                            .detail = STR("x\ny"),
                                            .raised_at = INT64_C(1795447800000000),
                                            .at = INT64_C(1795447814000000)}};
    webhook_write_alarm(&cx, STR_LIT("0123456789abcdef"), &letter, &post);
    assert_str(post.body,
               "{\"id\":\"42\",\"event\":\"alarm\",\"class\":\"disk\",\"state\":\"cleared\","
               "\"subject\":\"a\\\"b\",\"text\":\"x\\u000ay\",\"raised_at\":\"2026-11-23T15:30:00Z\","
               "\"at\":\"2026-11-23T15:30:14Z\"}");
    assert_string_equal(post.headers[1], "X-Countersign-Timestamp: 1795447814");
    assert_true(str_starts(str_from_cstr(post.headers[2]), STR_LIT("X-Countersign-Signature: sha256=")));
    assert_null(post.headers[3]);
}

static void
a_key_file_gives_its_bytes_without_the_line_end(void **state)
{
    (void)state;
    struct str key;
    write_key("0123456789abcdef\n", 17, 0600);
    assert_int_equal(webhook_read_key(&cx, "webhook.secret_file", path, &key), ERR_NONE);
    assert_str(key, "0123456789abcdef");
}

static void
short_long_open_and_missing_keys_are_refused(void **state)
{
    (void)state;
    static char many[2000];
    memset(many, 'x', sizeof many);
    struct str key;
    write_key("0123456789abcde\n", 16, 0600);
    assert_int_equal(webhook_read_key(&cx, "webhook.secret_file", path, &key), ERR_LIMIT);
    write_key(many, sizeof many, 0600);
    assert_int_equal(webhook_read_key(&cx, "webhook.secret_file", path, &key), ERR_LIMIT);
    write_key("0123456789abcdef\n", 17, 0640);
    assert_int_equal(webhook_read_key(&cx, "webhook.secret_file", path, &key), ERR_DENIED);
    assert_int_equal(webhook_read_key(&cx, "webhook.secret_file", "/nonexistent", &key), ERR_IO);
    err_forget(&cx);
    write_key("\xef\xbb\xbf"
              "0123456789abcdef\n",
              20, 0600);
    assert_int_equal(webhook_read_key(&cx, "webhook.secret_file", path, &key), ERR_SYNTAX);
    assert_non_null(strstr(cx.detail, "begins with a byte order mark"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alarm_is_signed_and_its_words_are_strings_of_json),
        cmocka_unit_test(the_request_is_signed_over_time_and_body),
        cmocka_unit_test(a_key_file_gives_its_bytes_without_the_line_end),
        cmocka_unit_test(short_long_open_and_missing_keys_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
