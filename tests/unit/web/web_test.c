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
        cmocka_unit_test(nothing_comes_from_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
