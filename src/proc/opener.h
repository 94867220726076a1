/* SPDX-License-Identifier: Apache-2.0 */
/* opener: the database connection of a process that must survive the database's absence: a failed open is
 * retried, at most once a second. */
#ifndef COUNTERSIGN_PROC_OPENER_H
#define COUNTERSIGN_PROC_OPENER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "proc/confine.h"

struct opener {
    struct db *db; /* NULL: not open */
    int64_t tried; /* clock_mono */
    int64_t since; /* clock_mono of the first of the current failures; 0: none */
};

/* The first attempt; the caller reports a failure. */
enum errcode opener_first(struct cx *cx, struct opener *o, const struct config *config) MUST_CHECK;
/* Opens the configured store if it is not open, and sets cx->db. False: not available now; logged once,
 * when it went away. */
bool opener_try(struct cx *cx, struct opener *o, const struct config *config);
void opener_close(struct cx *cx, struct opener *o);

/* What must stay accessible within the confinement, to open the store again. */
struct opener_reach {
    struct db_reach db;
    struct confine_path paths[DB_PLACES];
};
/* Fills *confine; *r must live as long as that is used. */
enum errcode opener_confine(struct cx *cx, struct opener_reach *r, const struct config *config,
                            struct confine *confine) MUST_CHECK;

/* The store has just been used: /readyz depends on it. */
void opener_note_use(void);

/* The machine's clock is behind the latest time recorded in the store. Codes depend on it, so this is logged
 * every hour. *warned_at: clock_mono, initially 0. */
void opener_compare_clocks(int64_t *warned_at);

#endif
