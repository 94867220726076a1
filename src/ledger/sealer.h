/* SPDX-License-Identifier: Apache-2.0 */
/* sealer: puts what was committed into one order without gaps, as leaves of the tree, and signs a checkpoint
 * of it. Worker 0 runs it between calls; the commands that read the log run it first.
 *
 * It is apart from the transactions that write events (db_begin_apart), in one place at a time. It signs
 * nothing that contradicts the newest checkpoint: when the end of the log is not what that one says, nothing
 * is sealed until the cause was found (`countersign audit verify`). */
#ifndef COUNTERSIGN_LEDGER_SEALER_H
#define COUNTERSIGN_LEDGER_SEALER_H

#include <stdbool.h>

#include "base/cx.h"
#include "base/err.h"

enum {
    SEALER_BATCH = 256,        /* events of one transaction */
    SEALER_KEEPS_EVERY = 1024, /* leaves: of so many, at least one checkpoint is kept */
};

/* Outside of a transaction: seals one batch, if there is anything. *sealed_out: something was; *more_out: the
 * batch was full. While another process is sealing, there is nothing to do here. ERR_CRYPTO: the
 * log was changed. */
enum errcode sealer_run(struct cx *cx, bool *sealed_out, bool *more_out) MUST_CHECK;
/* Everything that is committed now. ERR_BUSY: another process seals for longer than two seconds. */
enum errcode sealer_finish(struct cx *cx) MUST_CHECK;

#endif
