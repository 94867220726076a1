/* SPDX-License-Identifier: Apache-2.0 */
/* setting: the table of settings, and conversion of values of every kind. */
#include "config/setting.h"

#include <string.h>

#include "base/clock.h"

const struct setting settings[SETTING_COUNT_] = {
#define SETTING(section_, key_, kind_, def_, min_, max_, reload_, doc_)                    \
    [SETTING_##section_##_##key_] = {.section = #section_,                                 \
                                     .key = #key_,                                         \
                                     .kind = KIND_##kind_,                                 \
                                     .reload = RELOAD_##reload_,                           \
                                     .def = def_,                                          \
                                     .min = min_,                                          \
                                     .max = max_,                                          \
                                     .offset = offsetof(struct config, section_##_##key_), \
                                     .doc = doc_},
#include "config/config.def"
};

const struct setting_section setting_sections[] = {
#define SECTION(name, doc) {#name, doc},
#include "config/config.def"
    {NULL, NULL},
};

struct unit {
    char letter;
    uint64_t factor;
};

static const struct unit size_units[] = {{'G', 1 << 30}, {'M', 1 << 20}, {'K', 1 << 10}, {'\0', 1}};
static const struct unit time_units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}, {'\0', 1}};
static const struct unit no_units[] = {{'\0', 1}};

static const struct {
    const char *word;
    bool value;
} bools[] = {{"yes", true}, {"no", false}, {"on", true}, {"off", false}, {"true", true}, {"false", false}};

/* In the order of enum log_level, enum log_format, enum config_access. */
static const char *const log_levels[] = {"error", "warning", "info", "debug", NULL};
static const char *const log_formats[] = {"text", "json", "journald", NULL};
static const char *const accesses[] = {"off", "errors", "all", NULL};

static const struct unit *
units_of(enum setting_kind kind)
{
    return kind == KIND_SIZE ? size_units : kind == KIND_SECONDS ? time_units : no_units;
}

static bool
read_number(const struct setting *s, struct str text, uint64_t *out)
{
    const struct unit *u = units_of(s->kind);
    while (u->letter != '\0' && !str_ends(text, (struct str){&u->letter, 1}))
        u++;
    struct str digits = u->letter == '\0' ? text : str_sub(text, 0, text.n - 1);
    uint64_t n = 0;
    if (str_to_u64(digits, s->max / u->factor, &n) != ERR_NONE || n * u->factor < s->min)
        return false;
    *out = n * u->factor;
    return true;
}

static bool
read_bool(struct str text, bool *out)
{
    for (size_t i = 0; i < ARRAY_LEN(bools); i++) {
        if (str_eq(text, str_from_cstr(bools[i].word))) {
            *out = bools[i].value;
            return true;
        }
    }
    return false;
}

/* Ends with NULL. */
static const char *const *
choices_of(enum setting_kind kind)
{
    return kind == KIND_CHOICE_FORMAT ? log_formats : kind == KIND_CHOICE_ACCESS ? accesses : log_levels;
}

static bool
read_choice(enum setting_kind kind, struct str text, int *out)
{
    const char *const *choices = choices_of(kind);
    for (int i = 0; choices[i] != NULL; i++) {
        if (str_eq(text, str_from_cstr(choices[i]))) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* "error, warning, info or debug" */
static void
describe_choice(enum setting_kind kind, struct buf *out)
{
    const char *const *choices = choices_of(kind);
    for (int i = 0; choices[i] != NULL; i++) {
        const char *before = i == 0 ? "" : choices[i + 1] == NULL ? " or " : ", ";
        buf_addf(out, "%s%s", before, choices[i]);
    }
}

static bool
is_separator(char c)
{
    return c == ' ' || c == '\t' || c == ',';
}

/* The next item of a list, or null at its end. */
static struct str
next_item(struct str *rest)
{
    size_t from = 0;
    while (from < rest->n && is_separator(rest->p[from]))
        from++;
    size_t to = from;
    while (to < rest->n && !is_separator(rest->p[to]))
        to++;
    struct str item = to == from ? STR_NULL : str_sub(*rest, from, to - from);
    *rest = str_sub(*rest, to, SIZE_MAX);
    return item;
}

static struct config_list
read_list(struct arena *a, struct str text)
{
    struct str own = arena_str(a, text);
    size_t n = 0;
    for (struct str rest = own; !str_is_null(next_item(&rest));)
        n++;
    struct str *items = arena_array(a, n, sizeof *items);
    struct str rest = own;
    for (size_t i = 0; i < n; i++)
        items[i] = next_item(&rest);
    return (struct config_list){items, n};
}

static bool
fits(const struct setting *s, struct str text)
{
    return text.n >= s->min && text.n <= s->max;
}

static bool
read_value(const struct setting *s, struct str text, struct config *c)
{
    void *member = (char *)c + s->offset;
    uint64_t n = 0;
    switch (s->kind) {
    case KIND_BOOL:
        return read_bool(text, member);
    case KIND_CHOICE_LOG:
    case KIND_CHOICE_FORMAT:
    case KIND_CHOICE_ACCESS:
        return read_choice(s->kind, text, member);
    case KIND_INT:
    case KIND_SECONDS:
        if (!read_number(s, text, &n))
            return false;
        *(int64_t *)member = (int64_t)n * (s->kind == KIND_SECONDS ? CLOCK_S : 1);
        return true;
    case KIND_SIZE:
        if (!read_number(s, text, &n))
            return false;
        *(size_t *)member = n;
        return true;
    case KIND_PATH:
        if (!fits(s, text) || (text.n > 0 && text.p[0] != '/'))
            return false;
        *(struct str *)member = arena_str(&c->arena, text);
        return true;
    case KIND_STRING:
        if (!fits(s, text))
            return false;
        *(struct str *)member = arena_str(&c->arena, text);
        return true;
    case KIND_LIST:
        if (!fits(s, text))
            return false;
        *(struct config_list *)member = read_list(&c->arena, text);
        return true;
    }
    return false;
}

bool
setting_read(const struct setting *s, struct str text, struct config *c, struct buf *why)
{
    if (read_value(s, text, c))
        return true;
    if (why != NULL)
        setting_describe(s, why);
    return false;
}

static bool
lists_equal(const struct config_list *a, const struct config_list *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++)
        same = str_eq(a->items[i], b->items[i]);
    return same;
}

bool
setting_is_equal(const struct setting *s, const struct config *a, const struct config *b)
{
    const void *x = (const char *)a + s->offset;
    const void *y = (const char *)b + s->offset;
    switch (s->kind) {
    case KIND_BOOL:
        return *(const bool *)x == *(const bool *)y;
    case KIND_CHOICE_LOG:
    case KIND_CHOICE_FORMAT:
    case KIND_CHOICE_ACCESS:
        return *(const int *)x == *(const int *)y;
    case KIND_INT:
    case KIND_SECONDS:
        return *(const int64_t *)x == *(const int64_t *)y;
    case KIND_SIZE:
        return *(const size_t *)x == *(const size_t *)y;
    case KIND_PATH:
    case KIND_STRING:
        return str_eq(*(const struct str *)x, *(const struct str *)y);
    case KIND_LIST:
        return lists_equal(x, y);
    }
    return false;
}

static struct config_list
copy_list(struct arena *a, const struct config_list *from)
{
    struct str *items = arena_array(a, from->n, sizeof *items);
    for (size_t i = 0; i < from->n; i++)
        items[i] = arena_str(a, from->items[i]);
    return (struct config_list){items, from->n};
}

void
setting_copy(const struct setting *s, struct config *to, const struct config *from)
{
    void *x = (char *)to + s->offset;
    const void *y = (const char *)from + s->offset;
    switch (s->kind) {
    case KIND_BOOL:
        *(bool *)x = *(const bool *)y;
        break;
    case KIND_CHOICE_LOG:
    case KIND_CHOICE_FORMAT:
    case KIND_CHOICE_ACCESS:
        *(int *)x = *(const int *)y;
        break;
    case KIND_INT:
    case KIND_SECONDS:
        *(int64_t *)x = *(const int64_t *)y;
        break;
    case KIND_SIZE:
        *(size_t *)x = *(const size_t *)y;
        break;
    case KIND_PATH:
    case KIND_STRING:
        *(struct str *)x = arena_str(&to->arena, *(const struct str *)y);
        break;
    case KIND_LIST:
        *(struct config_list *)x = copy_list(&to->arena, y);
        break;
    }
}

/* With the largest unit that divides it: 86400 becomes 1d. */
static void
add_number(struct buf *out, enum setting_kind kind, uint64_t n)
{
    const struct unit *u = units_of(kind);
    while (u->letter != '\0' && (n == 0 || n % u->factor != 0))
        u++;
    buf_add_u64(out, n / u->factor);
    if (u->letter != '\0')
        buf_add_byte(out, (unsigned char)u->letter);
}

static void
describe_text(const struct setting *s, const char *what, struct buf *out)
{
    buf_addf(out, "%s of %s%u bytes", what, s->min == 0 ? "at most " : "1 to ", (unsigned)s->max);
}

void
setting_describe(const struct setting *s, struct buf *out)
{
    switch (s->kind) {
    case KIND_BOOL:
        buf_add_cstr(out, "yes or no");
        return;
    case KIND_CHOICE_LOG:
    case KIND_CHOICE_FORMAT:
    case KIND_CHOICE_ACCESS:
        describe_choice(s->kind, out);
        return;
    case KIND_INT:
    case KIND_SIZE:
    case KIND_SECONDS:
        buf_add_cstr(out, s->kind == KIND_INT    ? "a number from "
                          : s->kind == KIND_SIZE ? "a size (K, M, G) from "
                                                 : "a time (s, m, h, d) from ");
        add_number(out, s->kind, s->min);
        buf_add_cstr(out, " to ");
        add_number(out, s->kind, s->max);
        return;
    case KIND_STRING:
        describe_text(s, "text", out);
        return;
    case KIND_PATH:
        describe_text(s, "an absolute path", out);
        return;
    case KIND_LIST:
        describe_text(s, "a list, separated by blanks or commas,", out);
        return;
    }
}
