/* SPDX-License-Identifier: Apache-2.0 */
/* supervisor: the state of a supervisor, shared by its parts: supervise.c (phases, signals, shutdown),
 * member.c (one child) and reload.c. Private to them; the interface is supervise.h. */
#ifndef COUNTERSIGN_PROC_SUPERVISOR_H
#define COUNTERSIGN_PROC_SUPERVISOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/loop.h"
#include "proc/former.h"
#include "proc/leave.h"
#include "proc/listeners.h"
#include "proc/member.h"
#include "proc/reload.h"
#include "proc/renewal.h"
#include "proc/source.h"
#include "proc/spawn.h"
#include "proc/supervise.h"
#include "proc/ticket_keys.h"
#include "proc/upgrade.h"
#include "proc/watchdog.h"

enum { SLOT_FIRST = 1 }; /* of the members, in the page of metrics; the supervisor's own comes before */

enum phase {
    PHASE_STARTING, /* until every child has been ready once; a child that dies now ends the server */
    PHASE_SERVING,
    PHASE_DRAINING, /* the fronts finish what is in flight */
    PHASE_ENDING,   /* no front is left; the others end */
};

struct supervisor {
    const struct supervise_options *options;
    struct cx cx;
    struct loop *loop;
    struct source source;
    struct privilege_user user;
    struct listeners listeners;
    struct certificates tls;
    struct ticket_keys ticket_keys;
    int store_lock; /* -1: none */
    int64_t node;   /* see CONTROL_NODE_ENV */
    int metrics;    /* the page, -1: none */
    struct member *members;
    size_t n;
    enum phase phase; /* set by one function of supervise.c only */
    struct loop_timer deadline, patrol;
    struct leave leave;   /* still SERVING */
    int64_t patrolled_at; /* clock_mono */
    struct reload reload;
    struct renewal renewal;
    struct upgrade upgrade;
    struct former former;
    struct watchdog watchdog;
    int ready_fd;
    int status;
};

#endif
