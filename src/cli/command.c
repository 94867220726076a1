/* SPDX-License-Identifier: Apache-2.0 */
/* command: the table as arrays, and look-ups in it. */
#include "cli/command.h"

#include <string.h>

#define GROUP(group, summary) {group, summary},
const struct command_group command_groups[] = {
#include "cli/cmds.def"
};

#define COMMAND(group, verb, handler, args, summary) {group, verb, #handler, args, summary},
const struct command commands[] = {
#include "cli/cmds.def"
};

#define OPTION(handler, name, value, need, doc) {#handler, name, value, need, doc},
const struct command_option command_options[] = {
#include "cli/cmds.def"
};

const struct command_option command_globals[] = {
    {NULL, "config", "FILE", OPTIONAL,
     "The configuration; /etc/countersign/countersign.conf unless given. Also -c FILE."},
    {NULL, "json", "", OPTIONAL, "Answer with one JSON document."},
    {NULL, "help", "", OPTIONAL, "Say how a command is used. Also -h."},
    {NULL, "version", "", OPTIONAL, "Say which version this is."},
};

const size_t command_groups_n = ARRAY_LEN(command_groups);
const size_t commands_n = ARRAY_LEN(commands);
const size_t command_options_n = ARRAY_LEN(command_options);
const size_t command_globals_n = ARRAY_LEN(command_globals);

const struct command *
command_find(const char *group, const char *verb)
{
    if (verb == NULL)
        verb = "";
    for (size_t i = 0; i < commands_n; i++)
        if (strcmp(commands[i].group, group) == 0 && strcmp(commands[i].verb, verb) == 0)
            return &commands[i];
    return NULL;
}

bool
command_has_group(const char *group)
{
    for (size_t i = 0; i < command_groups_n; i++)
        if (strcmp(command_groups[i].name, group) == 0)
            return true;
    return false;
}

bool
command_takes(const struct command *command, const struct command_option *option)
{
    return option->of != NULL && strcmp(option->of, command->handler) == 0;
}

const struct command_option *
command_option_find(const struct command *command, const char *name)
{
    for (size_t i = 0; command != NULL && i < command_options_n; i++)
        if (command_takes(command, &command_options[i]) && strcmp(command_options[i].name, name) == 0)
            return &command_options[i];
    for (size_t i = 0; i < command_globals_n; i++)
        if (strcmp(command_globals[i].name, name) == 0)
            return &command_globals[i];
    return NULL;
}

void
command_count_args(const struct command *command, size_t *least_out, size_t *most_out)
{
    *least_out = *most_out = 0;
    struct str rest = str_from_cstr(command->args);
    if (rest.n == 0)
        return;
    while (!str_is_null(rest)) {
        struct str word = str_cut(&rest, ' ');
        ++*most_out;
        if (!str_starts(word, STR_LIT("[")))
            ++*least_out;
    }
}
