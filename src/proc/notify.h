/* notify: tells whoever started the supervisor how it goes: by the sd_notify protocol (a datagram to the
 * socket named in NOTIFY_SOCKET, see sd_notify(3)), and by a line to a descriptor. */
#ifndef COUNTERSIGN_PROC_NOTIFY_H
#define COUNTERSIGN_PROC_NOTIFY_H

#include "base/str.h"

/* Sends "READY=1" or the like; without a NOTIFY_SOCKET nothing. A manager that does not listen is no error of
 * ours. */
void notify_manager(const char *state);

/* Writes the line, with its newline, to the descriptor and closes it. fd -1: nothing. */
void notify_fd(int fd, struct str line);

#endif
