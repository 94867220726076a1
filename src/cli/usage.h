/* SPDX-License-Identifier: Apache-2.0 */
/* usage: the table of commands, formatted for people. */
#ifndef COUNTERSIGN_CLI_USAGE_H
#define COUNTERSIGN_CLI_USAGE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/cli.h"

/* --help: for one command, a group, or all commands. */
enum errcode usage_help(struct cli *cli) MUST_CHECK;
/* {"version": ...} */
json_t *usage_version(void);

/* The COMMANDS section of countersign(1), as mdoc. */
void usage_write_man(struct buf *out);
/* The items for the list of options that every command accepts. */
void usage_write_man_options(struct buf *out);

#endif
