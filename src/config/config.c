/* SPDX-License-Identifier: Apache-2.0 */
/* config: reads a file line by line, and collects all of its errors. */
#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/codec.h"
#include "config/setting.h"

enum { FILE_MAX = 64 * 1024, SHOWN = 60, WHY = 200 };

struct reading {
    struct config *c;
    struct problems problems;
    unsigned line;
    const struct setting_section *section; /* NULL before the first section, and in an unknown one */
    bool in_unknown;                       /* unknown section: its keys are skipped, since one complaint is
                                            * enough */
};

void
config_init(struct config *c)
{
    *c = (struct config){.server_workers = 0};
    arena_init(&c->arena);
    for (size_t i = 0; i < SETTING_COUNT_; i++)
        ASSERT(setting_read(&settings[i], str_from_cstr(settings[i].def), c, NULL));
}

void
config_clear(struct config *c)
{
    arena_clear(&c->arena);
    *c = (struct config){.server_workers = 0};
}

/* A value or key as shown in messages: it may be long, or contain a secret by mistake. */
static struct str
shown(struct str s)
{
    return str_sub(s, 0, SHOWN);
}

static void
read_section(struct reading *r, struct str line)
{
    struct str name = str_trim(str_sub(line, 1, line.n - 2), " \t");
    r->section = NULL;
    for (const struct setting_section *s = setting_sections; s->name != NULL; s++)
        if (str_eq(name, str_from_cstr(s->name)))
            r->section = s;
    r->in_unknown = r->section == NULL;
    if (r->in_unknown)
        problems_add(&r->problems, r->line, "unknown section [%.*s]", STR_ARG(shown(name)));
}

static const struct setting *
find_setting(const struct setting_section *section, struct str key)
{
    for (size_t i = 0; i < SETTING_COUNT_; i++)
        if (strcmp(settings[i].section, section->name) == 0 && str_eq(key, str_from_cstr(settings[i].key)))
            return &settings[i];
    return NULL;
}

static void
read_setting(struct reading *r, struct str key, struct str value)
{
    const struct setting *s = find_setting(r->section, key);
    if (s == NULL) {
        problems_add(&r->problems, r->line, "unknown setting %.*s in [%s]", STR_ARG(shown(key)),
                     r->section->name);
        return;
    }
    unsigned *set_at = &r->problems.set_at[s - settings];
    if (*set_at != 0) {
        problems_add(&r->problems, r->line, "%s was set in line %u already", s->key, *set_at);
        return;
    }
    *set_at = r->line;
    struct buf why;
    buf_init(&why, WHY);
    if (!setting_read(s, value, r->c, &why)) {
        r->problems.is_unread[s - settings] = true;
        struct str must = buf_view(&why);
        problems_add(&r->problems, r->line, "%s must be %.*s, not \"%.*s\"", s->key, STR_ARG(must),
                     STR_ARG(shown(value)));
    }
    buf_clear(&why);
}

static bool
is_plain_text(struct str line)
{
    for (size_t i = 0; i < line.n; i++)
        if (((unsigned char)line.p[i] < 0x20 && line.p[i] != '\t') || line.p[i] == 0x7f)
            return false;
    return utf8_is_valid(line);
}

static void
read_line(struct reading *r, struct str line)
{
    line = str_trim(line, " \t\r");
    if (!is_plain_text(line)) {
        problems_add(&r->problems, r->line, "not UTF-8 text without control characters");
        return;
    }
    if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
        return;
    if (line.n > 1 && line.p[0] == '[' && line.p[line.n - 1] == ']') {
        read_section(r, line);
        return;
    }
    struct str value = line;
    struct str key = str_trim(str_cut(&value, '='), " \t");
    if (str_is_null(value) || str_is_empty(key))
        problems_add(&r->problems, r->line, "neither [section] nor key = value");
    else if (r->section != NULL)
        read_setting(r, key, str_trim(value, " \t"));
    else if (!r->in_unknown)
        problems_add(&r->problems, r->line, "%.*s stands before the first [section]", STR_ARG(shown(key)));
}

enum errcode
config_parse(struct config *c, struct str name, struct str text, struct buf *messages)
{
    config_clear(c);
    config_init(c);
    struct reading r = {.c = c, .problems = {.name = name, .out = messages}};
    if (text.n > FILE_MAX)
        problems_add(&r.problems, 1, "larger than %d KiB", FILE_MAX / 1024);
    else
        for (struct str rest = utf8_skip_mark(text); !str_is_null(rest);) {
            r.line++;
            read_line(&r, str_cut(&rest, '\n'));
        }
    if (text.n <= FILE_MAX)
        config_check(c, &r.problems);
    if (r.problems.count == 0)
        return ERR_NONE;
    config_clear(c);
    config_init(c);
    return ERR_CONFIG;
}

static enum errcode
cannot_read(const char *name, struct buf *messages)
{
    buf_addf(messages, "%s: cannot be read: %s\n", name, strerror(errno));
    return ERR_IO;
}

enum errcode
config_read_fd(struct config *c, const char *name, int fd, struct buf *messages)
{
    struct buf text;
    buf_init(&text, FILE_MAX + 1);
    enum errcode err = ERR_NONE;
    ssize_t n = 1;
    while (n != 0 && err == ERR_NONE && buf_room(&text) > 0) {
        size_t want = buf_room(&text) < 4096 ? buf_room(&text) : 4096;
        n = read(fd, buf_reserve(&text, want), want);
        if (n > 0)
            buf_commit(&text, (size_t)n);
        else if (n < 0 && errno != EINTR)
            err = cannot_read(name, messages);
    }
    if (err == ERR_NONE)
        err = config_parse(c, str_from_cstr(name), buf_view(&text), messages);
    buf_clear(&text);
    return err;
}

enum errcode
config_read(struct config *c, const char *path, struct buf *messages)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return cannot_read(path, messages);
    enum errcode err = config_read_fd(c, path, fd, messages);
    (void)close(fd);
    return err;
}

/* Whether the live settings of `fresh`, combined with the running start settings, still satisfy every
 * rule. A removed certificate must not turn a running listener plain: turning TLS on or off needs a
 * restart, too. */
static bool
goes_together(const struct config *c, const struct config *fresh)
{
    if (str_is_empty(c->tls_certificate) != str_is_empty(fresh->tls_certificate))
        return false;
    struct config both;
    config_init(&both);
    for (size_t i = 0; i < SETTING_COUNT_; i++)
        setting_copy(&settings[i], &both, settings[i].reload == RELOAD_LIVE ? fresh : c);
    struct problems p = {.out = NULL};
    config_check(&both, &p);
    config_clear(&both);
    return p.count == 0;
}

void
config_take_live(struct config *c, const struct config *fresh, struct buf *needs_restart)
{
    bool live = goes_together(c, fresh);
    for (size_t i = 0; i < SETTING_COUNT_; i++) {
        const struct setting *s = &settings[i];
        if (setting_is_equal(s, c, fresh))
            continue;
        if (live && s->reload == RELOAD_LIVE)
            setting_copy(s, c, fresh);
        else
            buf_addf(needs_restart, "%s%s.%s", needs_restart->len == 0 ? "" : " ", s->section, s->key);
    }
}
