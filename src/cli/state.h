/* SPDX-License-Identifier: Apache-2.0 */
/* state: prints whether an account can be used at present (report/state.h). */
#ifndef COUNTERSIGN_CLI_STATE_H
#define COUNTERSIGN_CLI_STATE_H

#include <jansson.h>

#include "accounts/technician.h"
#include "base/err.h"
#include "cli/cli.h"

/* Adds to a document of a technician: "state" ("active", "locked", "role off" ...): the first condition that
 * holds (decide.h). */
enum errcode state_put(struct cli *cli, json_t *o, const struct technician *t) MUST_CHECK;
/* Adds "locked", "failures_until_locked", "locks" (kind, by, since, until), "refused_addresses" and "mend":
 * the command that lifts what state_put and these show; null if there is nothing to lift. */
enum errcode state_put_locks(struct cli *cli, json_t *o, const struct technician *t) MUST_CHECK;

#endif
