/* SPDX-License-Identifier: Apache-2.0 */
/* state: whether an account can be used at present, and if not, since when, by whom and until when, and which
 * command changes that. */
#ifndef COUNTERSIGN_REPORT_STATE_H
#define COUNTERSIGN_REPORT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts/lockout.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* "active", "locked", "role off" ...: the first condition that holds (decide.h). */
enum errcode state_name(struct cx *cx, int64_t technician_id, const char **name_out) MUST_CHECK;

struct state_lock {
    const char *kind;     /* "operator" or "failures" */
    struct str by;        /* null: not recorded */
    int64_t since, until; /* 0: not recorded; INT64_MAX: until it is unlocked */
};

struct state {
    bool is_locked;
    struct state_lock locks[2];
    size_t n_locks;
    struct lockout_source *sources; /* refused for a time; in the arena */
    size_t n_sources;
    int64_t failures_left;     /* until it locks */
    int64_t pushes_rest_until; /* 0: they do not rest */
    struct str mend;           /* the command that lifts what is shown; null: nothing to lift */
};
enum errcode state_read(struct cx *cx, int64_t technician_id, struct state *state_out) MUST_CHECK;

#endif
