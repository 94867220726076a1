/* SPDX-License-Identifier: Apache-2.0 */
/* listen: accepts connections, as many as the limits allow. */
#ifndef COUNTERSIGN_FRONT_LISTEN_H
#define COUNTERSIGN_FRONT_LISTEN_H

#include <stdbool.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/inet.h"

struct front;

/* See front_add_listener. */
enum errcode listen_add(struct cx *cx, struct front *f, int fd, unsigned traits) MUST_CHECK;
/* Accepts what is pending, which the kernel would reset otherwise, and closes all listeners. */
void listen_drain(struct front *f);
/* Closes all listeners. */
void listen_end(struct front *f);

#endif
