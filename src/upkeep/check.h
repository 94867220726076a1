/* SPDX-License-Identifier: Apache-2.0 */
/* check: looks at a whole database, while its server runs: what the database itself can find out, its schema,
 * every value of every row, what holds between rows, and the audit log. Memory is bounded; nothing is
 * changed. */
#ifndef COUNTERSIGN_UPKEEP_CHECK_H
#define COUNTERSIGN_UPKEEP_CHECK_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

struct check {
    void (*found)(void *arg, struct str words); /* a problem, and what to do about it */
    void *arg;
    /* Filled: */
    int64_t problems, rows, events;
};

/* Outside of a transaction. What cannot be looked at is a problem too. */
void check_run(struct cx *cx, struct check *check);

#endif
