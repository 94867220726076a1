/* SPDX-License-Identifier: Apache-2.0 */
/* move: an SQLite database moves to PostgreSQL while its server runs. All rows are copied from a snapshot,
 * then what has changed since, in rounds; in the last one the source's write lock is held, so that writers
 * wait. Then the source is closed (db/whole.h): whatever still uses it is refused, with the new address, and
 * nothing is lost in it. Killed at any point, either the source is open, and moving starts over, or it is
 * closed, and moving again finishes at once. */
#ifndef COUNTERSIGN_UPKEEP_MOVE_H
#define COUNTERSIGN_UPKEEP_MOVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

struct move {
    struct str from, to;                       /* addresses as for db_open */
    struct str key_file;                       /* cx->env has its keys */
    int64_t patience;                          /* of db_open */
    void (*tell)(void *arg, struct str words); /* progress, for people */
    void *arg;
    /* Filled: */
    int64_t rows;
    struct str digest; /* of all rows (transfer.h), in hexadecimal, as both databases have returned them */
    int64_t changed;   /* rows that were copied while writers waited */
    int64_t pause;     /* microseconds for which they waited */
    bool was_moved;    /* by an earlier run, which this one has finished: nothing of the above is filled */
};

/* cx->db is NULL, before and after. ERR_EXISTS: the target has tables of another database; ERR_BUSY: another
 * move is running, or too much changes; ERR_USAGE: not from SQLite to PostgreSQL. On an error the source is
 * as before, or closed (see above). */
enum errcode move_run(struct cx *cx, struct move *m) MUST_CHECK;

#endif
