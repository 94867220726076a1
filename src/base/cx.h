/* SPDX-License-Identifier: Apache-2.0 */
/* cx: the context of one request or command: its memory, its one error, its time, its caller, and the
 * resources it may use. It is the first argument of every function that can fail or allocate. It holds no
 * global state, and belongs to the process's main loop. */
#ifndef COUNTERSIGN_BASE_CX_H
#define COUNTERSIGN_BASE_CX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct db;       /* db/db.h */
struct auth_env; /* keys/env.h: keys and server-wide settings of the domain */
struct call;     /* contract/call.h: the request as the front saw it */
struct call_reply;
struct operator_right;

enum { CX_DETAIL = 512, CX_WOKEN = 256, CX_WORK = 8 };

/* Slow work that was done, so that a request that runs again does not repeat it: accounts/password.h. */
struct cx_work {
    unsigned char of[32]; /* a digest of its input */
    struct str result;    /* in the arena */
};

/* What the domain has verified of the one who asks. Noted by the function that verifies it and by no other;
 * an operation's OK needs what its row says (contract/callers.def, ops_run). */
enum cx_proof {
    CX_PROOF_NONE = 0,
    CX_PROOF_LOGIN = 1 << 0,
    CX_PROOF_SESSION = 1 << 1,
    CX_PROOF_TICKET = 1 << 2,
    CX_PROOF_CONSOLE = 1 << 3,
    CX_PROOF_DEVICE = 1 << 4,
    CX_PROOF_SIGNATURE = 1 << 5,
    CX_PROOF_DEED = 1 << 6,
    CX_PROOF_SELF = 1 << 7,
    CX_PROOF_OPERATOR = 1 << 8,
    CX_PROOF_LINK = 1 << 9
};

struct cx {
    struct arena arena;
    int64_t now; /* clock_now() as of the transaction, or when the request began: one moment for all rules */
    struct str actor;   /* for the audit: "technician:ID", "device:ID", "operator:root", "system" */
    struct str door;    /* for the audit: by which way an operator came, "console"; null: none */
    int64_t device;     /* the phone that asks, 0: none: it gets no notice of its own changes */
    unsigned proofs;    /* enum cx_proof */
    struct str source;  /* address of the caller as text, or null (command line) */
    struct str console; /* the caller's description of itself (User-Agent), or null */
    struct db *db;      /* NULL if there is none */
    /* Runs in each transaction once it has begun, and its error ends it; NULL: none. Of an operator's
     * request it reads the operator's right (accounts/operator_right.h), which is `right`. */
    enum errcode (*enters)(struct cx *cx);
    struct operator_right *right;
    const struct auth_env *env;
    const struct call *call;
    struct call_reply *reply;
    int64_t woken[CX_WOKEN]; /* technicians whose challenge this request changed: their waiting checks are
                              * woken after it */
    size_t n_woken;
    int64_t last_event; /* the id of this process's newest audit row (accounts/audit.c); 0: none */
    bool has_posted;    /* a delivery was put into the outbox: worker 0 should look */
    bool wakes_all;     /* there were more, or any check may be affected */
    struct cx_work work[CX_WORK];
    size_t n_work;
    bool is_again; /* the request runs again: see cx_again */
    enum errcode err;
    char detail[CX_DETAIL]; /* detail of the first error; for the log and the operator, never for an
                             * outsider */
};

void cx_init(struct cx *cx);
/* Prepares for the next request: frees its memory, clears the error, reads the time. Keeps db and env. */
void cx_begin(struct cx *cx);
/* After a request was answered: wipes what it left in memory, possibly a password, without waiting for the
 * next request. */
void cx_end(struct cx *cx);
/* Before the same request runs again from its start: forgets the error, and what the first run has verified
 * and changed. Its memory stays, since the request is in it. */
void cx_again(struct cx *cx);
void cx_clear(struct cx *cx);

/* Records the first error of a request and returns its code; later ones keep the first detail. */
enum errcode err_set(struct cx *cx, enum errcode code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Records that the result of this technician's checks may have changed. */
void cx_wake(struct cx *cx, int64_t technician_id);
/* Clears the error, for a caller that has handled it. */
void err_forget(struct cx *cx);

#endif
