/* exchange: one request that needs a worker's word: the call, the watch list, and the way back to the
 * connection as an answer of its face. */
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

/* How a face says things. `form` is its own affair, below 256. Bodies are written into f->body, which
 * is empty. */
struct face {
    /* The outcome of an operation: `out` is its struct, or NULL where it threw, with `fault`. */
    void (*answer)(struct front *f, const struct ct_op *op, unsigned form, const void *out, struct str fault,
                   struct answer *a);
    /* The same bytes as the last time. NULL where nothing is ever kept. */
    void (*again)(struct front *f, unsigned form, struct str body, struct answer *a);
    /* There is no room for the call: 503. */
    void (*busy)(struct front *f, struct answer *a);
};

/* Who asks. Views of the request, or in the arena. */
struct exchange_caller {
    struct inet_addr address;
    struct call call;
    unsigned wait; /* seconds that the caller would be held, 0: not at all */
    bool has_wait; /* it said so; else its company's policy does */
};

struct exchange_request {
    const struct exchange_caller *caller;
    struct siphash key; /* exchange_key; unused where the operation is not CT_PACE_WAITS */
    const struct face *face;
    unsigned form;
    const struct ct_op *op;
    const void *in;              /* struct OP_in */
    struct throttle_payer payer; /* where the face has failures; else all 0 */
};

void exchange_caller(struct front *f, const struct http_request *http, const struct forwarded *who,
                     struct exchange_caller *out);
/* What stands for this question of this caller in the watch list: `parts` are all that decides the call
 * beside the caller, and the form of the answer. */
struct siphash
exchange_key(struct front *f, const struct exchange_caller *caller, const struct str *parts, size_t n);

/* True: the watch list has the answer, and it is in c->out. Never for a caller that would be held. */
bool exchange_again(struct connection *c, const struct exchange_caller *caller, const struct siphash *key,
                    const struct face *face);
/* Asks a worker, or holds what the watch list knows to wait. True: the answer is in c->out already; false:
 * c->exchange will answer. */
bool exchange_start(struct connection *c, const struct exchange_request *req);
/* It is held, and asks nobody now. */
bool exchange_is_held(const struct exchange *x);
/* It waits for a worker that it would keep busy: not worth it for a client that may have left. */
bool exchange_is_slow_and_queued(const struct exchange *x);
/* Forgets it, whatever it waits for; nothing more is told. *x may be NULL. */
void exchange_free(struct exchange **x);

/* The seconds of Prefer: wait=N (RFC 7240, section 4.3). False: it says nothing about that. */
bool exchange_prefer_wait(struct str prefer, unsigned *wait_out);

#endif
