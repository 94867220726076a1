/* throttle: what one source may cost: how many connections it has, and how often it may fail on the JSON face
 * before it has to wait. A source is an address, or a /64 of IP version 6. A phone's token that a worker
 * accepted lately is a payer of its own: what others fail at behind the same address does not keep it out,
 * and what it fails at is its own. The account's own lock-out is the domain's; this only keeps guessing from
 * being free. */
#ifndef COUNTERSIGN_FRONT_THROTTLE_H
#define COUNTERSIGN_FRONT_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/inet.h"
#include "base/str.h"
#include "front/siphash.h"
#include "front/turn.h"

enum {
    THROTTLE_FAILURES = 30,  /* in a row, before a source has to wait, */
    THROTTLE_REFILL_S = 2,   /* and one more each so many seconds */
    THROTTLE_BUCKETS = 4096, /* of connections: chains of sources */
    THROTTLE_BUDGETS = 8192, /* sources whose failures are remembered */
    THROTTLE_TOKENS = 8192,  /* tokens that were accepted lately */
};

/* A source with connections. */
struct throttle_source {
    struct throttle_source *next;
    struct inet_addr address;
    size_t connections;
    struct turn_source turns;
};

struct throttle_budget {
    uint64_t who;        /* digest of the source; 0: free */
    int64_t spent_until; /* clock_mono: when all failures are forgiven */
};

/* A token that was accepted; never the token itself. */
struct throttle_token {
    struct siphash digest; /* both 0: free */
    int64_t seen;          /* clock_mono */
};

/* Whose failures are counted together. */
struct throttle_payer {
    uint64_t who;
    struct siphash token; /* of the request; both 0: none */
};

struct throttle {
    unsigned char key[SIPHASH_KEY];
    struct throttle_source **sources; /* THROTTLE_BUCKETS */
    struct throttle_budget *budgets;  /* THROTTLE_BUDGETS */
    struct throttle_token *tokens;    /* THROTTLE_TOKENS */
};

void throttle_init(struct throttle *t);
void throttle_clear(struct throttle *t);

/* One more connection of this address, unless it has `most` already: NULL then. Given back by
 * throttle_disconnect. */
struct throttle_source *throttle_connect(struct throttle *t, const struct inet_addr *a, size_t most);
/* NULL is fine. */
void throttle_disconnect(struct throttle *t, struct throttle_source *s);

/* Who pays for a request of that address with that token (null: none): the token where it was accepted
 * lately, else the address. */
struct throttle_payer throttle_payer(struct throttle *t, const struct inet_addr *a, struct str token);
/* A worker accepted the payer's token, or did not know it: then its failures are its address's from the next
 * request on. A table without room forgets the token that was not seen for the longest time. */
void throttle_accept(struct throttle *t, const struct throttle_payer *payer, int64_t mono);
void throttle_forget(struct throttle *t, const struct throttle_payer *payer);

/* Seconds until this payer may try again; 0: now. */
unsigned throttle_wait(const struct throttle *t, const struct throttle_payer *payer, int64_t mono);
/* It failed. A table without room forgets the payer that is nearest to its forgiveness. */
void throttle_fail(struct throttle *t, const struct throttle_payer *payer, int64_t mono);

#endif
