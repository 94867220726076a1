/* SPDX-License-Identifier: Apache-2.0 */
/* args: parses the words of the command line by the table of commands. A command's options may be anywhere
 * after its name; "--" ends them; "--name value" and "--name=value" are equivalent. */
#ifndef COUNTERSIGN_CLI_ARGS_H
#define COUNTERSIGN_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cx.h"
#include "base/err.h"
#include "cli/command.h"

enum { ARGS_WORDS = 4, ARGS_OPTIONS = 16 };

struct args_given {
    const struct command_option *option;
    const char *value; /* "" for a flag */
};

struct args {
    const struct command *command; /* NULL: --help or --version without a command, or --help of a whole
                                    * group */
    const char *group;             /* the first word, or NULL */
    const char *words[ARGS_WORDS];
    size_t n_words;
    struct args_given given[ARGS_OPTIONS];
    size_t n_given;
};

/* Views into argv. ERR_USAGE with a detail for people. With --help or --version, nothing else is required.
 * On an error *args_out is filled as far as parsing went, so that a caller knows whether --json was given. */
enum errcode args_read(struct cx *cx, int argc, char *const *argv, struct args *args_out) MUST_CHECK;

/* The value of an option, or null. ASSERTs that the command has this option. */
struct str args_option(const struct args *args, const char *name);
bool args_has(const struct args *args, const char *name);
/* The i-th word after the command; null if omitted. */
struct str args_word(const struct args *args, size_t i);

#endif
