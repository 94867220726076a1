/* SPDX-License-Identifier: Apache-2.0 */
/* run: one run of the command: arguments, dispatch, and how a failure is reported. The only file that knows
 * the commands (cmds.def) and their handlers. */
#ifndef COUNTERSIGN_CLI_RUN_H
#define COUNTERSIGN_CLI_RUN_H

#include <stdio.h>

#include "cli/cli.h"

/* Runs one command line and returns the exit status. On failure prints one line on `err`, and with --json
 * the document {"error": NAME, "message": TEXT} on `out`. */
int cli_main(int argc, char *const *argv, FILE *in, FILE *out, FILE *err);

#endif
