/* SPDX-License-Identifier: Apache-2.0 */
/* status: one look at a server: what it says about itself (live.h) and what its database shows, each line
 * with whether it is right, and otherwise what to do. It changes nothing. */
#ifndef COUNTERSIGN_REPORT_STATUS_H
#define COUNTERSIGN_REPORT_STATUS_H

#include <stdbool.h>

#include "config/config.h"
#include "report/live.h"

enum { STATUS_LINES = 16 };

enum status_state { STATUS_RIGHT, STATUS_WARNING, STATUS_WRONG };

struct status_line {
    const char *check;
    enum status_state state;
    struct str text, advice; /* advice: null if there is nothing to do */
};

/* Texts are in the arena. Numbers that are not known are -1. */
struct status {
    struct status_line lines[STATUS_LINES];
    size_t n, n_wrong;
    bool is_running, is_draining;
    struct str version;         /* of the running server; null: unknown */
    int64_t started_at;         /* 0: unknown */
    int64_t certificate_days;   /* -1, too, without TLS */
    int64_t schema;             /* of the database */
    int64_t pushes, deliveries; /* waiting: for an answer; for the courier */
    int64_t queued;             /* calls that wait for a worker */
    int64_t failures;           /* counted since the start: calls, transactions, deliveries, restarts */
    int64_t unsealed;           /* audit events without a number */
    int64_t alarms;             /* that stand */
};

void status_init(struct status *s);
/* The lines about the process. live: the look; NULL: there is none, for the reason in cx, which is
 * forgotten. */
void status_of_server(struct cx *cx, const struct config *config, const struct live *live, struct status *s);
/* The lines about the database that is open; after status_of_server. */
void status_of_store(struct cx *cx, const struct config *config, struct status *s);
/* In place of that: it cannot be opened, for the reason in cx, which is forgotten. */
void status_of_no_store(struct cx *cx, struct status *s);

/* "right", "warning", "wrong" */
const char *status_state_name(enum status_state state);

#endif
