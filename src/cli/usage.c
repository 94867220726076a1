/* SPDX-License-Identifier: Apache-2.0 */
/* usage: help and the manual page's part, both generated from the table. */
#include "cli/usage.h"

#include <string.h>

#include "cli/print.h"

enum { USAGE_MAX = 256 * 1024, HELP_INDENT = 30 };

static bool
is_single(const struct command *c)
{
    return c->verb[0] == '\0';
}

/* "technician add EMAIL" */
static void
add_synopsis(struct buf *out, const struct command *c)
{
    buf_addf(out, "%s%s%s%s%s", c->group, is_single(c) ? "" : " ", c->verb, c->args[0] != '\0' ? " " : "",
             c->args);
}

/* The text wrapped at blanks, with all lines but the first indented. */
static void
add_wrapped(struct buf *out, const char *text, size_t indent)
{
    enum { WIDTH = 100 };
    size_t column = indent;
    struct str rest = str_from_cstr(text);
    while (!str_is_null(rest)) {
        struct str word = str_cut(&rest, ' ');
        if (column > indent && column + 1 + word.n > WIDTH) {
            buf_addf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            buf_add_byte(out, ' ');
            column++;
        }
        buf_add_str(out, word);
        column += word.n;
    }
    buf_add_byte(out, '\n');
}

/* A left part, with its text in the second column. */
static void
add_item(struct buf *out, struct str left, const char *text)
{
    buf_addf(out, "  %.*s", STR_ARG(left));
    if (left.n + 4 > HELP_INDENT)
        buf_addf(out, "\n%*s", HELP_INDENT, "");
    else
        buf_addf(out, "%*s", (int)(HELP_INDENT - 2 - left.n), "");
    add_wrapped(out, text, HELP_INDENT);
}

static void
add_option(struct buf *out, const struct command_option *o)
{
    struct buf left;
    buf_init(&left, 256);
    buf_addf(&left, "--%s%s%s", o->name, o->value[0] != '\0' ? " " : "", o->value);
    add_item(out, buf_view(&left), o->doc);
    buf_clear(&left);
}

static void
add_command_line(struct buf *out, const struct command *c)
{
    struct buf left;
    buf_init(&left, 256);
    add_synopsis(&left, c);
    add_item(out, buf_view(&left), c->summary);
    buf_clear(&left);
}

static void
add_globals(struct buf *out)
{
    buf_add_cstr(out, "\nOptions of every command:\n");
    for (size_t i = 0; i < command_globals_n; i++)
        add_option(out, &command_globals[i]);
}

static void
help_command(struct buf *out, const struct command *c)
{
    buf_add_cstr(out, "usage: countersign ");
    add_synopsis(out, c);
    bool any = false;
    for (size_t i = 0; i < command_options_n; i++) {
        const struct command_option *o = &command_options[i];
        if (!command_takes(c, o))
            continue;
        any = true;
        if (o->need == REQUIRED)
            buf_addf(out, " --%s %s", o->name, o->value);
    }
    buf_addf(out, "%s\n\n", any ? " [OPTION ...]" : "");
    add_wrapped(out, c->summary, 0);
    if (any)
        buf_add_cstr(out, "\nOptions:\n");
    for (size_t i = 0; i < command_options_n; i++)
        if (command_takes(c, &command_options[i]))
            add_option(out, &command_options[i]);
    add_globals(out);
}

/* group NULL: all of them. */
static void
help_groups(struct buf *out, const char *group)
{
    buf_addf(out, "usage: countersign %s%s[OPTION ...]\n", group != NULL ? group : "COMMAND",
             group != NULL ? " VERB ... " : " ... ");
    for (size_t g = 0; g < command_groups_n; g++) {
        if (group != NULL && strcmp(command_groups[g].name, group) != 0)
            continue;
        buf_addf(out, "\n%s\n", command_groups[g].summary);
        for (size_t i = 0; i < commands_n; i++)
            if (strcmp(commands[i].group, command_groups[g].name) == 0)
                add_command_line(out, &commands[i]);
    }
    add_globals(out);
    buf_add_cstr(out,
                 "\nExit status: 0 done, 1 refused or failed, 2 wrong usage or input, 3 store or server not "
                 "available.\nThe manual: countersign(1).\n");
}

enum errcode
usage_help(struct cli *cli)
{
    struct buf text;
    buf_init(&text, USAGE_MAX);
    if (cli->args.command != NULL)
        help_command(&text, cli->args.command);
    else
        help_groups(&text, cli->args.group);
    ASSERT(!buf_is_over(&text));
    json_t *document = print_object();
    print_put_str(document, "help", buf_view(&text));
    struct str shown = str_trim(buf_view(&text), "\n");
    print_done(cli, document, "%.*s", STR_ARG(shown));
    buf_clear(&text);
    return ERR_NONE;
}

json_t *
usage_version(void)
{
    json_t *document = print_object();
    print_put_cstr(document, "version", COUNTERSIGN_VERSION);
    return document;
}

/* Text for mdoc: roff interprets backslashes and leading dots and quotes. */
static void
man_text(struct buf *out, const char *text)
{
    if (text[0] == '.' || text[0] == '\'')
        buf_add_cstr(out, "\\&");
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\\')
            buf_add_cstr(out, "\\e");
        else if (*p == '-')
            buf_add_cstr(out, "\\-");
        else
            buf_add_byte(out, (unsigned char)*p);
        /* mdoc expects a sentence to end its line. */
        if (*p == '.' && p[1] == ' ') {
            buf_add_byte(out, '\n');
            p++;
        }
    }
    buf_add_byte(out, '\n');
}

static void
man_synopsis(struct buf *out, const struct command *c)
{
    buf_addf(out, ".It Cm %s", c->group);
    if (!is_single(c))
        buf_addf(out, " Cm %s", c->verb);
    struct str rest = c->args[0] != '\0' ? str_from_cstr(c->args) : STR_NULL;
    while (!str_is_null(rest)) {
        struct str word = str_cut(&rest, ' ');
        if (str_starts(word, STR_LIT("[")))
            buf_addf(out, " Op Ar %.*s", STR_ARG(str_trim(word, "[]")));
        else
            buf_addf(out, " Ar %.*s", STR_ARG(word));
    }
    buf_add_byte(out, '\n');
}

static void
man_option(struct buf *out, const struct command_option *o)
{
    buf_addf(out, ".It Fl \\-%s", o->name);
    if (o->value[0] != '\0')
        buf_addf(out, " Ar %s", o->value);
    buf_add_byte(out, '\n');
    man_text(out, o->doc);
    if (o->need == REQUIRED)
        buf_add_cstr(out, "Must be given.\n");
}

static void
man_options(struct buf *out, const struct command *c)
{
    bool any = false;
    for (size_t i = 0; i < command_options_n; i++) {
        const struct command_option *o = &command_options[i];
        if (!command_takes(c, o))
            continue;
        if (!any)
            buf_add_cstr(out, ".Bl -tag -width Ds -compact\n");
        any = true;
        man_option(out, o);
    }
    if (any)
        buf_add_cstr(out, ".El\n");
}

void
usage_write_man(struct buf *out)
{
    for (size_t g = 0; g < command_groups_n; g++) {
        buf_addf(out, ".Ss %s\n", command_groups[g].name);
        man_text(out, command_groups[g].summary);
        buf_add_cstr(out, ".Bl -tag -width Ds\n");
        for (size_t i = 0; i < commands_n; i++) {
            const struct command *c = &commands[i];
            if (strcmp(c->group, command_groups[g].name) != 0)
                continue;
            man_synopsis(out, c);
            man_text(out, c->summary);
            man_options(out, c);
        }
        buf_add_cstr(out, ".El\n");
    }
}

void
usage_write_man_options(struct buf *out)
{
    for (size_t i = 0; i < command_globals_n; i++)
        man_option(out, &command_globals[i]);
}
