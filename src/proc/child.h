/* SPDX-License-Identifier: Apache-2.0 */
/* child: the start of every child process: its log, its configuration (descriptor 4), the movable clock of
 * a sandbox or of a test build, and the first messages to the supervisor (descriptor 3). */
#ifndef COUNTERSIGN_PROC_CHILD_H
#define COUNTERSIGN_PROC_CHILD_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "config/config.h"
#include "proc/confine.h"
#include "proc/control.h"

/* Must be called first. `who` names the process in the log. Closes descriptor 4. ERR_CONFIG, ERR_IO,
 * ERR_SYSTEM: already logged; the process must exit with CHILD_FAILED. cx and config must be cleared in
 * any case. */
enum { CHILD_FAILED = 1 };
enum errcode child_begin(struct cx *cx, const char *who, struct config *config) MUST_CHECK;

/* This process is a child of `countersignd --sandbox`. */
bool child_is_sandbox(void);
/* The number of this server (CONTROL_NODE_ENV); never 0. */
int64_t child_node(void);

/* Applies the LIVE settings of CONTROL_RELOAD to config, including the log level, and closes the
 * descriptor. A confined child may not ask which files are credentials: paths of LIVE settings are the
 * supervisor's to open, which sends descriptors. An unreadable configuration changes nothing and is logged:
 * the supervisor has already checked it. */
void child_reload(struct config *config, int fd);

/* CONTROL_METRICS: takes the slot, and closes the descriptor. */
enum errcode child_take_metrics(struct cx *cx, struct control *m) MUST_CHECK;

/* Says READY. On an error the process must end: a supervisor that does not receive it would wait. */
enum errcode child_ready(struct cx *cx) MUST_CHECK;
/* Says DRAINED; the process ends next, which the supervisor notices in any case. */
void child_drained(void);

/* In a rehearsal (CONTROL_REHEARSE): reports one line for the operator; control characters in it become
 * blanks. child_find_error reports the context's error and clears it. */
void child_find(bool is_problem, struct str text);
void child_find_error(struct cx *cx);
/* The same for what was loaded and is right. */
void child_note(struct str text);
/* Last: enters the confinement that would follow. A refusal is a problem that child_find reports. */
void child_rehearse_confinement(struct cx *cx, const struct confine *confine);

/* poll(2). A failure for want of memory is a round without events, after a short pause: the process goes on
 * with what it holds. */
int child_poll(struct pollfd *watched, size_t n, int wait_ms);
/* That pause, logged. */
void child_pause(const char *why);

/* Sends a message that the child will repeat: a supervisor that does not read now is not waited for. */
void child_report(const struct control *message);

/* To be called in each round of the child's loop: every CHILD_ALIVE_EVERY it sends ALIVE to the
 * supervisor, so that a hanging child is noticed. Never blocks. *said_at: clock_mono, initially 0. */
#define CHILD_ALIVE_EVERY (2 * CLOCK_S)
void child_say_alive(int64_t *said_at);

#endif
