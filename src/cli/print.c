/* SPDX-License-Identifier: Apache-2.0 */
/* print: builds and renders JSON values. Text is derived from the same value, so the two always agree. */
#include "cli/print.h"

#include <stdarg.h>
#include <string.h>
#include <utf8proc.h>

#include "base/clock.h"
#include "base/codec.h"

static json_t *
have(json_t *value)
{
    if (value == NULL)
        err_no_memory();
    return value;
}

json_t *
print_object(void)
{
    return have(json_object());
}

json_t *
print_array(void)
{
    return have(json_array());
}

void
print_add(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        err_no_memory();
}

void
print_put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        err_no_memory();
}

json_t *
print_text(struct str value)
{
    if (str_is_null(value))
        return json_null();
    struct arena a;
    arena_init(&a);
    struct str clean = utf8_repair(&a, value);
    json_t *text = have(json_stringn(clean.p, clean.n));
    arena_clear(&a);
    return text;
}

void
print_put_str(json_t *object, const char *key, struct str value)
{
    print_put(object, key, print_text(value));
}

void
print_put_cstr(json_t *object, const char *key, const char *value)
{
    print_put(object, key, print_text(str_from_cstr(value)));
}

void
print_put_int(json_t *object, const char *key, int64_t value)
{
    print_put(object, key, have(json_integer(value)));
}

void
print_put_bool(json_t *object, const char *key, bool value)
{
    print_put(object, key, json_boolean(value));
}

void
print_put_id(json_t *object, const char *key, int64_t id)
{
    print_put(object, key, have(json_sprintf("%lld", (long long)id)));
}

void
print_put_time(struct cli *cli, json_t *object, const char *key, int64_t at)
{
    print_put_str(object, key, at == 0 ? STR_NULL : clock_text(&cli->cx.arena, at));
}

static void
escape_into(struct buf *out, struct str s)
{
    for (size_t at = 0, n; at < s.n; at += n) {
        uint32_t cp = utf8_read(str_sub(s, at, 4), &n);
        bool is_format = cp != UINT32_MAX && utf8proc_category((utf8proc_int32_t)cp) == UTF8PROC_CATEGORY_CF;
        if (cp == UINT32_MAX)
            buf_addf(out, "\\x%02x", (unsigned char)s.p[at]);
        else if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || is_format || cp == 0x2028 || cp == 0x2029)
            buf_addf(out, "\\u{%x}", (unsigned)cp);
        else
            buf_add(out, s.p + at, n);
    }
}

const char *
print_safe(struct cli *cli, struct str s)
{
    struct buf clean;
    buf_init(&clean, 10 * s.n + 1);
    escape_into(&clean, s);
    const char *text = arena_cstr(&cli->cx.arena, buf_view(&clean));
    buf_clear(&clean);
    return text;
}

/* The width of the text in terminal columns. */
static size_t
width_of(const char *text)
{
    struct str s = str_from_cstr(text);
    size_t width = 0;
    for (size_t at = 0, n; at < s.n; at += n) {
        uint32_t cp = utf8_read(str_sub(s, at, 4), &n);
        int columns = cp == UINT32_MAX ? 1 : utf8proc_charwidth((utf8proc_int32_t)cp);
        width += columns > 0 ? (size_t)columns : 0;
    }
    return width;
}

/* "created_at" -> "created at". */
static const char *
title_of(struct cli *cli, const char *key)
{
    char *title = arena_cstr(&cli->cx.arena, str_from_cstr(key));
    for (char *p = title; *p != '\0'; p++)
        if (*p == '_')
            *p = ' ';
    return title;
}

static struct str scalar_text(struct cli *cli, const json_t *value);

/* For a cell: a signed statement would fill the screen. The document contains all of it. */
static struct str
shortened(struct cli *cli, struct str text)
{
    enum { MOST = 48 };
    size_t at = 0, n;
    if (text.n <= MOST)
        return text;
    while (at < MOST) {
        (void)utf8_read(str_sub(text, at, 4), &n);
        at += n;
    }
    return arena_printf(&cli->cx.arena, "%.*s...", STR_ARG(str_sub(text, 0, at)));
}

/* Items joined by blanks: "a, b" of an array, "k=v k=v" of an object. */
static struct str
compound_text(struct cli *cli, const json_t *value)
{
    struct str text = STR_LIT("");
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            struct str item = scalar_text(cli, json_array_get(value, i));
            text =
                arena_printf(&cli->cx.arena, "%.*s%s%.*s", STR_ARG(text), i > 0 ? ", " : "", STR_ARG(item));
        }
        return text;
    }
    const char *key;
    json_t *item;
    json_t *members = json_deep_copy(value); /* jansson cannot iterate over a const object */
    json_object_foreach(have(members), key, item)
    {
        struct str shown = shortened(cli, scalar_text(cli, item));
        text = arena_printf(&cli->cx.arena, "%.*s%s%s=%.*s", STR_ARG(text), text.n > 0 ? " " : "", key,
                            STR_ARG(shown));
    }
    json_decref(members);
    return text;
}

static struct str
scalar_text(struct cli *cli, const json_t *value)
{
    if (json_is_string(value))
        return arena_str(&cli->cx.arena, (struct str){json_string_value(value), json_string_length(value)});
    if (json_is_integer(value))
        return arena_printf(&cli->cx.arena, "%lld", (long long)json_integer_value(value));
    if (json_is_boolean(value))
        return json_is_true(value) ? STR_LIT("yes") : STR_LIT("no");
    if (json_is_array(value) || json_is_object(value))
        return compound_text(cli, value);
    return STR_LIT("-");
}

static const char *
cell_text(struct cli *cli, const json_t *value)
{
    const char *text = print_safe(cli, scalar_text(cli, value));
    return text[0] != '\0' ? text : "-";
}

static void
pad(FILE *out, size_t n)
{
    fprintf(out, "%*s", (int)n, "");
}

static void
grow(size_t *width, const char *text)
{
    size_t need = width_of(text);
    if (need > *width)
        *width = need;
}

/* The columns are the members of the first row: one function makes all rows of a table. */
static size_t
columns_of(json_t *rows, const char *keys[PRINT_COLUMNS])
{
    const char *key;
    json_t *value;
    size_t n = 0;
    json_object_foreach(json_array_get(rows, 0), key, value)
    {
        ASSERT(n < PRINT_COLUMNS);
        keys[n++] = key;
    }
    return n;
}

static void
render_line(struct cli *cli, const char *const *texts, const size_t *widths, size_t columns)
{
    for (size_t c = 0; c < columns; c++) {
        fputs(texts[c], cli->out);
        if (c + 1 < columns)
            pad(cli->out, widths[c] - width_of(texts[c]) + 2);
    }
    fputc('\n', cli->out);
}

/* widths: of rows before, which only grow; has_head: with the columns' names. */
static void
render_rows(struct cli *cli, json_t *rows, size_t indent, size_t widths[PRINT_COLUMNS], bool has_head)
{
    const char *keys[PRINT_COLUMNS], *texts[PRINT_COLUMNS];
    const size_t columns = columns_of(rows, keys), n = json_array_size(rows);
    for (size_t c = 0; c < columns; c++)
        grow(&widths[c], keys[c]);
    for (size_t r = 0; r < n; r++)
        for (size_t c = 0; c < columns; c++)
            grow(&widths[c], cell_text(cli, json_object_get(json_array_get(rows, r), keys[c])));
    for (size_t r = has_head ? 0 : 1; r <= n; r++) {
        for (size_t c = 0; c < columns; c++)
            texts[c] = r == 0 ? title_of(cli, keys[c])
                              : cell_text(cli, json_object_get(json_array_get(rows, r - 1), keys[c]));
        pad(cli->out, indent);
        render_line(cli, texts, widths, columns);
    }
}

static void
render_table(struct cli *cli, json_t *rows, size_t indent)
{
    size_t widths[PRINT_COLUMNS] = {0};
    render_rows(cli, rows, indent, widths, true);
}

static bool
is_table(const json_t *value)
{
    return json_array_size(value) > 0 && json_is_object(json_array_get(value, 0));
}

static void
render_record(struct cli *cli, json_t *object)
{
    size_t width = 0;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) grow(&width, key);
    json_object_foreach(object, key, value)
    {
        const char *title = title_of(cli, key);
        fputs(title, cli->out);
        if (is_table(value)) {
            fputc('\n', cli->out);
            render_table(cli, value, 2);
            continue;
        }
        pad(cli->out, width - width_of(title) + 2);
        fprintf(cli->out, "%s\n", cell_text(cli, value));
    }
}

static void
answer_json(struct cli *cli, const json_t *value)
{
    ASSERT(!cli->answered);
    cli->answered = true;
    if (json_dumpf(value, cli->out, JSON_INDENT(2) | JSON_ENCODE_ANY) == 0)
        fputc('\n', cli->out);
}

void
print_record(struct cli *cli, json_t *object)
{
    if (cli->json)
        answer_json(cli, object);
    else
        render_record(cli, object);
    json_decref(object);
}

void
print_table(struct cli *cli, const char *name, json_t *rows, const char *none)
{
    json_t *document = print_object();
    print_put(document, name, rows);
    if (cli->json)
        answer_json(cli, document);
    else if (json_array_size(rows) == 0)
        fprintf(cli->out, "%s\n", none);
    else
        render_table(cli, rows, 0);
    json_decref(document);
}

void
print_part(struct cli *cli, struct print_parts *parts, json_t *rows)
{
    const size_t n = json_array_size(rows);
    for (size_t r = 0; cli->json && r < n; r++) {
        if (parts->rows + (int64_t)r == 0)
            fprintf(cli->out, "{\n  \"%s\": [\n", parts->name);
        else
            fputs(",\n", cli->out);
        (void)json_dumpf(json_array_get(rows, r), cli->out, JSON_INDENT(2));
    }
    if (!cli->json && n > 0)
        render_rows(cli, rows, 0, parts->widths, parts->rows == 0);
    parts->rows += (int64_t)n;
    json_decref(rows);
}

void
print_parts_end(struct cli *cli, struct print_parts *parts, const char *none)
{
    cli->answered = true;
    if (!cli->json && parts->rows == 0)
        fprintf(cli->out, "%s\n", none);
    else if (!cli->json)
        return;
    else if (parts->rows == 0)
        fprintf(cli->out, "{\n  \"%s\": []\n}\n", parts->name);
    else
        fputs("\n  ]\n}\n", cli->out);
}

void
print_done(struct cli *cli, json_t *object, const char *fmt, ...)
{
    if (cli->json) {
        answer_json(cli, object);
    } else {
        va_list ap;
        va_start(ap, fmt);
        vfprintf(cli->out, fmt, ap);
        va_end(ap);
        fputc('\n', cli->out);
    }
    json_decref(object);
}

void
print_line(struct cli *cli, json_t *object)
{
    const char *key, *gap = "";
    json_t *value;
    if (cli->json)
        (void)json_dumpf(object, cli->out, JSON_COMPACT);
    else
        json_object_foreach(object, key, value)
        {
            fprintf(cli->out, "%s%s", gap, cell_text(cli, value));
            gap = "  ";
        }
    fputc('\n', cli->out);
    json_decref(object);
}

void
print_note(struct cli *cli, const char *fmt, ...)
{
    if (cli->json)
        return;
    va_list ap;
    va_start(ap, fmt);
    vfprintf(cli->out, fmt, ap);
    va_end(ap);
    fputc('\n', cli->out);
}

void
print_progress(struct cli *cli, const char *fmt, ...)
{
    FILE *to = cli->json ? cli->err : cli->out;
    va_list ap;
    va_start(ap, fmt);
    vfprintf(to, fmt, ap);
    va_end(ap);
    fputc('\n', to);
    fflush(to);
}
