/* SPDX-License-Identifier: Apache-2.0 */
/* sink: writes finished lines to standard error or to journald's socket, and never waits for its reader.
 * Private to this folder.
 *
 * Standard error is often a pipe, a socket or a terminal whose other end may stall. A line that does not
 * fit now is dropped and counted; the next line that fits is preceded by a report of the count. */
#ifndef COUNTERSIGN_LOG_SINK_H
#define COUNTERSIGN_LOG_SINK_H

#include <stdbool.h>
#include <stddef.h>

/* Writes n bytes (at most PIPE_BUF) with one system call. False: nothing, or only a part, could be written
 * now. errno is not preserved. */
bool sink_write(const char *line, size_t n);

/* Connects to journald's socket. False (errno): there is none. */
bool sink_connect(void);
bool sink_is_connected(void);
/* Sends one datagram there. False: it could not be sent now, and is lost; where the socket is gone, nothing
 * is connected any more. */
bool sink_send(const char *datagram, size_t n);

/* Replaces standard error by a non-blocking open file description of this process's own, where the system
 * can make one: the flag of a shared description would affect the writes of other programs. Without it,
 * sink_write polls first, which is safe as long as no other process fills the pipe in between. */
void sink_make_own(void);

#endif
