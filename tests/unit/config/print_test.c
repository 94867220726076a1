/* SPDX-License-Identifier: Apache-2.0 */
/* print: the default file says the defaults and is accepted; the manual has every setting. */
#include "tests/unit/config/parsed.h"

#include "config/setting.h"

static void
assert_is_default(struct str text)
{
    struct parsed p = parse("");
    struct config defaults;
    config_init(&defaults);
    assert_int_equal(config_parse(&p.c, STR_LIT("f"), text, &p.messages), ERR_NONE);
    for (size_t i = 0; i < SETTING_COUNT_; i++)
        assert_true(setting_is_equal(&settings[i], &p.c, &defaults));
    config_clear(&defaults);
    parsed_clear(&p);
}

static void
default_file(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 65536);
    config_print_default(&out);
    assert_false(buf_is_over(&out));
    assert_is_default(buf_view(&out));
    /* Each setting is a line "#key = value" that begins to count when the # goes. */
    struct buf bare;
    buf_init(&bare, 65536);
    unsigned n = 0;
    for (struct str rest = buf_view(&out); !str_is_null(rest);) {
        struct str line = str_cut(&rest, '\n');
        bool is_setting = line.n > 1 && line.p[0] == '#' && line.p[1] != ' ';
        assert_true(line.n <= (is_setting ? 110 : 96));
        buf_add_str(&bare, is_setting ? str_sub(line, 1, SIZE_MAX) : line);
        buf_add_byte(&bare, '\n');
        n += is_setting ? 1 : 0;
    }
    assert_int_equal(n, SETTING_COUNT_);
    assert_is_default(buf_view(&bare));
    buf_clear(&bare);
    buf_clear(&out);
}

static void
manual(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 65536);
    config_print_man(&out);
    assert_false(buf_is_over(&out));
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < SETTING_COUNT_; i++) {
        struct str item = arena_printf(&a, "\n.It Ic %s No = Ar ", settings[i].key);
        assert_true(str_find_str(buf_view(&out), item) < out.len);
    }
    arena_clear(&a);
    buf_clear(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(default_file), cmocka_unit_test(manual)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
