/* SPDX-License-Identifier: Apache-2.0 */
/* completion: scripts for shells, each made from the table of commands. */
#include "cli/completion.h"

#include <string.h>

#include "base/str.h"
#include "cli/command.h"

static bool
is_single(const struct command *c)
{
    return c->verb[0] == '\0';
}

static void
bash_options(struct buf *out, const struct command *c)
{
    for (size_t i = 0; i < command_options_n; i++)
        if (command_takes(c, &command_options[i]))
            buf_addf(out, " --%s", command_options[i].name);
}

/* The options of any command that take a file: their values are completed as files. */
static void
bash_file_options(struct buf *out)
{
    buf_add_cstr(out, "-c|--config");
    for (size_t i = 0; i < command_options_n; i++) {
        bool is_first = strcmp(command_options[i].value, "FILE") == 0;
        for (size_t k = 0; is_first && k < i; k++)
            is_first = strcmp(command_options[k].name, command_options[i].name) != 0;
        if (is_first)
            buf_addf(out, "|--%s", command_options[i].name);
    }
}

static void
bash_value_options(struct buf *out)
{
    const char *gap = "";
    for (size_t i = 0; i < command_options_n; i++) {
        const struct command_option *o = &command_options[i];
        bool is_first = o->value[0] != '\0' && strcmp(o->value, "FILE") != 0;
        for (size_t k = 0; is_first && k < i; k++)
            is_first = strcmp(command_options[k].name, o->name) != 0;
        if (is_first) {
            buf_addf(out, "%s--%s", gap, o->name);
            gap = "|";
        }
    }
}

/* For each group: its verbs; for each command: its options. */
static void
bash_tables(struct buf *out)
{
    buf_add_cstr(out, "    case $group in\n    '') words='");
    for (size_t g = 0; g < command_groups_n; g++)
        buf_addf(out, "%s%s", g > 0 ? " " : "", command_groups[g].name);
    buf_add_cstr(out, "' ;;\n");
    for (size_t g = 0; g < command_groups_n; g++) {
        if (command_find(command_groups[g].name, NULL) != NULL)
            continue;
        buf_addf(out, "    %s) words='", command_groups[g].name);
        const char *gap = "";
        for (size_t i = 0; i < commands_n; i++)
            if (strcmp(commands[i].group, command_groups[g].name) == 0) {
                buf_addf(out, "%s%s", gap, commands[i].verb);
                gap = " ";
            }
        buf_add_cstr(out, "' ;;\n");
    }
    buf_add_cstr(out, "    esac\n    case \"$group $verb\" in\n");
    for (size_t i = 0; i < commands_n; i++) {
        buf_addf(out, "    '%s %s') words='' options='", commands[i].group, commands[i].verb);
        bash_options(out, &commands[i]);
        buf_add_cstr(out, "' ;;\n");
    }
    buf_add_cstr(out, "    esac\n");
}

void
completion_write_bash(struct buf *out)
{
    buf_add_cstr(out, "# bash completion for countersign; made by `countersign completion bash` from the "
                      "table of commands.\n"
                      "_countersign()\n{\n"
                      "    local cur=${COMP_WORDS[COMP_CWORD]} prev= group= verb= words= options= i\n"
                      "    [ \"$COMP_CWORD\" -gt 0 ] && prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                      "    COMPREPLY=()\n"
                      "    case $prev in\n    ");
    bash_file_options(out);
    buf_add_cstr(out, ")\n        compopt -o filenames 2>/dev/null || :\n"
                      "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n        return ;;\n    ");
    bash_value_options(out);
    buf_add_cstr(out, ") return ;;\n    esac\n"
                      "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                      "        case ${COMP_WORDS[i]} in\n"
                      "        -c|--config) ((i++)) ;;\n"
                      "        -*) ;;\n"
                      "        *)  if [ -z \"$group\" ]; then group=${COMP_WORDS[i]}\n"
                      "            elif [ -z \"$verb\" ]; then verb=${COMP_WORDS[i]}\n"
                      "            fi ;;\n"
                      "        esac\n"
                      "    done\n"
                      "    case $group in\n");
    for (size_t i = 0; i < commands_n; i++)
        if (is_single(&commands[i]))
            buf_addf(out, "    %s) verb= ;;\n", commands[i].group);
    buf_add_cstr(out, "    esac\n");
    bash_tables(out);
    buf_add_cstr(out, "    mapfile -t COMPREPLY < <(compgen -W \"$words $options -c");
    for (size_t i = 0; i < command_globals_n; i++)
        buf_addf(out, " --%s", command_globals[i].name);
    buf_add_cstr(out, "\" -- \"$cur\")\n}\ncomplete -F _countersign countersign\n");
}

/* Between single quotes: for zsh as in any shell, for fish with a backslash. */
static void
add_quoted(struct buf *out, const char *text, const char *quote)
{
    buf_add_byte(out, '\'');
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\'')
            buf_add_cstr(out, quote);
        else
            buf_add_byte(out, (unsigned char)*p);
    }
    buf_add_byte(out, '\'');
}

/* One item of _describe: NAME:TEXT. */
static void
zsh_item(struct buf *out, const char *dashes, const char *name, const char *text)
{
    buf_addf(out, " '%s%s:'", dashes, name);
    add_quoted(out, text, "'\\''");
}

static void
zsh_groups(struct buf *out)
{
    buf_add_cstr(out, "    case $group in\n    '') offer=(");
    for (size_t g = 0; g < command_groups_n; g++)
        zsh_item(out, "", command_groups[g].name, command_groups[g].summary);
    buf_add_cstr(out, ") ;;\n");
    for (size_t g = 0; g < command_groups_n; g++) {
        if (command_find(command_groups[g].name, NULL) != NULL)
            continue;
        buf_addf(out, "    %s) offer=(", command_groups[g].name);
        for (size_t i = 0; i < commands_n; i++)
            if (strcmp(commands[i].group, command_groups[g].name) == 0)
                zsh_item(out, "", commands[i].verb, commands[i].summary);
        buf_add_cstr(out, ") ;;\n");
    }
    buf_add_cstr(out, "    esac\n");
}

static void
zsh_commands(struct buf *out)
{
    buf_add_cstr(out, "    case \"$group $verb\" in\n");
    for (size_t i = 0; i < commands_n; i++) {
        buf_addf(out, "    '%s %s') offer=() options+=(", commands[i].group, commands[i].verb);
        for (size_t k = 0; k < command_options_n; k++)
            if (command_takes(&commands[i], &command_options[k]))
                zsh_item(out, "--", command_options[k].name, command_options[k].doc);
        buf_add_cstr(out, ") ;;\n");
    }
    buf_add_cstr(out, "    esac\n");
}

/* The words before the one that is typed: the group, and unless it is a command by itself the verb. */
#define ZSH_HEAD                                                                                           \
    "#compdef countersign\n"                                                                               \
    "# zsh completion for countersign; made by `countersign completion zsh` from the table of commands.\n" \
    "_countersign()\n{\n"                                                                                  \
    "    local group= verb= word\n    local -a offer options\n    local -i i skip=0\n"                     \
    "    case ${words[CURRENT-1]} in\n    "
#define ZSH_WORDS                                                \
    ") return 1 ;;\n    esac\n"                                  \
    "    for ((i = 2; i < CURRENT; i++)); do\n"                  \
    "        word=${words[i]}\n"                                 \
    "        if ((skip)); then skip=0\n"                         \
    "        elif [[ $word == (-c|--config) ]]; then skip=1\n"   \
    "        elif [[ $word == -* ]]; then :\n"                   \
    "        elif [[ -z $group ]]; then group=$word\n"           \
    "        elif [[ -z $verb ]]; then verb=$word\n        fi\n" \
    "    done\n    case $group in\n"

void
completion_write_zsh(struct buf *out)
{
    buf_add_cstr(out, ZSH_HEAD);
    bash_file_options(out);
    buf_add_cstr(out, ") _files; return ;;\n    ");
    bash_value_options(out);
    buf_add_cstr(out, ZSH_WORDS);
    for (size_t i = 0; i < commands_n; i++)
        if (is_single(&commands[i]))
            buf_addf(out, "    %s) verb= ;;\n", commands[i].group);
    buf_add_cstr(out, "    esac\n    options=(");
    for (size_t i = 0; i < command_globals_n; i++)
        zsh_item(out, "--", command_globals[i].name, command_globals[i].doc);
    buf_add_cstr(out, ")\n");
    zsh_groups(out);
    zsh_commands(out);
    buf_add_cstr(out, "    _describe -o option options\n"
                      "    (($#offer)) && _describe command offer\n}\n"
                      "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _countersign \"$@\"\n"
                      "else compdef _countersign countersign\nfi\n");
}

static void
fish_option(struct buf *out, const char *where, const struct command_option *o)
{
    buf_addf(out, "complete -c countersign%s -l %s", where, o->name);
    if (strcmp(o->value, "FILE") == 0)
        buf_add_cstr(out, " -rF");
    else if (o->value[0] != '\0')
        buf_add_cstr(out, " -x");
    buf_add_cstr(out, " -d ");
    add_quoted(out, o->doc, "\\'");
    buf_add_byte(out, '\n');
}

static void
fish_word(struct buf *out, const char *after, const char *word, const char *text)
{
    buf_addf(out, "complete -c countersign -n '__countersign_is%s' -a %s -d ", after, word);
    add_quoted(out, text, "\\'");
    buf_add_byte(out, '\n');
}

static void
fish_command(struct buf *out, const struct command *c)
{
    char where[128];
    struct buf place;
    buf_init(&place, sizeof where);
    buf_addf(&place, " -n '__countersign_in %s%s%s'", c->group, is_single(c) ? "" : " ", c->verb);
    ASSERT(!buf_is_over(&place));
    struct str s = buf_view(&place);
    memcpy(where, s.p, s.n);
    where[s.n] = '\0';
    buf_clear(&place);
    for (size_t i = 0; i < command_options_n; i++)
        if (command_takes(c, &command_options[i]))
            fish_option(out, where, &command_options[i]);
}

/* __countersign_is WORD...: these are the words so far; __countersign_in WORD...: they begin so. */
#define FISH_HEAD                                                                                            \
    "# fish completion for countersign; made by `countersign completion fish` from the table of commands.\n" \
    "function __countersign_words\n    set -l skip 0\n"                                                      \
    "    for word in (commandline -opc)[2..-1]\n"                                                            \
    "        if test $skip = 1\n            set skip 0\n            continue\n        end\n"                 \
    "        switch $word\n            case -c --config\n                set skip 1\n"                       \
    "            case '-*'\n            case '*'\n                echo $word\n        end\n    end\nend\n"   \
    "function __countersign_in\n    set -l words (__countersign_words)\n"                                    \
    "    test (count $words) -ge (count $argv); or return 1\n"                                               \
    "    for i in (seq (count $argv))\n        test $words[$i] = $argv[$i]; or return 1\n    end\nend\n"     \
    "function __countersign_is\n    set -l words (__countersign_words)\n"                                    \
    "    test (count $words) -eq (count $argv); and __countersign_in $argv\nend\n"                           \
    "complete -c countersign -f\n"

void
completion_write_fish(struct buf *out)
{
    buf_add_cstr(out, FISH_HEAD);
    for (size_t i = 0; i < command_globals_n; i++)
        fish_option(out, "", &command_globals[i]);
    for (size_t g = 0; g < command_groups_n; g++)
        fish_word(out, "", command_groups[g].name, command_groups[g].summary);
    for (size_t i = 0; i < commands_n; i++) {
        char after[64];
        const size_t n = strlen(commands[i].group);
        ASSERT(n + 2 < sizeof after);
        after[0] = ' ';
        memcpy(after + 1, commands[i].group, n + 1);
        if (!is_single(&commands[i]))
            fish_word(out, after, commands[i].verb, commands[i].summary);
        fish_command(out, &commands[i]);
    }
}
