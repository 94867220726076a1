/* exchange: one request that needs a worker's word: the call, the watch list, and the way back to the
 * connection as an answer of its face. */
#ifndef COUNTERSIGN_FRONT_EXCHANGE_H
#define COUNTERSIGN_FRONT_EXCHANGE_H

#include <stdbool.h>

#include "contract/call.h"
#include "contract/ct.h"
#include "front/answer.h"
#include "front/forwarded.h"
#include "http/parser.h"

struct connection;
struct exchange;
struct front;

/* How a face says things. `form` is its own affair, below PARK_BODIES. Bodies are written into f->body, which
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

struct exchange_request {
    const struct face *face;
    unsigned form;
    const struct ct_op *op;
    const void *in; /* struct OP_in */
};

/* For a request that dispatch has whole: asks the watch list or a worker. True: the answer is in c->out;
 * false: c->exchange will answer. */
bool exchange_start(struct connection *c, const struct http_request *http, const struct forwarded *who,
                    const struct exchange_request *req);
/* Forgets it, whatever it waits for; nothing more is told. *x may be NULL. */
void exchange_free(struct exchange **x);

/* Seconds of Prefer: wait=N (RFC 7240, section 4.3), or 0. */
unsigned exchange_prefer_wait(struct str prefer);

#endif
