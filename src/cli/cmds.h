/* SPDX-License-Identifier: Apache-2.0 */
/* cmds: the handlers of the commands, each in a cmd_*.c. */
#ifndef COUNTERSIGN_CLI_CMDS_H
#define COUNTERSIGN_CLI_CMDS_H

#include "base/err.h"

struct cli;

/* Runs one command. It prints its answer with print.h; an error is the returned code, with its detail in
 * cli->cx. */
typedef enum errcode command_run(struct cli *cli);

/* The handlers, named in the table. */
#define COMMAND(group, verb, handler, args, summary) command_run cmd_##handler;
#include "cli/cmds.def"

#endif
