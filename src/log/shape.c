/* SPDX-License-Identifier: Apache-2.0 */
/* shape: see the header. */
#include "log/shape.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/codec.h"

/* What fits into `out`, up to `most` bytes. */
struct shaping {
    char *out;
    size_t n, most;
};

static bool
add(struct shaping *s, struct str text)
{
    if (text.n > s->most - s->n)
        return false;
    memcpy(s->out + s->n, text.p, text.n);
    s->n += text.n;
    return true;
}

static bool
add_cstr(struct shaping *s, const char *text)
{
    return add(s, str_from_cstr(text));
}

/* One key=value of the body; the value without its quotes, with escapes as log_quote writes them. False: no
 * more. What does not have that form has the key "text". */
static bool
next_field(struct str *rest, struct str *key_out, struct str *value_out)
{
    struct str s = str_trim(*rest, " ");
    size_t n = 0, end;
    if (s.n == 0)
        return false;
    while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') || (s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '_'))
        n++;
    if (n == 0 || n == s.n || s.p[n] != '=') {
        *key_out = STR_LIT("text");
        *value_out = s;
        *rest = STR_LIT("");
        return true;
    }
    *key_out = str_sub(s, 0, n++);
    bool is_quoted = n < s.n && s.p[n] == '"';
    if (is_quoted) {
        for (end = n + 1; end < s.n && s.p[end] != '"'; end++)
            end += s.p[end] == '\\' ? 1 : 0;
        end = end < s.n ? end : s.n;
        *value_out = str_sub(s, n + 1, end - n - 1);
    } else {
        end = n + str_find(str_sub(s, n, s.n), ' ');
        *value_out = str_sub(s, n, end - n);
    }
    *rest = str_sub(s, end + (is_quoted ? 1 : 0), s.n);
    if (is_quoted && str_starts(*rest, STR_LIT("...")))
        *rest = str_sub(*rest, 3, rest->n); /* it was truncated */
    return true;
}

/* One character of a value as JSON has it; *n_out is its length in `rest`. log_quote's escapes are those of
 * JSON, but for \xNN. */
static void
json_character(struct str rest, char out[16], size_t *n_out)
{
    unsigned char c = (unsigned char)rest.p[0];
    size_t n = 0;
    *n_out = 1;
    if (c == '\\' && rest.n >= 4 && rest.p[1] == 'x') {
        *n_out = 4;
        (void)snprintf(out, 16, "\\u00%.2s", rest.p + 2);
    } else if (c == '\\' && rest.n >= 2 && str_find(STR_LIT("\\\"nu"), rest.p[1]) < 4) {
        *n_out = 2;
        (void)snprintf(out, 16, "\\%c", rest.p[1]);
    } else if (c == '\\' || c == '"') {
        (void)snprintf(out, 16, "\\%c", (char)c);
    } else if (utf8_read(rest, &n) == UINT32_MAX) {
        (void)snprintf(out, 16, "\\ufffd");
    } else {
        *n_out = n;
        memcpy(out, rest.p, n);
        out[n] = '\0';
    }
}

static bool
add_json(struct shaping *s, const char *before, struct str key, struct str value)
{
    size_t was = s->n;
    bool fits = add_cstr(s, before) && add_cstr(s, "\"") && add(s, key) && add_cstr(s, "\":\"");
    while (fits && value.n > 0) {
        char text[16];
        size_t n = 0;
        json_character(value, text, &n);
        fits = add_cstr(s, text);
        value = str_sub(value, n, value.n);
    }
    fits = fits && add_cstr(s, "\"");
    if (!fits)
        s->n = was;
    return fits;
}

/* A key of the body that is also one of ours would make the object ambiguous. */
static struct str
json_key(struct str key)
{
    static const struct str ours[] = {STR("time"),  STR("level"),   STR("process"),
                                      STR("event"), STR("request"), STR("trace")};
    for (size_t i = 0; i < ARRAY_LEN(ours); i++)
        if (str_eq(key, ours[i]))
            return STR_LIT("value");
    return key;
}

size_t
shape_json(const struct shape_event *e, char out[SHAPE_MAX])
{
    static const char end[] = ",\"truncated\":\"yes\"}\n";
    struct shaping s = {.out = out, .most = SHAPE_MAX - sizeof end};
    struct str rest = e->body, key, value;
    char when[CLOCK_TEXT_MS];
    bool fits = true;
    clock_text_ms(clock_wall(), when);
    fits = add_json(&s, "{", STR_LIT("time"), str_from_cstr(when)) &&
           add_json(&s, ",", STR_LIT("level"), str_from_cstr(log_level_name(e->row->level))) &&
           add_json(&s, ",", STR_LIT("process"), str_from_cstr(e->who)) &&
           add_json(&s, ",", STR_LIT("event"), str_from_cstr(e->row->name));
    if (e->request[0] != '\0')
        fits = fits && add_json(&s, ",", STR_LIT("request"), str_from_cstr(e->request));
    if (e->trace[0] != '\0')
        fits = fits && add_json(&s, ",", STR_LIT("trace"), str_from_cstr(e->trace));
    while (fits && next_field(&rest, &key, &value))
        fits = add_json(&s, ",", json_key(key), value);
    s.most = SHAPE_MAX;
    (void)add_cstr(&s, fits ? "}\n" : end);
    return s.n;
}

static char
priority(enum log_level level)
{
    static const char priorities[] = {
        [LOG_LEVEL_ERROR] = '3', [LOG_LEVEL_WARNING] = '4', [LOG_LEVEL_INFO] = '6', [LOG_LEVEL_DEBUG] = '7'};
    return priorities[level];
}

/* " request=... trace=..." */
static void
write_origin(const struct shape_event *e, char out[LOG_ORIGIN_MAX])
{
    int n = 0;
    out[0] = '\0';
    if (e->request[0] != '\0')
        n = snprintf(out, LOG_ORIGIN_MAX, " request=%s", e->request);
    if (e->trace[0] != '\0')
        (void)snprintf(out + n, LOG_ORIGIN_MAX - (size_t)n, " trace=%s", e->trace);
}

size_t
shape_text(const struct shape_event *e, bool has_priority, char out[SHAPE_MAX])
{
    char when[CLOCK_TEXT_MS], origin[LOG_ORIGIN_MAX];
    int head;
    if (has_priority) {
        head = snprintf(out, SHAPE_MAX, "<%c>%s %s", priority(e->row->level), e->who, e->row->name);
    } else {
        clock_text_ms(clock_wall(), when);
        head = snprintf(out, SHAPE_MAX, "%s %s %s %s", when, log_level_name(e->row->level), e->who,
                        e->row->name);
    }
    ASSERT(head > 0 && head < SHAPE_MAX / 2);
    write_origin(e, origin);
    struct shaping s = {.out = out, .n = (size_t)head, .most = SHAPE_MAX - 1 - strlen(origin)};
    if (e->body.n > 0) {
        (void)add_cstr(&s, " ");
        (void)add(&s, str_sub(e->body, 0, s.most - s.n));
    }
    s.most = SHAPE_MAX;
    (void)add_cstr(&s, origin);
    (void)add_cstr(&s, "\n");
    return s.n;
}

/* NAME=value and a line end; the value has no line end in it. */
static void
add_journal(struct shaping *s, const char *prefix, struct str key, struct str value)
{
    size_t was = s->n;
    bool fits = add_cstr(s, prefix);
    for (size_t i = 0; fits && i < key.n; i++) {
        char c = key.p[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        fits = add(s, (struct str){&c, 1});
    }
    if (!fits || !add_cstr(s, "=") || !add(s, value) || !add_cstr(s, "\n"))
        s->n = was;
}

size_t
shape_journal(const struct shape_event *e, char out[SHAPE_MAX])
{
    static const char ours[] = "COUNTERSIGN_";
    struct shaping s = {.out = out, .most = SHAPE_MAX};
    struct str rest = e->body, key, value;
    char text[SHAPE_MAX], origin[LOG_ORIGIN_MAX];
    const char level[] = {priority(e->row->level), '\0'};
    write_origin(e, origin);
    /* The fields repeat what MESSAGE says, and are left out first. */
    int n = snprintf(text, sizeof text, "%s %s%s%.*s%s", e->who, e->row->name, e->body.n > 0 ? " " : "",
                     (int)(e->body.n < SHAPE_MAX / 2 ? e->body.n : SHAPE_MAX / 2),
                     e->body.n > 0 ? e->body.p : "", origin);
    add_journal(&s, "", STR_LIT("MESSAGE"),
                (struct str){text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1});
    add_journal(&s, "", STR_LIT("PRIORITY"), str_from_cstr(level));
    add_journal(&s, "", STR_LIT("SYSLOG_IDENTIFIER"), STR_LIT("countersign"));
    add_journal(&s, ours, STR_LIT("PROCESS"), str_from_cstr(e->who));
    add_journal(&s, ours, STR_LIT("EVENT"), str_from_cstr(e->row->name));
    if (e->request[0] != '\0')
        add_journal(&s, ours, STR_LIT("REQUEST"), str_from_cstr(e->request));
    if (e->trace[0] != '\0')
        add_journal(&s, ours, STR_LIT("TRACE"), str_from_cstr(e->trace));
    while (next_field(&rest, &key, &value))
        add_journal(&s, ours, json_key(key), value);
    return s.n;
}
