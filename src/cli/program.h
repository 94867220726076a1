/* SPDX-License-Identifier: Apache-2.0 */
/* program: runs another program of the system and waits for it; never through a shell. */
#ifndef COUNTERSIGN_CLI_PROGRAM_H
#define COUNTERSIGN_CLI_PROGRAM_H

#include "base/err.h"
#include "cli/cli.h"

/* argv[0] is its path; the list ends with NULL. Its output goes to our standard error. ERR_SYSTEM when it
 * cannot be run, or when its exit status is not 0. */
enum errcode program_run(struct cli *cli, const char *const argv[]) MUST_CHECK;

#endif
