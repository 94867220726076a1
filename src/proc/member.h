/* SPDX-License-Identifier: Apache-2.0 */
/* member: one child from the supervisor's side: its process, its control channel, and what it is sent.
 * supervise.c decides when a child is started, and what its end means. */
#ifndef COUNTERSIGN_PROC_MEMBER_H
#define COUNTERSIGN_PROC_MEMBER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/loop.h"
#include "proc/backoff.h"
#include "proc/control.h"
#include "proc/listeners.h"

/* The order of metrics.def's list PROCESS. Two others are a front's program: the watch, which serves metrics
 * and health alone, and what serves tls.redirect_listen. */
enum member_kind { MEMBER_WORKER, MEMBER_FRONT, MEMBER_COURIER, MEMBER_WATCH, MEMBER_REDIRECT };

struct member;
struct supervisor;

/* A channel that is replaced while both of its ends keep running. Each front has one to each worker, the
 * courier one to worker 0. */
struct rejoin {
    struct backoff backoff;
    int64_t due; /* clock_mono; 0: not requested */
};

/* What the supervisor wants to know of a child. */
struct member_hooks {
    void (*restart_due)(struct loop_timer *t); /* of member.restart */
    void (*ready)(struct member *m);           /* it said READY, for the first time since it was started */
};

struct member {
    struct supervisor *s;
    const struct member_hooks *hooks;
    enum member_kind kind;
    uint32_t slot;
    pid_t pid;   /* 0: not running */
    int control; /* -1: none */
    bool is_ready;
    int64_t heard_at; /* clock_mono */
    struct loop_fd watch;
    struct loop_timer restart;
    struct backoff backoff;
    struct rejoin rejoins[FRONTS_MAX + 1]; /* for a worker, by front; the last is the courier's */
};

/* Not running. */
void member_init(struct member *m, struct supervisor *s, enum member_kind kind, uint32_t slot,
                 const struct member_hooks *hooks);

/* Such as "worker"; a constant. */
const char *member_name(const struct member *m);
/* It has listening sockets of ours: a drain begins with it. */
bool member_accepts(const struct member *m);

/* Creates the process and sends everything it needs before it may confine itself, GO last. On an error,
 * which is in the supervisor's cx, pid is 0, or the process was killed and SIGCHLD will follow. */
enum errcode member_start(struct member *m) MUST_CHECK;

/* After waitpid has reported its end: forgets the process and closes its channel. */
void member_ended(struct member *m);

void member_kill(struct member *m);

/* Sends one message. A child that does not read hangs, and is killed. No effect when it is not running. */
void member_tell(struct member *m, const struct control *message);

/* Sends the TLS files to a front; sends the newest configuration to any child. */
void member_give_tls(struct member *m);
/* The keys of session tickets; no effect on what is not a front. */
void member_give_tickets(struct member *m);
void member_give_config(struct member *m);

#endif
