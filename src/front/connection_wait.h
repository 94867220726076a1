/* SPDX-License-Identifier: Apache-2.0 */
/* connection_wait: what a connection waits for: deadlines, and the events of its socket. Private to
 * connection.c. */
#ifndef COUNTERSIGN_FRONT_CONNECTION_WAIT_H
#define COUNTERSIGN_FRONT_CONNECTION_WAIT_H

#include <stdint.h>

#include "front/connection.h"

#define CONNECTION_NEVER INT64_MAX

enum { CONNECTION_AHEAD = 16 * 1024 /* read-ahead while a worker has the current request */ };

/* The end of an event: registers with the loop what is needed next. The timer is moved only when it would
 * fire too late. May close c. */
void connection_settle(struct connection *c);

#endif
