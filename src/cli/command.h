/* SPDX-License-Identifier: Apache-2.0 */
/* command: the table of commands (cmds.def), and what is derived from it for people and shells.
 *
 * Not here: parsing the arguments (args.h), running (run.h). */
#ifndef COUNTERSIGN_CLI_COMMAND_H
#define COUNTERSIGN_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum command_need { OPTIONAL, REQUIRED };

struct command {
    const char *group, *verb; /* verb "": the group is the command */
    const char *handler;      /* its name; several commands may have the same one */
    const char *args;         /* "COMPANY [KEY]" */
    const char *summary;
};

struct command_option {
    const char *of; /* the handler that it belongs to; NULL: any */
    const char *name;
    const char *value; /* "": a flag */
    enum command_need need;
    const char *doc;
};

struct command_group {
    const char *name, *summary;
};

extern const struct command_group command_groups[];
extern const size_t command_groups_n;
extern const struct command commands[];
extern const size_t commands_n;
extern const struct command_option command_options[];
extern const size_t command_options_n;
/* --config, --json, --help, --version: accepted by every command. */
extern const struct command_option command_globals[];
extern const size_t command_globals_n;

/* NULL: no such command. verb may be NULL, for commands of one word. */
const struct command *command_find(const char *group, const char *verb);
bool command_has_group(const char *group);
/* An option of this command, or a global one; NULL: none. The name has no dashes. */
const struct command_option *command_option_find(const struct command *command, const char *name);
/* The option is one of this command; not said of a global one. */
bool command_takes(const struct command *command, const struct command_option *option);
/* How many words may follow the command, from its `args`. */
void command_count_args(const struct command *command, size_t *least_out, size_t *most_out);

#endif
