/* SPDX-License-Identifier: Apache-2.0 */
/* sealing: when worker 0 seals the audit log (ledger/sealer.h), between two calls, and whom the events of
 * other programs concern. An event gets its number within half a second: at once where it is known that there
 * is one, unless there was a batch within the last half second. Each batch costs a commit, which calls wait
 * for, a signature, and the check of the one before. */
#ifndef COUNTERSIGN_PROC_SEALING_H
#define COUNTERSIGN_PROC_SEALING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"

#define SEALING_EVERY (CLOCK_S / 4) /* between two looks */
#define SEALING_SOON (CLOCK_S / 10) /* the same, where something was written */
#define SEALING_REST (CLOCK_S / 2)  /* after a batch */
#define SEALING_PAUSE CLOCK_S       /* after a failure */

enum { SEALING_FOLLOWS = 64 /* rows of one look: above it, all checks are woken instead */ };

struct sealing {
    int64_t at;       /* clock_mono: when to look for events without a number */
    int64_t earliest; /* the soonest moment that sealing_soon may move it to */
    int64_t followed; /* the last number that was seen; -1: none yet */
};

void sealing_init(struct sealing *s);
/* Something was written, here or elsewhere. */
void sealing_soon(struct sealing *s);
/* Milliseconds until the next look. */
int sealing_patience(const struct sealing *s);
bool sealing_is_due(const struct sealing *s);
/* Not within the next second: the store is not available. */
void sealing_rest(struct sealing *s);
/* Seals one batch, and records in the context whom its events concern. */
enum errcode sealing_work(struct cx *cx, struct sealing *s) MUST_CHECK;

#endif
