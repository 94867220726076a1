/* SPDX-License-Identifier: Apache-2.0 */
/* exchange: one request that needs a worker: the call, the watch list, and the answer's way back to the
 * client through its face. */
#ifndef COUNTERSIGN_FRONT_EXCHANGE_H
#define COUNTERSIGN_FRONT_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "contract/ct.h"
#include "front/caller.h"
#include "front/throttle.h"
#include "pages/response.h"

struct peer;
struct exchange;
struct front;

/* How a face writes its responses. `form` is private to the face, below 256. Bodies are written into
 * f->body, which is empty. */
struct face {
    /* The outcome of an operation: `out` is its struct, or NULL when it threw, with `fault`. */
    void (*respond)(struct front *f, const struct ct_op *op, unsigned form, const void *out, struct str fault,
                    struct response *r);
    /* The same bytes as last time. NULL for a face that keeps no answers. */
    void (*again)(struct front *f, unsigned form, struct str body, struct response *r);
    /* The queue has no room for the call: 503. */
    void (*busy)(struct front *f, struct response *r);
};

struct exchange_request {
    const struct caller *caller;
    struct siphash key; /* caller_key; unused where the operation is not CT_PACE_WAITS */
    const struct face *face;
    unsigned form;
    const struct ct_op *op;
    const void *in;              /* struct OP_in */
    struct throttle_payer payer; /* for a face that counts failures; otherwise all 0 */
};

/* True: the watch list has the answer, and it is in p->out. Never for a caller that would be held. */
bool exchange_again(struct peer *p, const struct caller *caller, const struct siphash *key,
                    const struct face *face);
/* Asks a worker, or holds the check when the watch list knows that it must wait. True: the answer is
 * already in p->out. False: p->exchange will answer. */
bool exchange_start(struct peer *p, const struct exchange_request *req);
/* It is held, and no worker is being asked. */
bool exchange_is_held(const struct exchange *x);
/* It is queued for a worker that it would occupy: a waste if the client may have left. */
bool exchange_is_slow_and_queued(const struct exchange *x);
/* Drops it, whatever it waits for; its connection is not called again. *x may be NULL. */
void exchange_free(struct exchange **x);

#endif
