/* SPDX-License-Identifier: Apache-2.0 */
/* exchange: one request that needs a worker: the call, the watch list, and the answer's way back to the
 * connection through its face. */
#ifndef COUNTERSIGN_FRONT_EXCHANGE_H
#define COUNTERSIGN_FRONT_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/inet.h"
#include "contract/call.h"
#include "contract/ct.h"
#include "front/answer.h"
#include "front/forwarded.h"
#include "front/siphash.h"
#include "front/throttle.h"
#include "http/parser.h"

struct connection;
struct exchange;
struct front;

/* How a face writes its answers. `form` is private to the face, below 256. Bodies are written into
 * f->body, which is empty. */
struct face {
    /* The outcome of an operation: `out` is its struct, or NULL when it threw, with `fault`. */
    void (*answer)(struct front *f, const struct ct_op *op, unsigned form, const void *out, struct str fault,
                   struct answer *a);
    /* The same bytes as last time. NULL for a face that keeps no answers. */
    void (*again)(struct front *f, unsigned form, struct str body, struct answer *a);
    /* The queue has no room for the call: 503. */
    void (*busy)(struct front *f, struct answer *a);
};

/* The caller. Views of the request, or in the arena. */
struct exchange_caller {
    struct inet_addr address;
    struct call call;
    unsigned wait; /* seconds to hold the caller, 0: do not hold */
    bool has_wait; /* the caller gave a value; otherwise its company's policy decides */
};

struct exchange_request {
    const struct exchange_caller *caller;
    struct siphash key; /* exchange_key; unused where the operation is not CT_PACE_WAITS */
    const struct face *face;
    unsigned form;
    const struct ct_op *op;
    const void *in;              /* struct OP_in */
    struct throttle_payer payer; /* for a face that counts failures; otherwise all 0 */
};

void exchange_caller(struct front *f, const struct http_request *http, const struct forwarded *who,
                     struct exchange_caller *out);
/* Computes the key of this caller's question in the watch list. `parts` are everything that decides the
 * call besides the caller, and the form of the answer. */
struct siphash
exchange_key(struct front *f, const struct exchange_caller *caller, const struct str *parts, size_t n);

/* True: the watch list has the answer, and it is in c->out. Never for a caller that would be held. */
bool exchange_again(struct connection *c, const struct exchange_caller *caller, const struct siphash *key,
                    const struct face *face);
/* Asks a worker, or holds the check when the watch list knows that it must wait. True: the answer is
 * already in c->out. False: c->exchange will answer. */
bool exchange_start(struct connection *c, const struct exchange_request *req);
/* It is held, and no worker is being asked. */
bool exchange_is_held(const struct exchange *x);
/* It is queued for a worker that it would occupy: a waste if the client may have left. */
bool exchange_is_slow_and_queued(const struct exchange *x);
/* Drops it, whatever it waits for; its connection is not called again. *x may be NULL. */
void exchange_free(struct exchange **x);

/* The seconds of Prefer: wait=N (RFC 7240, section 4.3). False: no such preference. */
bool exchange_prefer_wait(struct str prefer, unsigned *wait_out);

#endif
