/* SPDX-License-Identifier: Apache-2.0 */
/* archiving: moves the oldest events of the audit log out of the database into a file (ledger/archive.h). No
 * event is lost whenever it is killed: the file is on the disk under its name, and was read back and compared
 * with the database, before the first row is removed; and with that file the next run removes the rest. */
#ifndef COUNTERSIGN_UPKEEP_ARCHIVING_H
#define COUNTERSIGN_UPKEEP_ARCHIVING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "ledger/archive.h"

struct archiving {
    struct str path;
    int64_t last;   /* the newest event that goes into a new file; 0: that which is before the next time */
    int64_t before; /* the events before that time */
    bool keeps;     /* only makes the file */
    /* Filled: */
    bool was_there;   /* the file; then its events are the ones that are removed */
    struct archive a; /* last: 0 if no event is that old, and there is no file */
    int64_t removed;  /* rows of the database */
};

/* Outside of a transaction, of a log that is sealed. b->path: mode 0600, never in place of another file.
 * Errors as in ledger/archive.h, and ERR_STORE_FULL, ERR_IO. */
enum errcode archiving_run(struct cx *cx, struct archiving *b) MUST_CHECK;

#endif
