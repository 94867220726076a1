/* SPDX-License-Identifier: Apache-2.0 */
/* source: see source.h. */
#include "xml/source.h"

#include <string.h>

#include "xml/charset.h"

#define BLANKS " \t\r\n"

static struct str
after(struct str s, size_t n)
{
    return str_sub(s, n, SIZE_MAX);
}

struct declaration {
    size_t n;             /* of the whole, 0: none */
    struct str encoding;  /* the value of that pseudo-attribute, or null */
    struct str attribute; /* all of it, from the name to the closing quote */
};

/* What .NET's reader accepts as the attribute's value, which is more than the name of a charset. */
static bool
is_value(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] < 0x20 || str_find(STR_LIT("<>&\"'"), s.p[i]) < 5)
            return false;
    }
    return true;
}

/* The XML declaration at the start of `text`. The parser checks its grammar. */
static struct declaration
read_declaration(struct str text)
{
    struct declaration none = {0};
    size_t end = str_find_str(text, STR_LIT("?>"));
    if (!str_starts(text, STR_LIT("<?xml")) || end == text.n)
        return none;
    struct str inside = str_sub(text, 5, end - 5);
    if (str_is_empty(inside) || str_find(STR_LIT(BLANKS), inside.p[0]) == sizeof BLANKS - 1)
        return none;
    struct declaration only_length = {.n = end + 2};
    size_t at = str_find_str(inside, STR_LIT("encoding"));
    if (at == inside.n || str_find_str(str_sub(inside, 0, at), STR_LIT("version")) == at)
        return only_length;
    struct str rest = str_trim(after(inside, at + 8), BLANKS);
    if (!str_starts(rest, STR_LIT("=")))
        return only_length;
    rest = str_trim(after(rest, 1), BLANKS);
    if (str_is_empty(rest) || (rest.p[0] != '"' && rest.p[0] != '\''))
        return only_length;
    size_t value_n = str_find(after(rest, 1), rest.p[0]);
    struct str value = str_sub(rest, 1, value_n);
    if (value_n + 1 == rest.n || !is_value(value))
        return only_length;
    const char *begin = inside.p + at;
    return (struct declaration){end + 2, value, {begin, (size_t)(value.p + value_n + 1 - begin)}};
}

/* The charset that the first bytes indicate without a mark (XML 1.0, appendix F); UTF-8 if nothing
 * contradicts it. */
static enum charset
guess(struct str bytes)
{
    if (str_starts(bytes, STR_LIT("<\0\0\0")))
        return CHARSET_UTF32LE;
    if (str_starts(bytes, STR_LIT("\0\0\0<")))
        return CHARSET_UTF32BE;
    if (str_starts(bytes, STR_LIT("<\0")))
        return CHARSET_UTF16LE;
    if (str_starts(bytes, STR_LIT("\0<")))
        return CHARSET_UTF16BE;
    return CHARSET_UTF8;
}

static bool
is_utf16(enum charset charset)
{
    return charset == CHARSET_UTF16LE || charset == CHARSET_UTF16BE;
}

/* By XML's rules invalid UTF-8 is an error and is not replaced: the parser must find it. */
static struct str
decode_strict(struct arena *a, enum charset charset, struct str bytes)
{
    bytes = charset_cut_tail(charset, bytes);
    return charset == CHARSET_UTF8 ? bytes : charset_to_utf8(a, charset, bytes);
}

static struct str
unknown_encoding(struct arena *a, struct str text, struct str name)
{
    struct str before = {text.p, (size_t)(name.p - text.p)};
    size_t line = 1;
    size_t column = 1;
    for (size_t i = 0; i < before.n; i++) {
        column++;
        if (before.p[i] == '\n') {
            line++;
            column = 1;
        }
    }
    return arena_printf(
        a,
        "System does not support '%.*s' encoding. Line %zu, position %zu. ---> '%.*s' is not a "
        "supported encoding name. For information on defining a custom encoding, see the "
        "documentation for the Encoding.RegisterProvider method.\r\nParameter name: name",
        STR_ARG(name), line, column, STR_ARG(name));
}

/* XmlTextReaderImpl.CheckEncoding: the declaration decides the encoding of what follows it. */
static struct xml_source
by_declaration(struct arena *a, struct str bytes)
{
    size_t mark;
    enum charset charset = charset_of_bom(bytes, &mark);
    bytes = after(bytes, mark);
    if (charset == CHARSET_UNKNOWN)
        charset = guess(bytes);
    struct xml_source source = {.text = decode_strict(a, charset, bytes)};
    /* XmlTextReader treats one NUL as the end of a padded stream. */
    if (str_ends(source.text, STR_LIT("\0")))
        source.text = str_sub(source.text, 0, source.text.n - 1);
    struct declaration declaration = read_declaration(source.text);
    struct str name = declaration.encoding;
    if (str_is_null(name) || str_eq_nocase(name, STR_LIT("ucs-4")))
        return source;
    if (str_eq_nocase(name, STR_LIT("utf-16")) || str_eq_nocase(name, STR_LIT("ucs-2")) ||
        str_eq_nocase(name, STR_LIT("iso-10646-ucs-2"))) {
        if (!is_utf16(charset))
            source.fault = STR_LIT("There is no Unicode byte order mark. Cannot switch to Unicode.");
        return source;
    }
    enum charset declared = charset_find(name);
    if (declared == CHARSET_UNKNOWN) {
        source.fault = unknown_encoding(a, source.text, name);
        return source;
    }
    if (declared == charset)
        return source;
    /* The declaration is ASCII, so its byte length is its character count times the character width. */
    size_t width = is_utf16(charset) ? 2 : charset == CHARSET_UTF8 ? 1 : 4;
    struct str rest = decode_strict(a, declared, after(bytes, declaration.n * width));
    char *whole = arena_alloc(a, declaration.n + rest.n + 1);
    memcpy(whole, source.text.p, declaration.n);
    if (rest.n > 0)
        memcpy(whole + declaration.n, rest.p, rest.n);
    source.text = (struct str){whole, declaration.n + rest.n};
    return source;
}

struct xml_source
xml_source(struct arena *a, struct str bytes, struct str charset_name, bool by_xml)
{
    enum charset charset = str_is_empty(charset_name) ? CHARSET_UNKNOWN : charset_find(charset_name);
    struct xml_source source;
    if (charset == CHARSET_UNKNOWN && by_xml) {
        source = by_declaration(a, bytes);
    } else {
        size_t mark;
        enum charset marked = charset_of_bom(bytes, &mark);
        /* StreamReader looks for the mark of the given charset before it looks for others. */
        if (charset == CHARSET_UTF16LE && marked == CHARSET_UTF32LE)
            mark = 2;
        else if (marked != CHARSET_UNKNOWN)
            charset = marked;
        bytes = charset_cut_tail(charset, after(bytes, mark));
        source = (struct xml_source){.text = charset_to_utf8(a, charset, bytes)};
    }
    /* One mark was consumed; the parser would consume a second one. */
    if (str_starts(source.text, STR_LIT("\xef\xbb\xbf")))
        source.fault = STR_LIT("Data at the root level is invalid. Line 1, position 1.");
    source.encoding = read_declaration(source.text).attribute;
    return source;
}
