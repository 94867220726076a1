/* SPDX-License-Identifier: Apache-2.0 */
/* xml_fuzz: documents. The first byte chooses the rules for finding the charset. The reader's output is
 * balanced, valid UTF-8, and the same each time; a failure has a message; text that is written is read back.
 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "base/codec.h"
#include "xml/write.h"
#include "xml/xml.h"

enum { MAX = 1 << 16 };

struct seen {
    uint64_t hash; /* FNV-1a of the content of all nodes */
    size_t nodes;
    enum xml_kind last;
};

static void
mix(struct seen *s, struct str text)
{
    ASSERT(utf8_is_valid(text));
    for (size_t i = 0; i < text.n; i++)
        s->hash = (s->hash ^ (unsigned char)text.p[i]) * UINT64_C(1099511628211);
}

static void
see(struct seen *s, const struct xml_node *n, unsigned *depth)
{
    s->hash = (s->hash ^ (unsigned)n->kind) * UINT64_C(1099511628211);
    s->nodes++;
    s->last = n->kind;
    mix(s, n->ns);
    mix(s, n->local);
    mix(s, n->text);
    for (size_t i = 0; i < n->n_attributes; i++) {
        mix(s, n->attributes[i].ns);
        mix(s, n->attributes[i].value);
    }
    if (n->kind == XML_END)
        ASSERT(*depth > 0 && --*depth == n->depth);
    else if (n->kind != XML_FAIL)
        ASSERT(n->depth == *depth);
    if (n->kind == XML_ELEMENT && !n->is_empty)
        ++*depth;
    ASSERT(n->kind != XML_EOF || *depth == 0);
}

static struct seen
read_all(struct xml_reader *r)
{
    struct seen s = {.hash = UINT64_C(14695981039346656037)};
    unsigned depth = 0;
    do
        see(&s, xml_read(r), &depth);
    while (s.last != XML_EOF && s.last != XML_FAIL);
    return s;
}

static void
read_document(struct xml_reader *r, struct arena *a, struct str bytes, unsigned rules)
{
    static const struct str charsets[] = {{NULL, 0}, STR("utf-8"), STR("utf-16"), STR("windows-1252")};
    struct xml_source source = xml_source(a, bytes, charsets[rules & 3], (rules & 4) != 0);
    xml_open(r, &source, STR_LIT("mustUnderstand"));
    struct seen first = read_all(r);
    xml_rewind(r);
    struct seen second = read_all(r);
    ASSERT(first.hash == second.hash && first.nodes == second.nodes && first.last == second.last);
    if (first.last == XML_FAIL)
        ASSERT(!str_is_empty(xml_error_text(r, a)));
}

/* Only if XML 1.0 can represent the text. */
static void
write_and_read(struct xml_reader *r, struct arena *a, struct str bytes)
{
    struct buf out;
    buf_init(&out, (size_t)MAX * 8);
    buf_add_cstr(&out, "<a>");
    xml_write_text(&out, bytes);
    buf_add_cstr(&out, "</a>");
    struct xml_source source = xml_source(a, buf_view(&out), STR_LIT("utf-8"), false);
    xml_open(r, &source, STR_LIT(""));
    size_t n = 0;
    bool is_same = true;
    while (xml_read(r)->kind != XML_EOF && xml_node(r)->kind != XML_FAIL) {
        struct str text = xml_node(r)->text;
        for (size_t i = 0; i < text.n; i++, n++)
            is_same = is_same && n < bytes.n &&
                      (text.p[i] == bytes.p[n] || (bytes.p[n] == '\r' && text.p[i] == '\n'));
    }
    if (utf8_is_valid(bytes) && str_find(bytes, '\r') == bytes.n && xml_node(r)->kind == XML_EOF)
        ASSERT(is_same && n == bytes.n);
    buf_clear(&out);
}

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 512 * 1024, .allocated_each = 256, .steps_base = 32 * 1024, .steps_each = 256};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > MAX)
        return 0;
    struct xml_reader *r = xml_reader_new();
    struct arena a;
    arena_init(&a);
    struct str bytes = {(const char *)data + 1, size - 1};
    read_document(r, &a, bytes, data[0]);
    write_and_read(r, &a, bytes);
    arena_clear(&a);
    xml_reader_free(&r);
    return 0;
}
