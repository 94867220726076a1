/* SPDX-License-Identifier: Apache-2.0 */
/* csv: see csv.h. Each byte is looked at once or twice. */
#include "base/csv.h"

#include "base/codec.h"

void
csv_begin(struct csv *csv, struct str text)
{
    *csv = (struct csv){.rest = utf8_skip_mark(text), .line = 0, .next_line = 1};
}

static char
at(struct str s, size_t i)
{
    if (i >= s.n)
        return '\n'; /* the text ends its last record */
    return s.p[i];
}

/* How many bytes of line end are at i: 0, 1 or 2. */
static size_t
line_end(struct str s, size_t i)
{
    if (at(s, i) == '\n')
        return 1;
    return at(s, i) == '\r' && at(s, i + 1) == '\n' ? 2 : 0;
}

/* Without the quotes around it, and with those within it once; `n` counts the doubled ones. */
static struct str
unquoted(struct arena *a, struct str inside, size_t n)
{
    if (n == 0)
        return inside;
    char *p = arena_alloc(a, inside.n + 1);
    size_t to = 0;
    for (size_t i = 0; i < inside.n; i++) {
        p[to++] = inside.p[i];
        if (inside.p[i] == '"')
            i++;
    }
    p[to] = '\0';
    return (struct str){p, to};
}

/* From the quote on. *end_out: behind the closing one. NULL, or what is wrong. */
static const char *
read_quoted(struct csv *csv, struct arena *a, size_t *end_out, struct str *field_out)
{
    const struct str s = csv->rest;
    size_t i = *end_out + 1, doubled = 0;
    const size_t begin = i;
    for (; i < s.n; i++) {
        csv->next_line += s.p[i] == '\n';
        if (s.p[i] != '"')
            continue;
        if (at(s, i + 1) != '"')
            break;
        doubled++;
        i++;
    }
    if (i >= s.n)
        return "a quote is not closed";
    *field_out = unquoted(a, str_sub(s, begin, i - begin), doubled);
    *end_out = i + 1;
    return at(s, i + 1) == ',' || line_end(s, i + 1) > 0 ? NULL : "there is text behind a quoted field";
}

static const char *
read_plain(const struct csv *csv, size_t *end_out, struct str *field_out)
{
    const struct str s = csv->rest;
    const size_t begin = *end_out;
    size_t i = begin;
    while (i < s.n && s.p[i] != ',' && line_end(s, i) == 0) {
        if (s.p[i] == '"')
            return "there is a quote within a field that does not begin with one";
        if (s.p[i] == '\r' || s.p[i] == '\0')
            return "there is a control character";
        i++;
    }
    *field_out = str_sub(s, begin, i - begin);
    *end_out = i;
    return NULL;
}

enum csv_read
csv_next(struct csv *csv, struct arena *a, struct csv_record *record_out, const char **why_out)
{
    size_t i = 0;
    *why_out = NULL;
    record_out->n = 0;
    for (size_t n = 0; csv->rest.n > 0 && (n = line_end(csv->rest, 0)) > 0; csv->next_line++)
        csv->rest = str_sub(csv->rest, n, csv->rest.n);
    csv->line = csv->next_line;
    if (csv->rest.n == 0)
        return CSV_END;
    for (;; i++) {
        if (record_out->n == CSV_FIELDS)
            *why_out = "there are too many fields";
        else if (i < csv->rest.n && csv->rest.p[i] == '"')
            *why_out = read_quoted(csv, a, &i, &record_out->fields[record_out->n]);
        else
            *why_out = read_plain(csv, &i, &record_out->fields[record_out->n]);
        if (*why_out != NULL)
            return CSV_WRONG;
        record_out->n++;
        if (line_end(csv->rest, i) > 0)
            break;
    }
    csv->rest = str_sub(csv->rest, i + line_end(csv->rest, i), csv->rest.n);
    csv->next_line++;
    return CSV_RECORD;
}
