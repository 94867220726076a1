/* SPDX-License-Identifier: Apache-2.0 */
/* The files are there, complete, and do only what the content security policy allows. */
#include "tests/unit/unit.h"

#include "web/web.h"

static bool
has(struct str s, const char *part)
{
    return str_find_str(s, str_from_cstr(part)) < s.n;
}

static void
files_are_found_by_name(void **state)
{
    static const char *const names[] = {"pages.css", "pages.js", "mark.svg", "copy.svg", "done.svg"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct web_asset *a = web_asset_find(str_from_cstr(names[i]));
        assert_non_null(a);
        assert_true(a->body.n > 0 && str_ends(a->body, STR_LIT("\n")));
    }
    assert_null(web_asset_find(STR_LIT("")));
    assert_null(web_asset_find(STR_LIT("../pages.css")));
    assert_null(web_asset_find(STR_LIT("PAGES.CSS")));
}

/* RFC 1952: the method, no flags, no time, so that each build makes the same bytes. */
static void
what_is_compressed_is_smaller_and_has_no_date(void **state)
{
    static const char head[] = {0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 2, 3};
    const struct web_asset *a = web_asset_find(STR_LIT("pages.css"));

    (void)state;
    assert_true(a->gzip.n < a->body.n / 2);
    assert_memory_equal(a->gzip.p, head, sizeof head);
    assert_false(str_is_null(web_approve_find(STR_LIT("js/main.js"))->gzip));
    assert_true(str_is_null(web_approve_find(STR_LIT("icon-192.png"))->gzip));
}

static void
nothing_comes_from_elsewhere(void **state)
{
    struct str css = web_asset_find(STR_LIT("pages.css"))->body;
    struct str js = web_asset_find(STR_LIT("pages.js"))->body;

    (void)state;
    assert_false(has(css, "data:") || has(css, "//") || has(css, "@import"));
    assert_true(has(css, "prefers-color-scheme: dark"));
    assert_false(has(js, "innerHTML") || has(js, "eval(") || has(js, ".style") || has(js, "fetch("));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_found_by_name),
        cmocka_unit_test(what_is_compressed_is_smaller_and_has_no_date),
        cmocka_unit_test(nothing_comes_from_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
