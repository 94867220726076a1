/* SPDX-License-Identifier: Apache-2.0 */
/* ticket_keys: the keys of TLS session tickets, which the supervisor makes, gives to every front and changes,
 * so that a session is resumed at whichever front a client reaches. This process keeps only the descriptor of
 * their file (ticket_file.h).
 *
 * A key seals tickets for one period and opens them for another one. An upgrade in place passes the file on,
 * and so sessions are resumed by the new program; a restart begins with new keys. */
#ifndef COUNTERSIGN_PROC_TICKET_KEYS_H
#define COUNTERSIGN_PROC_TICKET_KEYS_H

#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/loop.h"

#define TICKET_KEYS_PERIOD (8 * CLOCK_HOUR)

struct supervisor;

struct ticket_keys {
    int fd; /* -1: none */
    struct loop_timer change;
};

/* None yet. */
void ticket_keys_init(struct supervisor *s);
/* With those of the program before (-1: none), which become ours. ERR_SYSTEM. */
enum errcode ticket_keys_begin(struct supervisor *s, int handed) MUST_CHECK;
void ticket_keys_clear(struct supervisor *s);

#endif
