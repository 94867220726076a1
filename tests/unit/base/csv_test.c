/* SPDX-License-Identifier: Apache-2.0 */
/* csv: what RFC 4180 allows, read as it says; and what it does not, with its line. */
#include "tests/unit/unit.h"

#include "base/csv.h"

/* All fields of all records, as "a|b/c|d"; or "LINE: why". */
static void
reads_as(const char *text, const char *expected)
{
    struct arena a;
    struct csv csv;
    struct csv_record r;
    const char *why = NULL;
    struct str seen = STR_LIT("");
    enum csv_read how;
    arena_init(&a);
    csv_begin(&csv, str_from_cstr(text));
    while ((how = csv_next(&csv, &a, &r, &why)) == CSV_RECORD)
        for (size_t i = 0; i < r.n; i++)
            seen = arena_printf(&a, "%.*s%s%.*s", STR_ARG(seen),
                                i > 0        ? "|"
                                : seen.n > 0 ? "/"
                                             : "",
                                STR_ARG(r.fields[i]));
    if (how == CSV_WRONG)
        seen = arena_printf(&a, "%lld: %s", (long long)csv.line, why);
    if (!str_eq(seen, str_from_cstr(expected)))
        fail_msg("%s: read as %.*s", text, STR_ARG(seen));
    arena_clear(&a);
}

static void
records_and_fields(void **state)
{
    (void)state;
    reads_as("", "");
    reads_as("\r\n\n", "");
    reads_as("a,b\nc,d", "a|b/c|d");
    reads_as("a,b\r\nc,d\r\n", "a|b/c|d");
    reads_as("\xEF\xBB\xBF"
             "a,b\n",
             "a|b");
    reads_as("a,,b\n,\n", "a||b/|");
    reads_as(" a , b\n", " a | b");
    reads_as("\"a,b\",\"c\"\"d\"\n", "a,b|c\"d");
    reads_as("\"\",\"\"\"\"\n", "|\"");
    reads_as("\"two\nlines\",x\n\ny,z\n", "two\nlines|x/y|z");
    reads_as("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", "1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16");
}

static void
what_is_wrong_has_its_line(void **state)
{
    (void)state;
    reads_as("a\nb,\"c\n", "2: a quote is not closed");
    reads_as("\"a\nb\",c\n\nd,\"e\"f\n", "4: there is text behind a quoted field");
    reads_as("a\"b\n", "1: there is a quote within a field that does not begin with one");
    reads_as("a\rb\n", "1: there is a control character");
    reads_as("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "1: there are too many fields");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_and_fields),
        cmocka_unit_test(what_is_wrong_has_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
