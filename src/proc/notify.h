/* SPDX-License-Identifier: Apache-2.0 */
/* notify: reports the supervisor's state to the program that started it: by the sd_notify protocol (a
 * datagram to the socket named in NOTIFY_SOCKET, see sd_notify(3)), and by a line written to a descriptor. */
#ifndef COUNTERSIGN_PROC_NOTIFY_H
#define COUNTERSIGN_PROC_NOTIFY_H

#include <stdint.h>

#include "base/str.h"

/* Sends "READY=1" or the like; no effect without a NOTIFY_SOCKET. A manager that does not listen is not
 * treated as an error. */
void notify_manager(const char *state);

/* How often the manager expects "WATCHDOG=1" (sd_watchdog_enabled(3)), in microseconds; 0: never. */
int64_t notify_watchdog(void);

/* Writes the line, with its newline, to the descriptor and closes it. fd -1: no effect. */
void notify_fd(int fd, struct str line);

#endif
