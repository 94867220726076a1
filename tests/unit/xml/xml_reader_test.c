/* SPDX-License-Identifier: Apache-2.0 */
/* xml_reader_test: the sequence of nodes, where it ends, and that it does not depend on the batches. */
#include "../unit.h"

#include "base/buf.h"
#include "xml/memory.h"
#include "xml/xml.h"

/* The nodes as a line of text: <local@ns attributes> <local/> . for an end, 'text', space as _, and so on. */
static void
describe(struct buf *out, const struct xml_node *n)
{
    switch (n->kind) {
    case XML_ELEMENT:
        buf_addf(out, "<%u%.*s", n->depth, STR_ARG(n->local));
        if (n->ns.n > 0)
            buf_addf(out, "@%.*s", STR_ARG(n->ns));
        for (size_t i = 0; i < n->n_attributes; i++)
            buf_addf(out, " %.*s=%.*s", STR_ARG(n->attributes[i].ns), STR_ARG(n->attributes[i].value));
        buf_add_cstr(out, n->is_empty ? "/>" : ">");
        break;
    case XML_END:
        buf_addf(out, "%u.", n->depth);
        break;
    case XML_TEXT:
        buf_addf(out, "'%.*s'", STR_ARG(n->text));
        break;
    case XML_SPACE:
        buf_add_cstr(out, "_");
        break;
    case XML_CDATA:
        buf_add_cstr(out, "[");
        break;
    case XML_COMMENT:
        buf_add_cstr(out, "!");
        break;
    case XML_PI:
        buf_add_cstr(out, "?");
        break;
    case XML_EOF:
        buf_add_cstr(out, "$");
        break;
    case XML_FAIL:
        buf_add_cstr(out, "#");
        break;
    }
}

static void
read_all(struct xml_reader *r, struct buf *out)
{
    const struct xml_node *n;
    do {
        n = xml_read(r);
        describe(out, n);
    } while (n->kind != XML_EOF && n->kind != XML_FAIL);
}

static void
assert_nodes(struct str text, const char *expected)
{
    struct xml_reader *r = xml_reader_new();
    struct xml_source source = {.text = text};
    struct buf out;
    buf_init(&out, 1 << 20);
    xml_open(r, &source, STR_LIT("keep"));
    for (int round = 0; round < 2; round++) {
        buf_reset(&out);
        read_all(r, &out);
        assert_str(buf_view(&out), expected);
        assert_int_equal(xml_read(r)->kind, xml_node(r)->kind);
        xml_rewind(r);
    }
    buf_clear(&out);
    xml_reader_free(&r);
}

static void
test_nodes(void **state)
{
    (void)state;
    assert_nodes(STR_LIT("<?xml version=\"1.0\"?><a><b/></a>"), "<0a><1b/>0.$");
    assert_nodes(STR_LIT("<a></a>"), "<0a>0.$");
    assert_nodes(STR_LIT("<a/>\n"), "<0a/>_$");
    assert_nodes(STR_LIT("<a>x &amp; y</a>"), "<0a>'x ''&'' y'0.$");
    assert_nodes(STR_LIT("<a> \t</a> "), "<0a>_0._$");
    assert_nodes(STR_LIT("<a><![CDATA[x]]>&#32;</a>"), "<0a>['x'' '0.$");
    assert_nodes(STR_LIT("<a>&#x20;</a>"), "<0a>_0.$");
    assert_nodes(STR_LIT("<!--x--><?y z?><a><!----></a><!---->"), "!?<0a>!0.!$");
    assert_nodes(STR_LIT("<p:a xmlns:p='u' p:keep='1' keep='2' drop='3'><b xmlns='v'/></p:a>"),
                 "<0a@u u=1 =2><1b@v/>0.$");
    assert_nodes(STR_LIT("<a/>\0"), "<0a/>$");
    assert_nodes(STR_LIT("<a></a>\0x<"), "<0a>0.$");
}

/* What the declaration says of the charset is not judged again. */
static void
assert_declared(const char *declaration, const char *expected)
{
    struct xml_reader *r = xml_reader_new();
    struct arena a;
    arena_init(&a);
    struct str text = arena_printf(&a, "%s<a/>", declaration);
    struct xml_source source = xml_source(&a, text, STR_LIT("utf-8"), false);
    struct buf out;
    buf_init(&out, 1 << 10);
    xml_open(r, &source, STR_LIT("keep"));
    read_all(r, &out);
    assert_str(buf_view(&out), expected);
    buf_clear(&out);
    arena_clear(&a);
    xml_reader_free(&r);
}

static void
test_declarations(void **state)
{
    (void)state;
    assert_declared("<?xml version='1.0' encoding=''?>", "<0a/>$");
    assert_declared("<?xml version='1.0' encoding = '=a b' standalone='yes' ?>", "<0a/>$");
    assert_declared("<?xml version='1.0'\nencoding=\"\xc3\xa9\"?>", "<0a/>$");
    assert_declared("<?xml version='1.0' encoding='a<b'?>", "#");
    assert_declared("<?xml version='1.0' encoding='a>b'?>", "#");
    assert_declared("<?xml version='1.0' encoding='a\x01'?>", "#");
    assert_declared("<?xml encoding='utf-8' version='1.0'?>", "#");
    assert_declared("<?xml version='1.0' encoding='a\"b'?>", "#");
    assert_declared("<?xml version='1.0'encoding='='?>", "#");
    assert_declared("<?xml version='1.0' encoding='='standalone='yes'?>", "#");
    assert_declared("<?xml version='1.0' encoding='=?>", "#");
    assert_declared("<?xml version='1.0' standalone='yes' encoding='utf-8'?>", "#");
    assert_declared("<?xml version='1.0' encoding='utf-8' encoding='utf-8'?>", "#");
    assert_declared("<?xml version='1.0' encoding='utf-8' standalone='no' encoding='utf-8'?>", "#");
    assert_declared("<?xml version='1.0' encoding='utf-8' standalone='no' standalone='no'?>", "#");
}

static void
test_failures(void **state)
{
    (void)state;
    assert_nodes(STR_LIT(""), "#");
    assert_nodes(STR_NULL, "#");
    assert_nodes(STR_LIT("\0"), "#");
    assert_nodes(STR_LIT("\0<a/>"), "#");
    assert_nodes(STR_LIT("<\0a\0/\0>\0"), "#");
    assert_nodes(STR_LIT("<a/> \0"), "<0a/>#");
    assert_nodes(STR_LIT("<a><b></a>"), "<0a><1b>#");
    assert_nodes(STR_LIT("<a>"), "<0a>#");
    assert_nodes(STR_LIT("<a/><b/>"), "<0a/>#");
    assert_nodes(STR_LIT("<a/> x"), "<0a/>#");
    assert_nodes(STR_LIT("<a></a>\n&amp;"), "<0a>0.#");
    assert_nodes(STR_LIT("<a/> <b/>"), "<0a/>_#");
    assert_nodes(STR_LIT("<!DOCTYPE a><a/>"), "#");
    assert_nodes(STR_LIT("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"), "#");
    assert_nodes(STR_LIT("<a>&e;</a>"), "<0a>#");
    assert_nodes(STR_LIT("<a>&#0;</a>"), "<0a>#");
    assert_nodes(STR_LIT("<?xml version='1.1'?><a/>"), "#");
    assert_nodes(STR_LIT(" <?xml version='1.0'?><a/>"), "#");
    assert_nodes(STR_LIT("<a>\x80</a>"), "<0a>#");
    assert_nodes(STR_LIT("<a xml:space='x'/>"), "#");
    assert_nodes(STR_LIT("<p:a/>"), "#");
    assert_nodes(STR_LIT("<a b='1' b='2'/>"), "#");
    assert_nodes(STR_LIT("<a:b:c xmlns:a='u'/>"), "#");
}

/* More nodes than a batch holds, of every kind, come out as they would one by one. */
static void
test_batches(void **state)
{
    (void)state;
    struct buf text, expected;
    buf_init(&text, 1 << 20);
    buf_init(&expected, 1 << 20);
    buf_add_cstr(&text, "<a>");
    buf_add_cstr(&expected, "<0a>");
    for (int i = 0; i < 1000; i++) {
        static const char *const pieces[][2] = {{"<b/>", "<1b/>"}, {"t&lt;", "'t''<'"},
                                                {"<!---->", "!"},  {"<c>x</c>", "<1c>'x'1."},
                                                {" ", "_"},        {"<d keep='v'/>", "<1d =v/>"}};
        int piece = (i * 7 + i / 13) % 6;
        buf_add_cstr(&text, pieces[piece][0]);
        buf_add_cstr(&expected, pieces[piece][1]);
        /* A comment keeps two runs of text apart. */
        buf_add_cstr(&text, "<!---->");
        buf_add_cstr(&expected, "!");
    }
    buf_add_cstr(&text, "</a>\n<x/>");
    buf_add_cstr(&expected, "0._#");
    buf_add_byte(&expected, '\0');
    assert_nodes(buf_view(&text), buf_view(&expected).p);
    buf_clear(&text);
    buf_clear(&expected);
}

static void
repeat(struct buf *out, const char *piece, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_add_cstr(out, piece);
}

static enum xml_kind
last_kind(struct xml_reader *r, struct str text)
{
    struct xml_source source = {.text = text};
    xml_open(r, &source, STR_LIT("keep"));
    while (xml_read(r)->kind != XML_EOF && xml_node(r)->kind != XML_FAIL)
        ;
    return xml_node(r)->kind;
}

static void
test_limits(void **state)
{
    (void)state;
    struct xml_reader *r = xml_reader_new();
    for (int over = 0; over < 2; over++) {
        struct buf deep, name, value;
        enum xml_kind expected = over ? XML_FAIL : XML_EOF;
        buf_init(&deep, 1 << 20);
        repeat(&deep, "<a>", XML_DEPTH_MAX + (size_t)over);
        repeat(&deep, "</a>", XML_DEPTH_MAX + (size_t)over);
        assert_int_equal(last_kind(r, buf_view(&deep)), expected);
        buf_clear(&deep);
        buf_init(&name, 1 << 20);
        buf_add_cstr(&name, "<");
        repeat(&name, "n", XML_NAME_MAX + (size_t)over);
        buf_add_cstr(&name, "/>");
        assert_int_equal(last_kind(r, buf_view(&name)), expected);
        buf_clear(&name);
        buf_init(&value, 1 << 20);
        buf_add_cstr(&value, "<a keep='");
        repeat(&value, "v", XML_NAME_MAX + (size_t)over);
        buf_add_cstr(&value, "'/>");
        assert_int_equal(last_kind(r, buf_view(&value)), expected);
        buf_clear(&value);
    }
    /* The same in one tag, in many tags; and long markup other than tags. */
    static const struct {
        const char *before, *piece, *behind;
        size_t n;
        enum xml_kind expected;
    } longs[] = {
        {"<a b='", "x", "'/>", XML_TAG_MAX - 8, XML_EOF},
        {"<a b='", "x", "'/>", XML_TAG_MAX, XML_FAIL},
        {"<a>", "<b c='' d=''/>", "</a>", XML_ATTRIBUTES_MAX / 2, XML_EOF},
        {"<a>", "<b c='' d=''/>", "</a>", XML_ATTRIBUTES_MAX / 2 + 1, XML_FAIL},
        {"<a><![CDATA[<b", "x", "]]></a>", XML_TAG_MAX * 2, XML_EOF},
        {"<a><!--<b", "x", "--></a>", XML_TAG_MAX * 2, XML_EOF},
        {"<a>", "text ", "</a>", XML_TAG_MAX, XML_EOF},
    };
    for (size_t i = 0; i < ARRAY_LEN(longs); i++) {
        struct buf text;
        buf_init(&text, 1 << 20);
        buf_add_cstr(&text, longs[i].before);
        repeat(&text, longs[i].piece, longs[i].n);
        buf_add_cstr(&text, longs[i].behind);
        assert_int_equal(last_kind(r, buf_view(&text)), longs[i].expected);
        buf_clear(&text);
    }
    /* A long document after which the parser is made again, and one more. */
    struct buf large;
    buf_init(&large, 1 << 20);
    buf_add_cstr(&large, "<a>");
    repeat(&large, "x", 500000);
    buf_add_cstr(&large, "</a>");
    assert_int_equal(last_kind(r, buf_view(&large)), XML_EOF);
    assert_int_equal(last_kind(r, STR_LIT("<a/>")), XML_EOF);
    buf_clear(&large);
    xml_reader_free(&r);
}

static void
test_skip(void **state)
{
    (void)state;
    struct xml_reader *r = xml_reader_new();
    struct xml_source source = {.text = STR("<a> <!-- --><b><c>x</c></b><d/>t</a>")};
    xml_open(r, &source, STR_LIT(""));
    assert_true(xml_is_element(xml_read(r), STR_LIT("a"), STR_LIT("")));
    xml_read(r);
    assert_str(xml_to_content(r)->local, "b");
    assert_str(xml_skip(r)->local, "d");
    assert_str(xml_skip(r)->text, "t");
    assert_int_equal(xml_skip(r)->kind, XML_END);
    assert_int_equal(xml_skip(r)->kind, XML_EOF);
    assert_int_equal(xml_skip(r)->kind, XML_EOF);
    xml_reader_free(&r);
}

static const char over_the_limit[] = "The document is larger or deeper than this server reads.";

static void
assert_error(struct xml_reader *r, const char *text, const char *expected)
{
    struct arena a;
    arena_init(&a);
    assert_int_equal(last_kind(r, str_from_cstr(text)), XML_FAIL);
    assert_str(xml_error_text(r, &a), expected);
    arena_clear(&a);
}

/* Of several problems of one tag the first is reported, and nothing after it is read. */
static void
test_first_problem(void **state)
{
    (void)state;
    struct xml_reader *r = xml_reader_new();
    struct buf text;
    const char *const space = "'x' is an invalid xml:space value. Line 1, position 4.";
    assert_error(r, "<a xml:space='x'/>", space);
    assert_error(r, "<a xml:space='x'><b/>text<!-- --><?p ?><![CDATA[x]]></a>", space);
    buf_init(&text, 1 << 20);
    buf_add_cstr(&text, "<a keep='");
    repeat(&text, "v", XML_NAME_MAX + 1);
    buf_add_cstr(&text, "' xml:space='x'/>");
    buf_add(&text, "", 1);
    assert_error(r, buf_view(&text).p, over_the_limit);
    buf_clear(&text);
    xml_reader_free(&r);
    xml_reader_free(&r); /* of none */
}

/* With too little memory a document is over the limit, at whatever point that is noticed. */
static void
test_memory(void **state)
{
    (void)state;
    struct xml_reader *r = xml_reader_new();
    struct arena a;
    struct buf out;
    size_t n_failed = 0;
    const struct xml_source source = {.text = STR("<a xmlns='urn:x' b='1'><c><d>text</d></c></a>")};
    arena_init(&a);
    for (size_t limit = 0;; limit += 64) {
        buf_init(&out, 4096);
        xml_open(r, &source, STR_LIT("keep"));
        xml_memory_set_limit(limit);
        read_all(r, &out);
        bool is_read = str_ends(buf_view(&out), STR_LIT("$"));
        buf_clear(&out);
        if (is_read)
            break;
        n_failed++;
        assert_str(xml_error_text(r, &a), over_the_limit);
    }
    assert_true(n_failed > 2);
    arena_clear(&a);
    xml_reader_free(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nodes),         cmocka_unit_test(test_declarations),
        cmocka_unit_test(test_failures),      cmocka_unit_test(test_batches),
        cmocka_unit_test(test_limits),        cmocka_unit_test(test_skip),
        cmocka_unit_test(test_first_problem), cmocka_unit_test(test_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
