/* SPDX-License-Identifier: Apache-2.0 */
/* args: one pass over argv. The first words name the command; all others belong to it. */
#include "cli/args.h"

#include <string.h>

#include "base/near.h"

static bool
has_given(const struct args *args, const char *name)
{
    for (size_t i = 0; i < args->n_given; i++)
        if (strcmp(args->given[i].option->name, name) == 0)
            return true;
    return false;
}

static bool
wants_text_only(const struct args *args)
{
    return has_given(args, "help") || has_given(args, "version");
}

/* " (did you mean 'technician'?)", or nothing. */
static const char *
meant(struct cx *cx, const struct near *n)
{
    if (str_is_null(n->best))
        return "";
    return arena_printf(&cx->arena, " (did you mean '%.*s'?)", STR_ARG(n->best)).p;
}

static const char *
meant_group(struct cx *cx, const char *word)
{
    struct near n;
    near_begin(&n, str_from_cstr(word));
    for (size_t i = 0; i < command_groups_n; i++)
        near_offer(&n, str_from_cstr(command_groups[i].name));
    return meant(cx, &n);
}

static const char *
meant_verb(struct cx *cx, const char *group, const char *word)
{
    struct near n;
    near_begin(&n, str_from_cstr(word));
    for (size_t i = 0; i < commands_n; i++)
        if (strcmp(commands[i].group, group) == 0)
            near_offer(&n, str_from_cstr(commands[i].verb));
    return meant(cx, &n);
}

static const char *
meant_option(struct cx *cx, const struct command *command, const char *word)
{
    struct near n;
    near_begin(&n, str_from_cstr(word));
    for (size_t i = 0; command != NULL && i < command_options_n; i++)
        if (command_takes(command, &command_options[i]))
            near_offer(&n, str_from_cstr(command_options[i].name));
    for (size_t i = 0; i < command_globals_n; i++)
        near_offer(&n, str_from_cstr(command_globals[i].name));
    return str_is_null(n.best) ? ""
                               : arena_printf(&cx->arena, " (did you mean '--%.*s'?)", STR_ARG(n.best)).p;
}

static enum errcode
take_word(struct cx *cx, struct args *args, const char *word)
{
    if (args->group == NULL) {
        if (!command_has_group(word))
            return err_set(cx, ERR_USAGE, "there is no command '%s'%s: see countersign --help", word,
                           meant_group(cx, word));
        args->group = word;
        args->command = command_find(word, NULL);
        return ERR_NONE;
    }
    if (args->command == NULL) {
        args->command = command_find(args->group, word);
        if (args->command == NULL)
            return err_set(cx, ERR_USAGE, "there is no command '%s %s'%s: see countersign %s --help",
                           args->group, word, meant_verb(cx, args->group, word), args->group);
        return ERR_NONE;
    }
    if (args->n_words == ARGS_WORDS)
        return err_set(cx, ERR_USAGE, "too many words: '%s'", word);
    args->words[args->n_words++] = word;
    return ERR_NONE;
}

/* One option at argv[*at]; advances *at when the value is the next word. */
static enum errcode
take_option(struct cx *cx, struct args *args, int argc, char *const *argv, int *at)
{
    const char *text = argv[*at];
    const char *name = text + 2;
    if (strcmp(text, "-c") == 0)
        name = "config";
    else if (strcmp(text, "-h") == 0)
        name = "help";
    else if (text[1] != '-')
        return err_set(cx, ERR_USAGE, "there is no option '%s'", text);

    struct str rest = str_from_cstr(name);
    char *plain = arena_cstr(&cx->arena, str_cut(&rest, '='));
    const struct command_option *option = command_option_find(args->command, plain);
    if (option == NULL)
        return err_set(cx, ERR_USAGE, "there is no option '--%s' here%s", plain,
                       meant_option(cx, args->command, plain));
    if (has_given(args, plain))
        return err_set(cx, ERR_USAGE, "--%s is given twice", plain);

    const char *value = "";
    if (option->value[0] == '\0') {
        if (!str_is_null(rest))
            return err_set(cx, ERR_USAGE, "--%s takes no value", plain);
    } else if (!str_is_null(rest)) {
        value = rest.p;
    } else {
        if (*at + 1 >= argc)
            return err_set(cx, ERR_USAGE, "--%s needs %s", plain, option->value);
        value = argv[++*at];
    }
    ASSERT(args->n_given < ARGS_OPTIONS); /* no option may occur twice, and no command has more */
    args->given[args->n_given++] = (struct args_given){option, value};
    return ERR_NONE;
}

/* "countersign technician add EMAIL --company COMPANY" */
static struct str
shortest(struct cx *cx, const struct args *args)
{
    const struct command *c = args->command;
    struct str line =
        arena_printf(&cx->arena, "countersign %s%s%s%s%s", args->group, c->verb[0] != '\0' ? " " : "",
                     c->verb, c->args[0] != '\0' ? " " : "", c->args);
    for (size_t i = 0; i < command_options_n; i++) {
        const struct command_option *o = &command_options[i];
        if (command_takes(c, o) && o->need == REQUIRED)
            line = arena_printf(&cx->arena, "%.*s --%s %s", STR_ARG(line), o->name, o->value);
    }
    return line;
}

static enum errcode
check_complete(struct cx *cx, const struct args *args)
{
    if (args->group == NULL)
        return err_set(cx, ERR_USAGE, "a command is missing: see countersign --help");
    if (args->command == NULL)
        return err_set(cx, ERR_USAGE, "'%s' needs a command after it: see countersign %s --help", args->group,
                       args->group);

    size_t least, most;
    command_count_args(args->command, &least, &most);
    if (args->n_words < least || args->n_words > most)
        return err_set(cx, ERR_USAGE, "%s: usage: %.*s",
                       args->n_words < least ? "something is missing" : "too many words",
                       STR_ARG(shortest(cx, args)));
    for (size_t i = 0; i < command_options_n; i++) {
        const struct command_option *option = &command_options[i];
        if (command_takes(args->command, option) && option->need == REQUIRED &&
            !has_given(args, option->name))
            return err_set(cx, ERR_USAGE, "--%s %s is missing", option->name, option->value);
    }
    return ERR_NONE;
}

enum errcode
args_read(struct cx *cx, int argc, char *const *argv, struct args *args_out)
{
    *args_out = (struct args){0};
    bool options_over = false;
    enum errcode err = ERR_NONE;
    for (int i = 1; i < argc && err == ERR_NONE; i++) {
        const char *text = argv[i];
        if (!options_over && strcmp(text, "--") == 0)
            options_over = true;
        else if (!options_over && text[0] == '-' && text[1] != '\0')
            err = take_option(cx, args_out, argc, argv, &i);
        else
            err = take_word(cx, args_out, text);
    }
    if (err != ERR_NONE || wants_text_only(args_out))
        return err;
    return check_complete(cx, args_out);
}

struct str
args_option(const struct args *args, const char *name)
{
    ASSERT(command_option_find(args->command, name) != NULL);
    for (size_t i = 0; i < args->n_given; i++)
        if (strcmp(args->given[i].option->name, name) == 0)
            return str_from_cstr(args->given[i].value);
    return STR_NULL;
}

bool
args_has(const struct args *args, const char *name)
{
    return !str_is_null(args_option(args, name));
}

struct str
args_word(const struct args *args, size_t i)
{
    return i < args->n_words ? str_from_cstr(args->words[i]) : STR_NULL;
}
