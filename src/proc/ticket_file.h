/* SPDX-License-Identifier: Apache-2.0 */
/* ticket_file: the keys of TLS session tickets (base/tickets.h) on their way from the supervisor to a
 * front, or to the program that an upgrade puts in its place: random, in a sealed file that exists in memory
 * alone. */
#ifndef COUNTERSIGN_PROC_TICKET_FILE_H
#define COUNTERSIGN_PROC_TICKET_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/tickets.h"

/* A new key first, then the newest one of the file `before` (-1: a random one). ERR_SYSTEM. */
enum errcode ticket_file_make(struct cx *cx, int before, int *fd_out) MUST_CHECK;
/* Whether a descriptor is such a file, sealed. */
bool ticket_file_is(int fd);
/* Reads it by pread(2) alone; the caller wipes *out. False: it has another form. *made_out: clock_mono of the
 * newest key. */
bool ticket_file_read(int fd, struct tls_tickets *out, int64_t *made_out);

#endif
