/* SPDX-License-Identifier: Apache-2.0 */
/* setting: the table is sound, and each kind reads what it should and nothing else. */
#include "tests/unit/config/parsed.h"

#include "base/clock.h"
#include "config/setting.h"
#include "log/log.h"

static void
table(void **state)
{
    (void)state;
    struct config c;
    config_init(&c);
    for (size_t i = 0; i < SETTING_COUNT_; i++) {
        const struct setting *s = &settings[i];
        assert_non_null(s->key);
        assert_true(s->min <= s->max);
        assert_true(setting_read(s, str_from_cstr(s->def), &c, NULL));
        assert_true(strlen(s->doc) > 0 && s->doc[strlen(s->doc) - 1] == '.');
        bool known = false;
        for (const struct setting_section *k = setting_sections; k->name != NULL; k++)
            known |= strcmp(k->name, s->section) == 0;
        assert_true(known);
        struct buf what;
        buf_init(&what, 200);
        setting_describe(s, &what);
        assert_true(what.len > 0 && !buf_is_over(&what));
        buf_clear(&what);
    }
    config_clear(&c);
}

static bool
reads(enum setting_id id, const char *text, struct config *c)
{
    return setting_read(&settings[id], str_from_cstr(text), c, NULL);
}

static void
numbers(void **state)
{
    (void)state;
    struct config c;
    config_init(&c);
    assert_true(reads(SETTING_server_drain_time, "10m", &c));
    assert_int_equal(c.server_drain_time, 10 * CLOCK_MINUTE);
    assert_true(reads(SETTING_server_drain_time, "600", &c));
    assert_true(reads(SETTING_server_drain_time, "0s", &c));
    assert_int_equal(c.server_drain_time, 0);
    static const char *const bad_times[] = {"601", "11m", "1h",   "",    "s", "-1",
                                            "1 s", "1S",  "1.5s", "1ms", "1w"};
    for (size_t i = 0; i < ARRAY_LEN(bad_times); i++)
        assert_false(reads(SETTING_server_drain_time, bad_times[i], &c));
    assert_int_equal(c.server_drain_time, 0);
    assert_true(reads(SETTING_passwords_memory, "4G", &c));
    assert_true(c.passwords_memory == UINT64_C(4) << 30);
    static const char *const bad_sizes[] = {"5G",  "18M",  "19922943", "20000000000000000000G",
                                            "19m", "19MB", "K",        ""};
    for (size_t i = 0; i < ARRAY_LEN(bad_sizes); i++)
        assert_false(reads(SETTING_passwords_memory, bad_sizes[i], &c));
    assert_false(reads(SETTING_server_fronts, "0", &c));
    assert_false(reads(SETTING_server_fronts, "1K", &c));
    config_clear(&c);
}

static void
words(void **state)
{
    (void)state;
    struct config c;
    config_init(&c);
    static const char *const names[] = {"error", "warning", "info", "debug"};
    for (int i = LOG_LEVEL_ERROR; i <= LOG_LEVEL_DEBUG; i++) {
        assert_true(reads(SETTING_log_level, names[i], &c));
        assert_int_equal(c.log_level, i);
    }
    assert_false(reads(SETTING_log_level, "Info", &c));
    assert_true(reads(SETTING_server_allow_plain_http, "true", &c) && c.server_allow_plain_http);
    assert_true(reads(SETTING_server_allow_plain_http, "off", &c) && !c.server_allow_plain_http);
    assert_false(reads(SETTING_server_allow_plain_http, "1", &c));
    assert_false(reads(SETTING_server_allow_plain_http, "", &c));
    assert_false(reads(SETTING_tls_key, "relative/path", &c));
    assert_false(reads(SETTING_store_path, "", &c));
    assert_true(reads(SETTING_tls_key, "", &c));
    char user[66] = "";
    memset(user, 'x', 65);
    assert_false(reads(SETTING_server_user, user, &c));
    user[64] = '\0';
    assert_true(reads(SETTING_server_user, user, &c));
    config_clear(&c);
}

static void
copies_compare(void **state)
{
    (void)state;
    struct parsed a = parse("[server]\nlisten = 127.0.0.1:1 127.0.0.1:2\nuser = u\nfronts = 2\n"
                            "[limits]\nidle_time = 9s\nbody_size = 1M\n[log]\nlevel = error\n"
                            "[privacy]\nreveal_unknown_users = yes\n[tls]\ncertificate = /c\nkey = /k\n");
    assert_int_equal(a.err, ERR_NONE);
    struct config b;
    config_init(&b);
    unsigned differ = 0;
    for (size_t i = 0; i < SETTING_COUNT_; i++) {
        differ += setting_is_equal(&settings[i], &a.c, &b) ? 0 : 1;
        setting_copy(&settings[i], &b, &a.c);
        assert_true(setting_is_equal(&settings[i], &a.c, &b));
    }
    assert_int_equal(differ, 9);
    parsed_clear(&a);
    assert_str(b.server_listen.items[1], "127.0.0.1:2");
    config_clear(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(table), cmocka_unit_test(numbers),
                                       cmocka_unit_test(words), cmocka_unit_test(copies_compare)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
