/* SPDX-License-Identifier: Apache-2.0 */
/* print: config.def as a default file and as the manual's list. */
#include <string.h>

#include "config/setting.h"

enum { WIDTH = 96 };

/* A comment, wrapped between words. */
static void
add_comment(struct buf *out, const char *text)
{
    struct str rest = str_from_cstr(text);
    size_t column = WIDTH + 1; /* at the start of no line yet */
    while (!str_is_null(rest)) {
        struct str word = str_cut(&rest, ' ');
        if (column + 1 + word.n > WIDTH) {
            buf_add_cstr(out, column > WIDTH ? "#" : "\n#");
            column = 1;
        }
        buf_add_byte(out, ' ');
        buf_add_str(out, word);
        column += 1 + word.n;
    }
    buf_add_byte(out, '\n');
}

/* Every setting is listed but commented out: a later release may have a better default. */
void
config_print_default(struct buf *out)
{
    add_comment(out, "countersign.conf: every setting with its default; see countersign.conf(5). "
                     "Take the # away before a setting to change it.");
    for (const struct setting_section *section = setting_sections; section->name != NULL; section++) {
        buf_add_cstr(out, "\n");
        add_comment(out, section->doc);
        buf_addf(out, "[%s]\n", section->name);
        for (size_t i = 0; i < SETTING_COUNT_; i++) {
            const struct setting *s = &settings[i];
            if (strcmp(s->section, section->name) != 0)
                continue;
            buf_add_cstr(out, "\n");
            add_comment(out, s->doc);
            buf_addf(out, "#%s =%s%s\n", s->key, s->def[0] == '\0' ? "" : " ", s->def);
        }
    }
}

/* Text as mdoc: one sentence per line, no line that looks like a request, pairs of ` become quotes. */
static void
add_mdoc_text(struct buf *out, const char *text)
{
    bool quoted = false;
    bool line_starts = true;
    for (const char *p = text; *p != '\0'; p++) {
        if (line_starts && (*p == '.' || *p == '\''))
            buf_add_cstr(out, "\\&");
        line_starts = p[0] == ' ' && p > text && p[-1] == '.' && p[1] >= 'A' && p[1] <= 'Z';
        if (line_starts) {
            buf_add_byte(out, '\n');
        } else if (*p == '`') {
            buf_add_cstr(out, quoted ? "\\(cq" : "\\(oq");
            quoted = !quoted;
        } else if (*p == '\\') {
            buf_add_cstr(out, "\\e");
        } else {
            buf_add_byte(out, (unsigned char)*p);
        }
    }
    buf_add_byte(out, '\n');
}

static void
add_mdoc_setting(struct buf *out, const struct setting *s)
{
    static const char *const values[] = {
        [KIND_BOOL] = "yes | no",       [KIND_INT] = "number",       [KIND_SIZE] = "size",
        [KIND_SECONDS] = "time",        [KIND_STRING] = "text",      [KIND_PATH] = "path",
        [KIND_LIST] = "list",           [KIND_CHOICE_LOG] = "level", [KIND_CHOICE_FORMAT] = "format",
        [KIND_CHOICE_ACCESS] = "which",
    };
    buf_addf(out, ".It Ic %s No = Ar %s\n", s->key, values[s->kind]);
    add_mdoc_text(out, s->doc);
    buf_add_cstr(out, "It is ");
    setting_describe(s, out);
    buf_add_cstr(out, s->def[0] == '\0' ? "; empty by default" : "; the default is\n.Ql ");
    buf_addf(out, "%s%s\n", s->def, s->def[0] == '\0' ? "." : " .");
    buf_add_cstr(out, s->reload == RELOAD_LIVE ? "A reload takes it over.\n" : "A change needs a restart.\n");
}

void
config_print_man(struct buf *out)
{
    for (const struct setting_section *section = setting_sections; section->name != NULL; section++) {
        buf_addf(out, ".Ss [%s]\n", section->name);
        add_mdoc_text(out, section->doc);
        buf_add_cstr(out, ".Bl -tag -width Ds\n");
        for (size_t i = 0; i < SETTING_COUNT_; i++)
            if (strcmp(settings[i].section, section->name) == 0)
                add_mdoc_setting(out, &settings[i]);
        buf_add_cstr(out, ".El\n");
    }
}
