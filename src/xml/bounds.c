/* SPDX-License-Identifier: Apache-2.0 */
/* bounds: see bounds.h. A start tag is scanned as name, blanks, and attributes with quoted values;
 * everything else is skipped. */
#include "xml/bounds.h"

#include "xml/xml.h"

struct scan {
    struct str rest;
    size_t attributes;
};

/* Skips a comment, CDATA section or processing instruction. False: none of these. */
static bool
pass_over(struct scan *s)
{
    static const struct {
        struct str begin, end;
    } kinds[] = {{STR("<!--"), STR("-->")}, {STR("<![CDATA["), STR("]]>")}, {STR("<?"), STR("?>")}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (!str_starts(s->rest, kinds[i].begin))
            continue;
        s->rest = str_sub(s->rest, kinds[i].begin.n, SIZE_MAX);
        s->rest = str_sub(s->rest, str_find_str(s->rest, kinds[i].end), SIZE_MAX);
        return true;
    }
    return false;
}

static bool
is_name_end(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '=';
}

/* The start of the attribute name that ends before `at`. */
static bool
declares_namespace(struct str tag, size_t at)
{
    while (at > 0 && is_name_end(tag.p[at - 1]))
        at--;
    size_t end = at;
    while (at > 0 && !is_name_end(tag.p[at - 1]) && tag.p[at - 1] != '"' && tag.p[at - 1] != '\'')
        at--;
    return str_starts(str_sub(tag, at, end - at), STR_LIT("xmlns"));
}

/* Scans a tag from its "<". Each byte is examined a few times at most: names are scanned backwards from
 * their value. */
static bool
tag_is_within(struct scan *s)
{
    struct str tag = s->rest;
    size_t at = 0;
    for (; at < tag.n && tag.p[at] != '>'; at++) {
        if (at > XML_TAG_MAX)
            return false;
        if (tag.p[at] != '"' && tag.p[at] != '\'')
            continue;
        size_t n = str_find(str_sub(tag, at + 1, SIZE_MAX), tag.p[at]);
        if (++s->attributes > XML_ATTRIBUTES_MAX || (n > XML_NAMESPACE_MAX && declares_namespace(tag, at)))
            return false;
        at += n + 1;
    }
    s->rest = str_sub(tag, at, SIZE_MAX);
    return at <= XML_TAG_MAX || at >= tag.n;
}

bool
xml_is_within_bounds(struct str text)
{
    struct scan s = {.rest = text};
    for (;;) {
        s.rest = str_sub(s.rest, str_find(s.rest, '<'), SIZE_MAX);
        if (s.rest.n == 0)
            return true;
        if (!pass_over(&s) && !tag_is_within(&s))
            return false;
    }
}
