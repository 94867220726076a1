/* SPDX-License-Identifier: Apache-2.0 */
/* problem_scan: see problem_scan.h. */
#include "xml/problem_scan.h"

#include <stdint.h>

struct str
xml_scan_from(const struct xml_scan *s, size_t at)
{
    return str_sub(s->text, at, SIZE_MAX);
}

bool
xml_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool
xml_is_name_byte(char c)
{
    unsigned char b = (unsigned char)c;
    return b >= 0x80 || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') ||
           b == '_' || b == '-' || b == '.' || b == ':';
}

bool
xml_is_name_start(char c)
{
    return xml_is_name_byte(c) && c != '-' && c != '.' && c != ':' && !(c >= '0' && c <= '9');
}

struct str
xml_scan_name(const struct xml_scan *s, size_t at)
{
    size_t n = 0;
    while (at + n < s->text.n && xml_is_name_byte(s->text.p[at + n]))
        n++;
    return str_sub(s->text, at, n);
}

size_t
xml_scan_skip_blanks(const struct xml_scan *s, size_t at)
{
    while (at < s->text.n && xml_is_blank(s->text.p[at]))
        at++;
    return at;
}

/* The end of the first `what` at or after `at`; beyond the end of the text if there is none. */
static size_t
end_of(const struct xml_scan *s, size_t at, struct str what)
{
    size_t found = str_find_str(xml_scan_from(s, at), what);
    return at + found >= s->text.n ? s->text.n + 1 : at + found + what.n;
}

size_t
xml_scan_tag_end(const struct xml_scan *s, size_t at)
{
    char quote = '\0';
    for (; at < s->text.n; at++) {
        char c = s->text.p[at];
        if (quote != '\0') {
            if (c == quote)
                quote = '\0';
            continue;
        }
        if (c == '"' || c == '\'')
            quote = c;
        else if (c == '>')
            return at + 1;
    }
    return s->text.n + 1;
}

static void
open_tag(struct xml_scan *s, size_t at, size_t end)
{
    s->has_root = true;
    if (s->text.p[end - 2] == '/')
        return;
    struct xml_open_element *e = s->spare;
    if (e == NULL)
        e = arena_alloc(s->arena, sizeof *e);
    else
        s->spare = e->parent;
    *e = (struct xml_open_element){xml_scan_name(s, at + 1), at + 1, s->open};
    s->open = e;
}

static void
close_tag(struct xml_scan *s)
{
    struct xml_open_element *e = s->open;
    s->open = e->parent;
    e->parent = s->spare;
    s->spare = e;
}

/* Consumes one piece of markup that starts at `at`; its end is after the fault if the fault is inside it. */
static size_t
take_markup(struct xml_scan *s, size_t at)
{
    struct str rest = xml_scan_from(s, at);
    size_t end;
    s->begin = at;
    if (str_starts(rest, STR_LIT("<!--"))) {
        s->where = IN_COMMENT;
        end = end_of(s, at + 4, STR_LIT("-->"));
    } else if (str_starts(rest, STR_LIT("<![CDATA["))) {
        s->where = IN_CDATA;
        end = end_of(s, at + 9, STR_LIT("]]>"));
    } else if (str_starts(rest, STR_LIT("<?"))) {
        s->where = IN_PI;
        end = end_of(s, at + 2, STR_LIT("?>"));
    } else {
        s->where = str_starts(rest, STR_LIT("</")) ? IN_END_TAG : IN_TAG;
        end = xml_scan_tag_end(s, at);
    }
    if (end > s->fault)
        return end;
    if (s->where == IN_TAG)
        open_tag(s, at, end);
    else if (s->where == IN_END_TAG && s->open != NULL)
        close_tag(s);
    return end;
}

struct xml_scan
xml_scan_to(struct arena *a, struct str text, size_t fault)
{
    struct xml_scan s = {.arena = a, .text = text, .fault = fault};
    size_t at = 0;
    for (;;) {
        size_t markup = at + str_find(xml_scan_from(&s, at), '<');
        bool is_text_at_root = s.open == NULL && xml_scan_skip_blanks(&s, at) < markup;
        if (markup > fault || markup >= text.n || is_text_at_root)
            break;
        size_t end = take_markup(&s, markup);
        if (end > fault)
            return s;
        at = end;
    }
    s.where = s.open == NULL ? AT_ROOT_LEVEL : IN_CONTENT;
    s.begin = at;
    return s;
}
