/* SPDX-License-Identifier: Apache-2.0 */
/* store_revival: a restored database shows a state of the past. What was open then, and may have been used,
 * ended or answered since, must not come back to life. */
#ifndef COUNTERSIGN_STORE_STORE_REVIVAL_H
#define COUNTERSIGN_STORE_STORE_REVIVAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"

/* One row for each table of the schema; a test walks them. */
struct store_revival {
    const char *table;
    const char *sql;   /* NULL: its rows stay as they are */
    const char *takes; /* "i": the time as $1; "si": the step of codes and the time; "": nothing */
    const char *why;
};
const struct store_revival *store_revivals(size_t *n_out);

/* Within the open transaction. changed: for each of store_revivals, the rows that were changed. `step`: codes
 * of authenticator apps up to this step may have been used. */
enum errcode store_revival_prevent(struct cx *cx, int64_t step, int64_t *changed) MUST_CHECK;

#endif
