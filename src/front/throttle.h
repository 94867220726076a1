/* SPDX-License-Identifier: Apache-2.0 */
/* throttle: limits what one source may cost: its number of connections, and its failures on the JSON face
 * before it has to wait. A source is an IPv4 address or a /64 of IPv6. A phone's token that a worker
 * accepted recently is a payer of its own: failures of others behind the same address do not lock it out,
 * and its own failures count against it alone. The domain locks accounts out; this only makes guessing
 * expensive. */
#ifndef COUNTERSIGN_FRONT_THROTTLE_H
#define COUNTERSIGN_FRONT_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/inet.h"
#include "base/str.h"
#include "base/siphash.h"
#include "front/turn.h"

enum {
    THROTTLE_FAILURES = 30,  /* in a row, before a payer has to wait */
    THROTTLE_REFILL_S = 2,   /* one more is allowed after each such time */
    THROTTLE_BUCKETS = 4096, /* of connections: chains of sources */
    THROTTLE_BUDGETS = 8192, /* payers whose failures are remembered */
    THROTTLE_TOKENS = 8192,  /* recently accepted tokens */
};

/* A source with connections. */
struct throttle_source {
    struct throttle_source *next;
    struct inet_addr address;
    size_t connections;
    struct turn_source turns, bulk; /* of the two lines of struct front */
};

struct throttle_budget {
    uint64_t who;        /* digest of the source; 0: free */
    int64_t spent_until; /* clock_mono: when all failures are forgiven */
};

/* An accepted token, as a digest; never the token itself. */
struct throttle_token {
    struct siphash digest; /* both 0: free */
    int64_t seen;          /* clock_mono */
};

/* The payer: failures are counted per payer. */
struct throttle_payer {
    uint64_t who;
    struct siphash token; /* of the request's token; both 0: none */
};

struct throttle {
    unsigned char key[SIPHASH_KEY];
    struct throttle_source **sources; /* THROTTLE_BUCKETS */
    struct throttle_budget *budgets;  /* THROTTLE_BUDGETS */
    struct throttle_token *tokens;    /* THROTTLE_TOKENS */
};

void throttle_init(struct throttle *t);
void throttle_clear(struct throttle *t);

/* Counts one more connection of this address. NULL if it already has `most`. Released by
 * throttle_disconnect. */
struct throttle_source *throttle_connect(struct throttle *t, const struct inet_addr *a, size_t most);
/* NULL is fine. */
void throttle_disconnect(struct throttle *t, struct throttle_source *s);

/* The payer for a request from that address with that token (null: none): the token where it was accepted
 * recently, otherwise the address. */
struct throttle_payer throttle_payer(struct throttle *t, const struct inet_addr *a, struct str token);
/* A worker accepted the payer's token, or did not know it; in the latter case its failures count against
 * its address from the next request on. A full table forgets the token unused for the longest time. */
void throttle_accept(struct throttle *t, const struct throttle_payer *payer, int64_t mono);
void throttle_forget(struct throttle *t, const struct throttle_payer *payer);

/* Seconds until this payer may try again; 0: now. */
unsigned throttle_wait(const struct throttle *t, const struct throttle_payer *payer, int64_t mono);
/* The payer failed. A full table forgets the payer closest to forgiveness. */
void throttle_fail(struct throttle *t, const struct throttle_payer *payer, int64_t mono);

#endif
