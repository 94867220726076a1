/* SPDX-License-Identifier: Apache-2.0 */
/* problem_test: the message for a malformed document, as XmlTextReader words it. */
#include "../unit.h"

#include "xml/xml.h"

static const struct {
    const char *text;
    const char *message;
} cases[] = {
    {"", "Root element is missing."},
    {" \r\n<!-- c -->", "Root element is missing."},
    {"hello", "Data at the root level is invalid. Line 1, position 1."},
    {"\n  hello", "Data at the root level is invalid. Line 2, position 3."},
    {"{\"a\":1}", "Data at the root level is invalid. Line 1, position 1."},
    {"&amp;", "Data at the root level is invalid. Line 1, position 1."},
    {"<a/>x", "Data at the root level is invalid. Line 1, position 5."},
    {"<a/><b/>", "There are multiple root elements. Line 1, position 6."},
    {"</a>", "Unexpected end tag. Line 1, position 2."},
    {"<!DOCTYPE a><a/>", "DTD is prohibited in this XML document."},
    {"<!DOCTYPE><a/>", "DTD is prohibited in this XML document."},
    {"\r\n<?xml version='1.0'?><a/>", "Unexpected XML declaration. The XML declaration must be the first "
                                      "node in the document, and no white space "
                                      "characters are allowed to appear before it. Line 2, position 3."},
    {"<?xml version='1.1'?><a/>", "Version number '1.1' is invalid. Line 1, position 16."},
    {"<a>",
     "Unexpected end of file has occurred. The following elements are not closed: a. Line 1, position 4."},
    {"<p:a xmlns:p='u'>\n<b>x", "Unexpected end of file has occurred. The following elements are not closed: "
                                "b, p:a. Line 2, position 5."},
    {"<a", "Data at the root level is invalid. Line 1, position 1."},
    {"<?x", "Data at the root level is invalid. Line 1, position 1."},
    {"<abc", "Unexpected end of file while parsing Name has occurred. Line 1, position 5."},
    {"x<a/>", "Data at the root level is invalid. Line 1, position 1."},
    {"<![CDATA[x]]><a/>", "Data at the root level is invalid. Line 1, position 1."},
    {" \x01<a/>", "'\x01', hexadecimal value 0x01, is an invalid character. Line 1, position 2."},
    {"<a b='x", "There is an unclosed literal string. Line 1, position 8."},
    {"<a><!-- x", "Unexpected end of file while parsing Comment has occurred. Line 1, position 10."},
    {"<a><![CDATA[x", "Unexpected end of file while parsing CDATA has occurred. Line 1, position 14."},
    {"<a><?x", "Unexpected end of file while parsing PI has occurred. Line 1, position 7."},
    {"<a>\n <b></c></a>",
     "The 'b' start tag on line 2 position 3 does not match the end tag of 'c'. Line 2, position 7."},
    {"<a b='1' b='2'/>", "'b' is a duplicate attribute name. Line 1, position 10."},
    {"<a b='' xml:space='keep'/>", "'keep' is an invalid xml:space value. Line 1, position 9."},
    {"<a><p:b/></a>", "'p' is an undeclared prefix. Line 1, position 5."},
    {"<a><b p:c='1'/></a>", "'p' is an undeclared prefix. Line 1, position 7."},
    {"<a>&nbsp;</a>", "Reference to undeclared entity 'nbsp'. Line 1, position 5."},
    {"<a>& </a>", "An error occurred while parsing EntityName. Line 1, position 5."},
    {"<a>&#1;</a>", "'\x01', hexadecimal value 0x01, is an invalid character. Line 1, position 6."},
    {"<a>&#x1F;</a>", "'\x1f', hexadecimal value 0x1F, is an invalid character. Line 1, position 7."},
    {"<a>&#x;</a>", "Invalid syntax for a hexadecimal numeric entity reference. Line 1, position 7."},
    {"<a>\x02</a>", "'\x02', hexadecimal value 0x02, is an invalid character. Line 1, position 4."},
    {"<a>\xf0\x9f\x98\x80\x02</a>",
     "'\x02', hexadecimal value 0x02, is an invalid character. Line 1, position 6."},
    {"<a>\xff</a>", "Invalid character in the given encoding. Line 1, position 4."},
    {"< a/>", "Name cannot begin with the ' ' character, hexadecimal value 0x20. Line 1, position 2."},
    {"<a><1/></a>", "Name cannot begin with the '1' character, hexadecimal value 0x31. Line 1, position 5."},
    {"<a b/>", "'/' is an unexpected token. The expected token is '='. Line 1, position 5."},
    {"<a b=c/>", "'c' is an unexpected token. The expected token is '\"' or '''. Line 1, position 6."},
    {"<a b='1'c='2'/>", "'c' is an unexpected token. Expecting white space. Line 1, position 9."},
    {"<a b='<'/>", "'<', hexadecimal value 0x3C, is an invalid attribute character. Line 1, position 7."},
    {"<a b='&'/>", "An error occurred while parsing EntityName. Line 1, position 8."},
    {"<a b='1'c:d='2'/>", "'c' is an unexpected token. Expecting white space. Line 1, position 9."},
    {"<a:b:c xmlns:a='u'/>",
     "The ':' character, hexadecimal value 0x3A, cannot be included in a name. Line 1, position 5."},
    {"<a:/>", "Name cannot begin with the '/' character, hexadecimal value 0x2F. Line 1, position 4."},
    {"<a b:='1'/>", "Name cannot begin with the '=' character, hexadecimal value 0x3D. Line 1, position 6."},
    {"<a xmlns:xmlns='u'/>", "Prefix \"xmlns\" is reserved for use by XML. Line 1, position 4."},
    {"<a xmlns:xml='u'/>",
     "Prefix \"xml\" is reserved for use by XML and can be mapped only to namespace name "
     "\"http://www.w3.org/XML/1998/namespace\". Line 1, position 4."},
    {"<a  xmlns:x=''/>", "Invalid namespace declaration. Line 1, position 13."},
    {"<a / >", "' ' is an unexpected token. The expected token is '>'. Line 1, position 5."},
    {"<a \"/>", "Name cannot begin with the '\"' character, hexadecimal value 0x22. Line 1, position 4."},
    {"<a\"/>",
     "The '\"' character, hexadecimal value 0x22, cannot be included in a name. Line 1, position 3."},
};

static void
test_messages(void **state)
{
    (void)state;
    struct xml_reader *r = xml_reader_new();
    struct arena a;
    arena_init(&a);
    int failed = 0;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct xml_source source = {.text = str_from_cstr(cases[i].text)};
        xml_open(r, &source, STR_LIT(""));
        while (xml_read(r)->kind != XML_EOF && xml_node(r)->kind != XML_FAIL)
            ;
        assert_int_equal(xml_node(r)->kind, XML_FAIL);
        struct str got = xml_error_text(r, &a);
        if (str_eq(got, str_from_cstr(cases[i].message)))
            continue;
        print_error("%s\n  expected: %s\n  got:      %.*s\n", cases[i].text, cases[i].message, STR_ARG(got));
        failed++;
    }
    assert_int_equal(failed, 0);
    arena_clear(&a);
    xml_reader_free(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_messages)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
