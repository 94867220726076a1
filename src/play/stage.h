/* stage: one user of a sandbox as it stands now: made anew at a login, found again when a push waits. */
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
    int64_t login; /* of the push that waits; 0: none */
};

/* Deletes the account of that address if there is one, and makes a company, an account and a phone as the
 * scenario has them before a login. Failures of that name from this address are forgotten. */
enum errcode stage_make(struct cx *cx, const struct phone *phone, const struct scenario *scenario,
                        struct str email, struct stage *stage_out) MUST_CHECK;
/* The account as it is. ERR_NOT_FOUND: none; also where it is no user of a sandbox. */
enum errcode stage_find(struct cx *cx, const struct phone *phone, int64_t technician_id,
                        struct stage *stage_out) MUST_CHECK;

/* step.c: does one step. */
enum errcode step_do(struct cx *cx, struct stage *stage, enum scenario_step step) MUST_CHECK;

#endif
