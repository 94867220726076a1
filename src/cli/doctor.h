/* SPDX-License-Identifier: Apache-2.0 */
/* doctor: looks at everything that a working server needs and an operator can get wrong. It changes nothing.
 */
#ifndef COUNTERSIGN_CLI_DOCTOR_H
#define COUNTERSIGN_CLI_DOCTOR_H

#include <jansson.h>
#include <stddef.h>

#include "cli/cli.h"

/* While no store is open. Prints a line for each finding as it comes, and puts all of them under "checks"
 * into the document: {check, state, text, advice}, state being right, warning or wrong. Returns how many are
 * wrong. */
size_t doctor_run(struct cli *cli, json_t *document);

#endif
