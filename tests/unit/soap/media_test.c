/* SPDX-License-Identifier: Apache-2.0 */
/* media_test: fields as ASP.NET reads them. */
#include "../unit.h"

#include "soap/media.h"

static void
test_type(void **state)
{
    (void)state;
    struct str xml = STR("text/xml");
    assert_true(media_is(STR_LIT("text/xml"), xml));
    assert_true(media_is(STR_LIT("Text/XML;charset=x"), xml));
    assert_false(media_is(STR_LIT("text/xml ;charset=x"), xml));
    assert_false(media_is(STR_NULL, xml));
    assert_true(media_is_application(STR_LIT("Application/json; x")));
    assert_false(media_is_application(STR_LIT("applications/json")));
    assert_false(media_is_application(STR_NULL));
}

static void
test_parameter(void **state)
{
    (void)state;
    struct str name = STR("charset");
    assert_str(media_parameter(STR_LIT("a; x=1; CharSet = \"'utf-8' \""), name), "utf-8");
    assert_str(media_parameter(STR_LIT("a;charset="), name), "");
    assert_str(media_parameter(STR_LIT("a;charsetting=b"), name), "b");
    assert_str(media_parameter(STR_LIT("a;charset;charset=c"), name), "c");
    assert_null(media_parameter(STR_LIT("charset=utf-8"), name).p);
    assert_null(media_parameter(STR_NULL, name).p);
}

static void
test_url_decode(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    assert_str(media_url_decode(&a, STR_LIT("plain")), "plain");
    assert_str(media_url_decode(&a, STR_LIT("a+b%20c%2F")), "a b c/");
    assert_str(media_url_decode(&a, STR_LIT("%c3%A9%u00e9")), "\xc3\xa9\xc3\xa9");
    assert_str(media_url_decode(&a, STR_LIT("%")), "%");
    assert_str(media_url_decode(&a, STR_LIT("%4")), "%4");
    assert_str(media_url_decode(&a, STR_LIT("%zz%u12")), "%zz%u12");
    assert_str(media_url_decode(&a, STR_LIT("%ff%ud800")), "\xef\xbf\xbd\xef\xbf\xbd");
    assert_str(media_url_decode(&a, STR_LIT("\xff")), "\xef\xbf\xbd");
    arena_clear(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_type), cmocka_unit_test(test_parameter),
                                       cmocka_unit_test(test_url_decode)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
