/* SPDX-License-Identifier: Apache-2.0 */
/* stage: the current state of one sandbox user: created at a login, looked up while a push is pending. */
#ifndef COUNTERSIGN_PLAY_STAGE_H
#define COUNTERSIGN_PLAY_STAGE_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "contract/scenario.h"
#include "play/phone.h"

struct stage {
    const struct scenario *scenario;
    const struct phone *phone;
    struct str email;
    int64_t company, technician;
    int64_t login; /* of the pending push; 0: none */
};

/* Deletes the account of that address if it exists, and creates a company, an account and a phone as the
 * scenario requires before a login. Clears the failures of that name from this address. */
enum errcode stage_make(struct cx *cx, const struct phone *phone, const struct scenario *scenario,
                        struct str email, struct stage *stage_out) MUST_CHECK;
/* The account as it is. ERR_NOT_FOUND: none, or not a sandbox user. */
enum errcode stage_find(struct cx *cx, const struct phone *phone, int64_t technician_id,
                        struct stage *stage_out) MUST_CHECK;

/* step.c: performs one step. */
enum errcode step_do(struct cx *cx, struct stage *stage, enum scenario_step step) MUST_CHECK;

#endif
