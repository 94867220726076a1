/* SPDX-License-Identifier: Apache-2.0 */
/* write_test: text as XmlTextWriter writes it. */
#include "../unit.h"

#include "xml/write.h"

static void
assert_written(struct str text, const char *expected)
{
    struct buf out;
    buf_init(&out, 4096);
    xml_write_text(&out, text);
    assert_str(buf_view(&out), expected);
    buf_clear(&out);
}

static void
test_text(void **state)
{
    (void)state;
    assert_written(STR_NULL, "");
    assert_written(STR_LIT("plain \"'"), "plain \"'");
    assert_written(STR_LIT("<a>&</a>"), "&lt;a&gt;&amp;&lt;/a&gt;");
    assert_written(STR_LIT("\t\r\n\x01\x1f\x7f\0"), "\t\r\n&#x1;&#x1F;\x7f&#x0;");
    assert_written(STR_LIT("\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd"), "&#xFFFE;&#xFFFF;\xef\xbf\xbd");
    assert_written(STR_LIT("\xc2\x85\xe2\x80\xa8\xf0\x9f\x98\x80"), "\xc2\x85\xe2\x80\xa8\xf0\x9f\x98\x80");
    assert_written(STR_LIT("a\xff"
                           "b\xed\xa0\x80"),
                   "a\xef\xbf\xbd"
                   "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
