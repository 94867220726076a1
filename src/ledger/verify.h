/* SPDX-License-Identifier: Apache-2.0 */
/* verify: recomputes the whole audit log: the chain of earlier versions, each leaf, the stored tree, and
 * every checkpoint that was kept. */
#ifndef COUNTERSIGN_LEDGER_VERIFY_H
#define COUNTERSIGN_LEDGER_VERIFY_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

struct verify_report {
    int64_t events;   /* numbers that were given: of a whole log, all its events */
    int64_t chained;  /* of these, the ones of earlier versions */
    int64_t archived; /* and the ones in archives */
    int64_t unsealed; /* committed and without a number yet */
    int64_t bad;      /* the first event that does not fit; 0: none, or one without a place */
    struct str root;  /* of the tree, in hex */
};

/* Outside of a transaction, while others may write: what is sealed meanwhile is not looked at. ERR_CRYPTO
 * when an event, its number, its place, a hash or a checkpoint was changed, added or removed; the context's
 * error says what. Events cut off together with their checkpoints can only be noticed by a checkpoint that
 * was kept elsewhere. */
enum errcode verify_log(struct cx *cx, struct verify_report *report_out) MUST_CHECK;

#endif
