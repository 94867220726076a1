/* SPDX-License-Identifier: Apache-2.0 */
/* print: one value, as a document and as text; nothing from outside drives the terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print.h"

struct place {
    struct cli cli;
    char *text, *err_text;
    size_t n, err_n;
};

static int
set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    cx_init(&p->cli.cx);
    cx_begin(&p->cli.cx);
    p->cli.out = open_memstream(&p->text, &p->n);
    p->cli.err = open_memstream(&p->err_text, &p->err_n);
    *state = p;
    return 0;
}

static int
tear_down(void **state)
{
    struct place *p = *state;
    fclose(p->cli.out);
    fclose(p->cli.err);
    free(p->text);
    free(p->err_text);
    cx_clear(&p->cli.cx);
    free(p);
    return 0;
}

static void
assert_text(struct place *p, const char *expected)
{
    fflush(p->cli.out);
    assert_string_equal(p->text, expected);
}

static json_t *
row(const char *name, int64_t count, bool flag)
{
    json_t *o = print_object();
    print_put_cstr(o, "name", name);
    print_put_int(o, "how_many", count);
    print_put_bool(o, "flag", flag);
    return o;
}

static void
tables_align(void **state)
{
    struct place *p = *state;
    json_t *rows = print_array();
    print_add(rows, row("a", 1, true));
    print_add(rows, row("\u65e5\u672c", 12345678, false)); /* two columns each */
    print_add(rows, row("", 2, false));
    print_table(&p->cli, "rows", rows, "none");
    assert_text(p, "name  how many  flag\n"
                   "a     1         yes\n"
                   "\u65e5\u672c  12345678  no\n"
                   "-     2         no\n");
}

static void
empty_tables(void **state)
{
    struct place *p = *state;
    print_table(&p->cli, "rows", print_array(), "There is none.");
    assert_text(p, "There is none.\n");
}

static void
records(void **state)
{
    struct place *p = *state;
    json_t *o = row("x", -1, true), *list = print_array(), *inner = print_object(), *rows = print_array();
    print_put_str(o, "nothing", STR_NULL);
    print_put_time(&p->cli, o, "never", 0);
    print_put_time(&p->cli, o, "epoch", 1000000);
    print_put_id(o, "id", INT64_MAX);
    print_add(list, print_text(STR_LIT("a")));
    print_add(list, print_text(STR_LIT("b")));
    print_put(o, "list", list);
    print_put_cstr(inner, "k", "v");
    print_put_int(inner, "n", 2);
    print_put_cstr(inner, "long", "0123456789012345678901234567890123456789012345678901234567890");
    print_put(o, "inner", inner);
    print_add(rows, row("y", 1, false));
    print_put(o, "rows", rows);
    print_record(&p->cli, o);
    assert_text(p, "name      x\n"
                   "how many  -1\n"
                   "flag      yes\n"
                   "nothing   -\n"
                   "never     -\n"
                   "epoch     1970-01-01T00:00:01Z\n"
                   "id        9223372036854775807\n"
                   "list      a, b\n"
                   "inner     k=v n=2 long=012345678901234567890123456789012345678901234567...\n"
                   "rows\n"
                   "  name  how many  flag\n"
                   "  y     1         no\n");
}

static void
terminals_are_not_driven(void **state)
{
    struct place *p = *state;
    json_t *o = print_object();
    print_put_str(o, "name", STR_LIT("a\033[31m\r\n\u202eb\x9b\xff"));
    print_record(&p->cli, o);
    assert_text(p, "name  a\\u{1b}[31m\\u{d}\\u{a}\\u{202e}b\ufffd\ufffd\n");
    assert_string_equal(print_safe(&p->cli, STR_LIT("\xff\x7f\xc2\x85")), "\\xff\\u{7f}\\u{85}");
}

static void
documents(void **state)
{
    struct place *p = *state;
    p->cli.json = true;
    json_t *rows = print_array();
    print_add(rows, row("\xff", 1, true));
    print_note(&p->cli, "not seen");
    print_progress(&p->cli, "on the side");
    print_table(&p->cli, "rows", rows, "none");
    fflush(p->cli.out);
    fflush(p->cli.err);
    json_t *read = json_loads(p->text, 0, NULL);
    const json_t *first = json_array_get(json_object_get(read, "rows"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "name")), "\ufffd");
    assert_int_equal(json_integer_value(json_object_get(first, "how_many")), 1);
    assert_string_equal(p->err_text, "on the side\n");
    json_decref(read);
}

static void
sentences(void **state)
{
    struct place *p = *state;
    print_note(&p->cli, "first");
    print_done(&p->cli, print_object(), "%d done", 1);
    assert_text(p, "first\n1 done\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tables_align, set_up, tear_down),
        cmocka_unit_test_setup_teardown(empty_tables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(records, set_up, tear_down),
        cmocka_unit_test_setup_teardown(terminals_are_not_driven, set_up, tear_down),
        cmocka_unit_test_setup_teardown(documents, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sentences, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
