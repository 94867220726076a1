/* SPDX-License-Identifier: Apache-2.0 */
/* watch: what the watch serves, and what health means. See front_set_watch. */
#ifndef COUNTERSIGN_FRONT_WATCH_H
#define COUNTERSIGN_FRONT_WATCH_H

#include <stdbool.h>

struct front;
struct peer;

/* The server should get requests: it is not asked to stop, this front has a worker, and the store has
 * answered within WATCH_STORE_FRESH. Without a page of metrics: the first two. */
bool watch_is_ready(const struct front *f);

/* Answers a request to the watch: GET /metrics, /healthz, /readyz; 404 for anything else. */
void watch_respond(struct peer *p);

#endif
