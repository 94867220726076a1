/* SPDX-License-Identifier: Apache-2.0 */
/* loop: descriptors, timers and signals for the processes that wait for many events at once (supervisor,
 * front, courier).
 *
 * One loop per process. Watches and timers are embedded in their owners, which outlive them. A callback
 * may add, change and remove any watch or timer, including its own, and may free its owner after removing
 * what the owner embeds. After a fork the child must not touch its parent's loop: the kernel shares the
 * set of descriptors. */
#ifndef COUNTERSIGN_BASE_LOOP_H
#define COUNTERSIGN_BASE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct loop; /* opaque, heap */

/* Errors and hang-ups are reported as LOOP_READ: the next read returns them. LOOP_HANGUP: the peer has
 * closed its sending side; for a watch that does not want to read the remaining input. */
enum { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_HANGUP = 4 };

enum { LOOP_EVENTS_MAX = 256 }; /* descriptors handled in one round; the same for timers */

struct loop_fd {
    int fd; /* -1: not watched */
    unsigned want;
    void (*ready)(struct loop_fd *w, unsigned what);
};

struct loop_timer {
    int64_t at;  /* clock_mono; 0: not set */
    size_t slot; /* position in the heap */
    void (*due)(struct loop_timer *t);
};

/* NULL: no descriptor is left (errno). */
struct loop *loop_new(void);
void loop_free(struct loop **l);

/* Level-triggered. ERR_SYSTEM when the kernel refuses (out of memory, bad descriptor). */
enum errcode loop_fd_add(struct loop *l, struct loop_fd *w, int fd, unsigned want,
                         void (*ready)(struct loop_fd *, unsigned)) MUST_CHECK;
/* Only requested events are reported; with 0, not even errors and hang-ups. */
void loop_fd_want(struct loop *l, struct loop_fd *w, unsigned want);
/* Stops watching, which must happen before the descriptor is closed (ASSERT); does not close it. No effect
 * when it is not watched, or all zero: never added. Events of this round not yet delivered are dropped. */
void loop_fd_remove(struct loop *l, struct loop_fd *w);

void loop_timer_init(struct loop_timer *t, void (*due)(struct loop_timer *));
/* Sets or moves the timer to `at` (clock_mono microseconds). */
void loop_timer_set(struct loop *l, struct loop_timer *t, int64_t at);
void loop_timer_stop(struct loop *l, struct loop_timer *t);

/* Blocks the signal (sigprocmask) and delivers it here, through one descriptor. The blocked mask is
 * inherited: a child must unblock what its own program needs before exec. */
enum errcode loop_signal(struct loop *l, int signo, void (*got)(void *arg, int signo), void *arg) MUST_CHECK;

/* Runs until loop_stop, which takes effect before the next callback; a stop before the run ends that run
 * at once. A round handles at most LOOP_EVENTS_MAX descriptors, then as many due timers; a timer set by
 * one of them runs in the next round at the earliest, whatever its time. ERR_SYSTEM when epoll fails. */
enum errcode loop_run(struct loop *l) MUST_CHECK;
void loop_stop(struct loop *l);
/* clock_mono at the start of this round: cheap. */
int64_t loop_now(const struct loop *l);
/* The number of this round. */
uint64_t loop_round(const struct loop *l);

#endif
