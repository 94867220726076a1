/* child: how each child process begins: its log, its configuration (descriptor 4), the movable clock of a
 * sandbox or of a build for tests, and its first words with the supervisor (descriptor 3). */
#ifndef COUNTERSIGN_PROC_CHILD_H
#define COUNTERSIGN_PROC_CHILD_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "config/config.h"
#include "proc/control.h"

/* First of all. `who` names the process in the log. Closes descriptor 4. ERR_CONFIG, ERR_IO, ERR_SYSTEM:
 * already logged; the process ends with CHILD_FAILED. cx and config are to be cleared in any case. */
enum { CHILD_FAILED = 1 };
enum errcode child_begin(struct cx *cx, const char *who, struct config *config) MUST_CHECK;

/* This process is a child of `countersignd --sandbox`. */
bool child_is_sandbox(void);

/* Takes the LIVE settings of CONTROL_RELOAD over into config, the log's level included, and closes the
 * descriptor. What cannot be read changes nothing and is logged: the supervisor has checked it. */
void child_reload(struct config *config, int fd);

/* Says READY. On an error the process must end: a supervisor that never hears it would wait for it. */
enum errcode child_ready(struct cx *cx) MUST_CHECK;
/* Says DRAINED; the process ends next, which the supervisor notices in any case. */
void child_drained(void);

/* In a rehearsal (CONTROL_REHEARSE): reports what an operator should know, one line; a control character in
 * it becomes a blank. child_find_error: the context's error, which it forgets. */
void child_find(bool is_problem, struct str text);
void child_find_error(struct cx *cx);

/* Says what the child will say again: a supervisor that does not read now is not waited for. */
void child_report(const struct control *message);

/* To be called in each round of the child's loop: tells the supervisor every CHILD_ALIVE_EVERY that there was
 * one, so that a child that hangs is noticed. Never blocks. *said_at: clock_mono, 0 at first. */
#define CHILD_ALIVE_EVERY (2 * CLOCK_S)
void child_say_alive(int64_t *said_at);

#endif
