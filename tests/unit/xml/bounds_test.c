/* SPDX-License-Identifier: Apache-2.0 */
/* bounds: the cost of a document for its parser: which are refused before they are parsed, and how much
 * memory the others take, counted by the reader's own allocator. */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "xml/bounds.h"
#include "xml/xml.h"

enum { DOCUMENT_MAX = 8 * 1024 * 1024 };

/* head, then `times` times the part with a number in it, then tail. */
struct shape {
    const char *head, *part, *tail;
};

static void
build(struct buf *out, const struct shape *shape, size_t times)
{
    buf_init(out, DOCUMENT_MAX);
    buf_add_cstr(out, shape->head);
    struct str part = str_from_cstr(shape->part);
    size_t at = str_find(part, '#');
    for (size_t i = 0; i < times; i++) {
        buf_add_str(out, str_sub(part, 0, at));
        if (at < part.n)
            buf_addf(out, "%zu", i);
        buf_add_str(out, str_sub(part, at + 1, SIZE_MAX));
    }
    buf_add_cstr(out, shape->tail);
    assert_false(buf_is_over(out));
}

/* Reads to the end; what it took beyond what was held before. */
static enum xml_kind
read_all(struct str text, size_t *most_out)
{
    struct xml_reader *r = xml_reader_new();
    const struct xml_source source = {.text = text};
    size_t before = xml_memory(most_out);
    xml_open(r, &source, STR_LIT("id"));
    enum xml_kind kind;
    do
        kind = xml_read(r)->kind;
    while (kind != XML_EOF && kind != XML_FAIL);
    (void)xml_memory(most_out);
    *most_out -= before;
    xml_reader_free(&r);
    assert_int_equal(xml_memory(&(size_t){0}), 0);
    return kind;
}

static enum xml_kind
read_shape(const struct shape *shape, size_t times, size_t *n_out, size_t *most_out)
{
    struct buf text;
    build(&text, shape, times);
    *n_out = text.len;
    enum xml_kind kind = read_all(buf_view(&text), most_out);
    buf_clear(&text);
    return kind;
}

/* Documents that cause a parser much work: the cost grows no faster than their size. */
static void
memory_grows_with_the_document_alone(void **state)
{
    static const struct shape shapes[] = {
        {"<a>", "<b#/>", "</a>"},                      /* names that differ */
        {"<a>", "<b>", ""},                            /* depth; malformed at the end */
        {"<a xmlns:p='u'>", "<p:b# p:c=''/>", "</a>"}, /* expanded names */
        {"<a>", "<b xmlns:p#='u'/>", "</a>"},          /* declarations, one in each tag */
        {"<a>", "text&lt;", "</a>"},
        {"<a>", "<!--#-->", "</a>"},
        {"<a>", "<?p# d?>", "</a>"},
        {"<a>", "<![CDATA[#]]>", "</a>"},
        {"<a ", "b#='' ", "/>"},   /* attributes of one tag */
        {"<a b='", "&lt;", "'/>"}, /* a value of references */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        for (size_t times = 1000; times <= 9000; times += 4000) {
            size_t n = 0, most = 0;
            enum xml_kind kind = read_shape(&shapes[i], times, &n, &most);
            assert_true(kind == XML_EOF || i == 1);
            assert_true(most <= XML_MEMORY_BASE + n * XML_MEMORY_EACH);
        }
    }
}

/* The request that stopped the server: 120,000 bytes of namespace, 9,900 attributes that carry its prefix. */
static void
a_long_namespace_is_refused_before_it_is_parsed(void **state)
{
    static char uri[120001];
    struct buf text;
    size_t most = 0;
    (void)state;
    memset(uri, 'u', sizeof uri - 1);
    buf_init(&text, DOCUMENT_MAX);
    buf_addf(&text, "<a xmlns:p='%s'>", uri);
    buf_add_cstr(&text, "<b ");
    for (int i = 0; i < 9900; i++)
        buf_addf(&text, "p:a%d='' ", i);
    buf_add_cstr(&text, "/></a>");
    assert_int_equal(read_all(buf_view(&text), &most), XML_FAIL);
    assert_int_equal(most, 0);
    buf_clear(&text);
}

static bool
is_within(const char *head, size_t n, const char *tail)
{
    struct buf text;
    buf_init(&text, DOCUMENT_MAX);
    buf_add_cstr(&text, head);
    for (size_t i = 0; i < n; i++)
        buf_add_byte(&text, 'x');
    buf_add_cstr(&text, tail);
    bool is = xml_is_within_bounds(buf_view(&text));
    buf_clear(&text);
    return is;
}

static void
namespaces_are_bounded_however_they_are_written(void **state)
{
    static const struct {
        const char *head, *tail;
        bool is_namespace;
    } cases[] = {
        {"<a xmlns='", "'/>", true},
        {"<a xmlns:p=\"", "\"/>", true},
        {"<a\nxmlns:p\t=\n'", "'/>", true},
        {"<a b=''xmlns='", "'/>", true}, /* malformed: the parser refuses it; refused here too */
        {"<a b='xmlns' c='", "'/>", false},
        {"<a b='", "'/>", false},
        {"<a>xmlns='", "'</a>", false},
        {"<a><!-- <b xmlns='", "' --></a>", false},
        {"<a><![CDATA[<b xmlns='", "']]></a>", false},
        {"<?p xmlns='", "'?><a/>", false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(is_within(cases[i].head, XML_NAMESPACE_MAX, cases[i].tail));
        assert_int_equal(is_within(cases[i].head, XML_NAMESPACE_MAX + 1, cases[i].tail),
                         !cases[i].is_namespace);
    }
}

static void
a_greater_than_in_a_value_does_not_end_the_tag(void **state)
{
    (void)state;
    assert_false(is_within("<a b='>' xmlns='", XML_NAMESPACE_MAX + 1, "'/>"));
    assert_true(is_within("<a b='xmlns=' >'", XML_NAMESPACE_MAX + 1, "'</a>"));
}

static void
attributes_are_counted_over_the_document(void **state)
{
    static const struct shape shape = {"<a>", "<b c#='' xmlns:d=''/>", "</a>"};
    struct buf text;
    (void)state;
    for (size_t over = 0; over < 2; over++) {
        build(&text, &shape, XML_ATTRIBUTES_MAX / 2 + over);
        assert_int_equal(xml_is_within_bounds(buf_view(&text)), over == 0);
        buf_clear(&text);
    }
}

/* A parser that held much is not kept for the next document. */
static void
a_closed_reader_holds_little(void **state)
{
    static const struct shape shape = {"<a>", "<b#/>", "</a>"};
    struct buf text;
    size_t most = 0;
    (void)state;
    struct xml_reader *r = xml_reader_new();
    size_t bare = xml_memory(&most);
    build(&text, &shape, 20000);
    const struct xml_source source = {.text = buf_view(&text)};
    for (int i = 0; i < 3; i++) {
        xml_open(r, &source, STR_LIT("id"));
        while (xml_read(r)->kind != XML_EOF)
            ;
        assert_true(xml_memory(&most) > bare + 256 * 1024);
        xml_close(r);
        assert_true(xml_memory(&most) <= bare + 256 * 1024);
    }
    buf_clear(&text);
    xml_reader_free(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_grows_with_the_document_alone),
        cmocka_unit_test(a_long_namespace_is_refused_before_it_is_parsed),
        cmocka_unit_test(namespaces_are_bounded_however_they_are_written),
        cmocka_unit_test(a_greater_than_in_a_value_does_not_end_the_tag),
        cmocka_unit_test(attributes_are_counted_over_the_document),
        cmocka_unit_test(a_closed_reader_holds_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
