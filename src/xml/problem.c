/* SPDX-License-Identifier: Apache-2.0 */
/* problem: see problem.h. Called only after the parser found a document malformed: scans the text again,
 * up to the fault, for the details of .NET's message. */
#include "xml/problem.h"

#include <stdint.h>

#include "base/buf.h"
#include "base/codec.h"
#include "xml/problem_scan.h"

#define XML_NAMESPACE "http://www.w3.org/XML/1998/namespace"

enum {
    XML_LIST_MAX = 4096, /* limit for the list of open elements, in bytes */
    XML_NAMES_TRIED = 64 /* limit of the search for an undeclared prefix, which is quadratic */
};

struct position {
    size_t line;
    size_t column; /* in UTF-16 units, from 1 */
};

static struct position
position_of(struct str text, size_t offset)
{
    struct position p = {1, 1};
    size_t i = 0;
    while (i < offset && i < text.n) {
        size_t n = 1;
        uint32_t cp = utf8_read(str_sub(text, i, SIZE_MAX), &n);
        bool is_line_end = cp == '\n' || (cp == '\r' && !(i + 1 < text.n && text.p[i + 1] == '\n'));
        p.column += cp != UINT32_MAX && cp > 0xffff ? 2 : 1;
        if (is_line_end) {
            p.line++;
            p.column = 1;
        }
        i += n;
    }
    return p;
}

static struct str
say(const struct xml_scan *s, size_t offset, struct str what)
{
    struct position p = position_of(s->text, offset);
    return arena_printf(s->arena, "%.*s Line %zu, position %zu.", STR_ARG(what), p.line, p.column);
}

/* A message about the character at `offset`: the preceding text, the character, its number, the following
 * text. */
static struct str
say_character(const struct xml_scan *s, size_t offset, const char *before, const char *between,
              const char *behind)
{
    if (offset >= s->text.n)
        return say(s, offset, STR_LIT("Unexpected end of file has occurred."));
    size_t n = 1;
    uint32_t cp = utf8_read(xml_scan_from(s, offset), &n);
    if (cp == UINT32_MAX)
        return say(s, offset, STR_LIT("Invalid character in the given encoding."));
    struct str shown = cp == 0 ? STR_LIT(".") : str_sub(s->text, offset, n);
    return say(s, offset,
               arena_printf(s->arena, "%s'%.*s'%shexadecimal value 0x%02X%s", before, STR_ARG(shown), between,
                            (unsigned)cp, behind));
}

static struct str
say_bad_character(const struct xml_scan *s, size_t offset)
{
    return say_character(s, offset, "", ", ", ", is an invalid character.");
}

static struct str
say_unexpected(const struct xml_scan *s, size_t offset, const char *expected)
{
    if (offset >= s->text.n)
        return say(s, offset, STR_LIT("Unexpected end of file has occurred."));
    struct str name = xml_scan_name(s, offset);
    struct str token = str_sub(name, 0, str_find(name, ':'));
    if (token.n == 0)
        token = str_sub(s->text, offset, 1);
    return say(s, offset,
               arena_printf(s->arena, "'%.*s' is an unexpected token. %s", STR_ARG(token), expected));
}

static struct str
say_unclosed(const struct xml_scan *s)
{
    struct str list = STR_LIT("");
    for (const struct xml_open_element *e = s->open; e != NULL; e = e->parent) {
        list = arena_printf(s->arena, "%.*s%.*s%s", STR_ARG(list), STR_ARG(e->name),
                            e->parent == NULL ? "." : ", ");
        if (list.n > XML_LIST_MAX)
            break;
    }
    return say(
        s, s->text.n,
        arena_printf(s->arena,
                     "Unexpected end of file has occurred. The following elements are not closed: %.*s",
                     STR_ARG(list)));
}

static struct str
say_early_end(const struct xml_scan *s)
{
    static const struct str in[] = {
        [AT_ROOT_LEVEL] = {NULL, 0}, [IN_CONTENT] = {NULL, 0},      [IN_TAG] = {NULL, 0},
        [IN_END_TAG] = STR("Name"),  [IN_COMMENT] = STR("Comment"), [IN_CDATA] = STR("CDATA"),
        [IN_PI] = STR("PI"),
    };
    struct str what = in[s->where];
    if (s->where == IN_TAG && s->begin + 1 + xml_scan_name(s, s->begin + 1).n == s->text.n)
        what = STR_LIT("Name");
    if (!str_is_null(what))
        return say(
            s, s->text.n,
            arena_printf(s->arena, "Unexpected end of file while parsing %.*s has occurred.", STR_ARG(what)));
    return say_unclosed(s);
}

static struct str
say_bad_reference(const struct xml_scan *s, size_t offset)
{
    struct str rest = xml_scan_from(s, offset);
    if (!str_starts(rest, STR_LIT("&#")))
        return say(s, offset + 1, STR_LIT("An error occurred while parsing EntityName."));
    bool is_hex = str_starts(rest, STR_LIT("&#x"));
    size_t digits = offset + (is_hex ? 3 : 2);
    uint32_t cp = 0;
    size_t i = digits;
    for (; i < s->text.n && cp <= 0x10ffff; i++) {
        char c = s->text.p[i];
        uint32_t digit = c >= '0' && c <= '9'             ? (uint32_t)(c - '0')
                         : is_hex && c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : is_hex && c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                          : UINT32_MAX;
        if (digit == UINT32_MAX)
            break;
        cp = cp * (is_hex ? 16 : 10) + digit;
    }
    if (i == s->text.n || s->text.p[i] != ';' || i == digits)
        return say(s, i,
                   is_hex ? STR_LIT("Invalid syntax for a hexadecimal numeric entity reference.")
                          : STR_LIT("Invalid syntax for a decimal numeric entity reference."));
    unsigned char utf8[4] = {'.'};
    bool is_scalar = cp != 0 && cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff);
    size_t n = is_scalar ? utf8_write(cp, utf8) : 1;
    return say(s, digits,
               arena_printf(s->arena, "'%.*s', hexadecimal value 0x%02X, is an invalid character.", (int)n,
                            (const char *)utf8, (unsigned)cp));
}

/* Whether the fault is in the reference that starts at `at`; everything before it was valid. */
static bool
is_in_reference(const struct xml_scan *s, size_t at)
{
    return s->text.p[at] == '&' && at + str_find(xml_scan_from(s, at), ';') >= s->fault;
}

static struct str
say_bad_value(const struct xml_scan *s, size_t at, char quote)
{
    for (; at < s->text.n && s->text.p[at] != quote; at++) {
        if (s->text.p[at] == '<')
            return say_character(s, at, "", ", ", ", is an invalid attribute character.");
        if (is_in_reference(s, at))
            return say_bad_reference(s, at);
        if (at >= s->fault)
            return say_bad_character(s, at);
    }
    return say(s, at, STR_LIT("There is an unclosed literal string."));
}

/* The error in the colons of a name; null: none. */
static struct str
say_bad_colon(const struct xml_scan *s, size_t at)
{
    struct str name = xml_scan_name(s, at);
    size_t first = str_find(name, ':');
    if (first == name.n)
        return STR_NULL;
    if (first + 1 == name.n || !xml_is_name_start(name.p[first + 1]))
        return say_character(s, at + first + 1, "Name cannot begin with the ", " character, ", ".");
    size_t second = first + 1 + str_find(str_sub(name, first + 1, SIZE_MAX), ':');
    if (second == name.n)
        return STR_NULL;
    return say_character(s, at + second, "The ", " character, ", ", cannot be included in a name.");
}

/* The error in a prefix declaration whose quote is at `quote`; null: none. */
static struct str
say_bad_prefix(const struct xml_scan *s, size_t at, size_t quote, struct str value)
{
    struct str name = xml_scan_name(s, at);
    if (str_eq(name, STR_LIT("xmlns:xmlns")))
        return say(s, at, STR_LIT("Prefix \"xmlns\" is reserved for use by XML."));
    if (str_eq(name, STR_LIT("xmlns:xml")) && !str_eq(value, STR_LIT(XML_NAMESPACE)))
        return say(s, at,
                   STR_LIT("Prefix \"xml\" is reserved for use by XML and can be mapped only to namespace "
                           "name \"" XML_NAMESPACE "\"."));
    if (str_starts(name, STR_LIT("xmlns:")) && value.n == 0)
        return say(s, quote, STR_LIT("Invalid namespace declaration."));
    return STR_NULL;
}

/* Walks the attributes of the tag as .NET does, and stops at the first thing that .NET would reject. */
static struct str
say_bad_attributes(const struct xml_scan *s, size_t at)
{
    bool is_blank_before = true;
    for (;;) {
        size_t next = xml_scan_skip_blanks(s, at);
        is_blank_before = is_blank_before || next > at;
        at = next;
        if (at >= s->text.n)
            return say_unclosed(s);
        if (s->text.p[at] == '/')
            return say_unexpected(s, at + 1, "The expected token is '>'.");
        if (!xml_is_name_start(s->text.p[at]))
            return say_character(s, at, "Name cannot begin with the ", " character, ", ".");
        if (!is_blank_before)
            return say_unexpected(s, at, "Expecting white space.");
        size_t name = at;
        struct str problem = say_bad_colon(s, name);
        if (!str_is_null(problem))
            return problem;
        at = xml_scan_skip_blanks(s, at + xml_scan_name(s, at).n);
        if (at >= s->text.n || s->text.p[at] != '=')
            return say_unexpected(s, at, "The expected token is '='.");
        at = xml_scan_skip_blanks(s, at + 1);
        if (at >= s->text.n || (s->text.p[at] != '"' && s->text.p[at] != '\''))
            return say_unexpected(s, at, "The expected token is '\"' or '''.");
        size_t end = at + 1 + str_find(xml_scan_from(s, at + 1), s->text.p[at]);
        struct str value = str_sub(s->text, at + 1, end - at - 1);
        problem = end < s->text.n ? say_bad_prefix(s, name, at, value) : STR_NULL;
        if (!str_is_null(problem))
            return problem;
        if (end >= s->fault || str_find(value, '<') < value.n)
            return say_bad_value(s, at + 1, s->text.p[at]);
        at = end + 1;
        is_blank_before = false;
    }
}

static struct str
say_bad_tag(const struct xml_scan *s)
{
    size_t name = s->begin + (s->where == IN_END_TAG ? 2 : 1);
    if (name >= s->text.n || !xml_is_name_start(s->text.p[name]))
        return say_character(s, name, "Name cannot begin with the ", " character, ", ".");
    size_t at = name + xml_scan_name(s, name).n;
    if (at >= s->text.n)
        return say_early_end(s);
    struct str problem = say_bad_colon(s, name);
    if (!str_is_null(problem))
        return problem;
    if (s->where == IN_END_TAG)
        return say_unexpected(s, xml_scan_skip_blanks(s, at), "The expected token is '>'.");
    if (!xml_is_blank(s->text.p[at]) && s->text.p[at] != '/')
        return say_character(s, at, "The ", " character, ", ", cannot be included in a name.");
    return say_bad_attributes(s, at);
}

static struct str
say_root_level(const struct xml_scan *s, size_t offset)
{
    struct str rest = xml_scan_from(s, offset);
    if (str_starts(rest, STR_LIT("</")))
        return say(s, offset + 1, STR_LIT("Unexpected end tag."));
    if (str_starts(rest, STR_LIT("<")) && s->has_root)
        return say(s, offset + 1, STR_LIT("There are multiple root elements."));
    if (offset < s->text.n && (unsigned char)s->text.p[offset] < ' ')
        return say_bad_character(s, offset);
    return say(s, offset, STR_LIT("Data at the root level is invalid."));
}

static struct str
say_syntax(const struct xml_scan *s)
{
    struct str rest = xml_scan_from(s, s->begin);
    switch (s->where) {
    case AT_ROOT_LEVEL:
        return say_root_level(s, xml_scan_skip_blanks(s, s->begin));
    case IN_CONTENT:
        for (size_t at = s->begin; at <= s->fault && at < s->text.n; at++) {
            if (is_in_reference(s, at))
                return say_bad_reference(s, at);
        }
        if (s->fault > 0 && str_starts(xml_scan_from(s, s->fault - 1), STR_LIT("]>")))
            return say(s, s->fault, STR_LIT("']]>' is not allowed in character data."));
        return say_bad_character(s, s->fault);
    case IN_TAG:
        if (str_starts(rest, STR_LIT("<!DOCTYPE")))
            return STR_LIT("DTD is prohibited in this XML document.");
        return say_bad_tag(s);
    case IN_END_TAG:
        return s->open == NULL ? say_root_level(s, s->begin) : say_bad_tag(s);
    case IN_PI:
        if (s->begin == 0 && str_starts(rest, STR_LIT("<?xml")))
            return say(s, s->fault, STR_LIT("Syntax for an XML declaration is invalid."));
        return say_bad_character(s, s->fault);
    case IN_CDATA:
        if (s->open == NULL)
            return say(s, s->begin, STR_LIT("Data at the root level is invalid."));
        return say_bad_character(s, s->fault);
    case IN_COMMENT:
        return say_bad_character(s, s->fault);
    }
    return STR_NULL;
}

static struct str
say_mismatch(const struct xml_scan *s)
{
    if (s->open == NULL || s->where != IN_END_TAG)
        return say_syntax(s);
    struct position p = position_of(s->text, s->open->offset);
    struct str end = xml_scan_name(s, s->begin + 2);
    return say(
        s, s->begin + 2,
        arena_printf(s->arena,
                     "The '%.*s' start tag on line %zu position %zu does not match the end tag of '%.*s'.",
                     STR_ARG(s->open->name), p.line, p.column, STR_ARG(end)));
}

/* The faulty prefix belongs to the tag itself if nothing before the tag's end declares it. */
static struct str
say_unbound(const struct xml_scan *s)
{
    struct str before = str_sub(s->text, 0, xml_scan_tag_end(s, s->begin));
    size_t at = s->begin + 1;
    for (int tried = 0; at < before.n && tried < XML_NAMES_TRIED; tried++) {
        struct str name = xml_scan_name(s, at);
        size_t colon = str_find(name, ':');
        struct str prefix = str_sub(name, 0, colon);
        struct str declaration = arena_printf(s->arena, "xmlns:%.*s", STR_ARG(prefix));
        if (colon < name.n && !str_eq(prefix, STR_LIT("xmlns")) &&
            str_find_str(before, declaration) == before.n)
            return say(s, at, arena_printf(s->arena, "'%.*s' is an undeclared prefix.", STR_ARG(prefix)));
        at = xml_scan_skip_blanks(s, at + name.n);
        if (at >= before.n || s->text.p[at] != '=') {
            at = xml_scan_skip_blanks(s, at + (name.n == 0 ? 1 : 0));
            continue;
        }
        at = xml_scan_skip_blanks(s, at + 1);
        at = at < before.n
                 ? xml_scan_skip_blanks(s, at + 2 + str_find(xml_scan_from(s, at + 1), s->text.p[at]))
                 : at;
    }
    return say(s, s->begin + 1, STR_LIT("'' is an undeclared prefix."));
}

/* The value that follows `name`, which is at `at`, and its position; null if there is none. */
static struct str
value_behind(const struct xml_scan *s, size_t at, size_t *begin_out)
{
    while (at < s->text.n && s->text.p[at] != '"' && s->text.p[at] != '\'')
        at++;
    if (at == s->text.n)
        return STR_NULL;
    *begin_out = at + 1;
    return str_sub(s->text, at + 1, str_find(xml_scan_from(s, at + 1), s->text.p[at]));
}

static struct str
say_xml_space(const struct xml_scan *s)
{
    size_t at = s->begin + str_find_str(xml_scan_from(s, s->begin), STR_LIT("xml:space"));
    size_t begin = 0;
    struct str value = value_behind(s, at, &begin);
    return say(s, at, arena_printf(s->arena, "'%.*s' is an invalid xml:space value.", STR_ARG(value)));
}

static struct str
say_version(const struct xml_scan *s)
{
    size_t begin = 0;
    struct str value = value_behind(s, str_find_str(s->text, STR_LIT("version")), &begin);
    if (str_is_null(value))
        return say(s, 0, STR_LIT("Syntax for an XML declaration is invalid."));
    return say(s, begin, arena_printf(s->arena, "Version number '%.*s' is invalid.", STR_ARG(value)));
}

struct str
xml_problem_text(struct arena *a, struct str text, const struct xml_problem *problem)
{
    size_t offset = problem->offset < text.n ? problem->offset : text.n;
    struct xml_scan s = xml_scan_to(a, text, offset);
    switch (problem->kind) {
    case XML_PROBLEM_NO_ROOT:
        return STR_LIT("Root element is missing.");
    case XML_PROBLEM_DTD:
        return STR_LIT("DTD is prohibited in this XML document.");
    case XML_PROBLEM_LIMIT:
        return STR_LIT("The document is larger or deeper than this server reads.");
    case XML_PROBLEM_EARLY_END:
        s.fault = text.n;
        /* .NET requires four characters of markup at the root level before it examines them. */
        if (s.where != AT_ROOT_LEVEL && s.open == NULL && text.n - s.begin < 4)
            return say(&s, s.begin, STR_LIT("Data at the root level is invalid."));
        return s.where == IN_TAG && s.begin + 1 < text.n ? say_bad_tag(&s) : say_early_end(&s);
    case XML_PROBLEM_JUNK:
        return say_root_level(&s, offset);
    case XML_PROBLEM_DECLARATION_NOT_FIRST:
        return say(&s, offset + 2,
                   STR_LIT("Unexpected XML declaration. The XML declaration must be the first node in the "
                           "document, and no white space characters are allowed to appear before it."));
    case XML_PROBLEM_VERSION:
        return say_version(&s);
    case XML_PROBLEM_TAG_MISMATCH:
        return say_mismatch(&s);
    case XML_PROBLEM_DUPLICATE_ATTRIBUTE:
        return say(
            &s, offset,
            arena_printf(a, "'%.*s' is a duplicate attribute name.", STR_ARG(xml_scan_name(&s, offset))));
    case XML_PROBLEM_UNBOUND_PREFIX:
        return say_unbound(&s);
    case XML_PROBLEM_ENTITY:
        return say(&s, offset + 1,
                   arena_printf(a, "Reference to undeclared entity '%.*s'.",
                                STR_ARG(xml_scan_name(&s, offset + 1))));
    case XML_PROBLEM_BAD_REFERENCE:
        return say_bad_reference(&s, offset);
    case XML_PROBLEM_XML_SPACE:
        return say_xml_space(&s);
    case XML_PROBLEM_NONE:
    case XML_PROBLEM_FAULT:
    case XML_PROBLEM_SYNTAX:
        return say_syntax(&s);
    }
    return STR_NULL;
}
