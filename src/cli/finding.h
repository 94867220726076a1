/* SPDX-License-Identifier: Apache-2.0 */
/* finding: one line of `status` or `doctor`. */
#ifndef COUNTERSIGN_CLI_FINDING_H
#define COUNTERSIGN_CLI_FINDING_H

#include <jansson.h>

#include "base/str.h"
#include "cli/cli.h"
#include "report/status.h"

/* A line of a check: whether it is right, and otherwise what to do (advice; null: nothing). Nothing with
 * --json. The state has a colour on a terminal, unless NO_COLOR is set (no-color.org). */
struct finding {
    enum status_state state;
    const char *check;
    struct str text, advice;
};
void finding_print(struct cli *cli, const struct finding *finding);
/* {check, state, text, advice} */
json_t *finding_document(const struct finding *finding);

#endif
