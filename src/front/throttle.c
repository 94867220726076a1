/* SPDX-License-Identifier: Apache-2.0 */
/* throttle: see throttle.h. Failures are counted in a leaking bucket: each one moves the time of full
 * forgiveness THROTTLE_REFILL_S later. A payer who is more than THROTTLE_FAILURES of them ahead of the
 * clock has to wait. */
#include "front/throttle.h"

#include <stdlib.h>
#include <string.h>

#include "base/rand.h"

enum { WAYS = 4 }; /* places of the table available to one source */

_Static_assert(sizeof(struct inet_addr) == 17, "an address is compared and digested as its bytes");

static const int64_t cost = THROTTLE_REFILL_S * CLOCK_S;

void
throttle_init(struct throttle *t)
{
    rand_bytes(t->key, sizeof t->key);
    t->sources = calloc(THROTTLE_BUCKETS, sizeof(struct throttle_source *));
    t->budgets = calloc(THROTTLE_BUDGETS, sizeof(struct throttle_budget));
    t->tokens = calloc(THROTTLE_TOKENS, sizeof(struct throttle_token));
    if (t->sources == NULL || t->budgets == NULL || t->tokens == NULL)
        err_no_memory();
}

void
throttle_clear(struct throttle *t)
{
    for (size_t i = 0; t->sources != NULL && i < THROTTLE_BUCKETS; i++) {
        for (struct throttle_source *s = t->sources[i], *next; s != NULL; s = next) {
            next = s->next;
            free(s);
        }
    }
    free(t->sources);
    free(t->budgets);
    free(t->tokens);
    *t = (struct throttle){.sources = NULL};
}

/* The address; for IPv6 its /64, since one host has 2^64 addresses. */
static struct inet_addr
source_of(const struct inet_addr *a)
{
    struct inet_addr source = *a;
    if (source.v6)
        memset(source.b + 8, 0, 8);
    return source;
}

static uint64_t
digest(const struct throttle *t, const struct inet_addr *source)
{
    return siphash(t->key, source, sizeof *source).a | 1;
}

static struct throttle_source **
find_source(struct throttle *t, const struct inet_addr *source)
{
    struct throttle_source **at = &t->sources[(digest(t, source) >> 1) % THROTTLE_BUCKETS];
    while (*at != NULL && memcmp(&(*at)->address, source, sizeof *source) != 0)
        at = &(*at)->next;
    return at;
}

struct throttle_source *
throttle_connect(struct throttle *t, const struct inet_addr *a, size_t most)
{
    struct inet_addr source = source_of(a);
    struct throttle_source **at = find_source(t, &source);

    if (*at == NULL) {
        *at = calloc(1, sizeof **at);
        if (*at == NULL)
            err_no_memory();
        (*at)->address = source;
        turn_source_init(&(*at)->turns);
        turn_source_init(&(*at)->bulk);
    }
    if ((*at)->connections >= most && (*at)->connections > 0)
        return NULL;
    (*at)->connections++;
    return *at;
}

void
throttle_disconnect(struct throttle *t, struct throttle_source *s)
{
    if (s == NULL || --s->connections > 0)
        return;
    struct throttle_source **at = find_source(t, &s->address);
    ASSERT(*at == s);
    *at = s->next;
    free(s);
}

static bool
is_none(const struct siphash *digest)
{
    return digest->a == 0 && digest->b == 0;
}

/* NULL: not accepted recently. */
static struct throttle_token *
find_token(const struct throttle *t, const struct siphash *digest)
{
    for (size_t i = 0; i < WAYS && !is_none(digest); i++) {
        struct throttle_token *k = &t->tokens[(digest->a + i) % THROTTLE_TOKENS];
        if (k->digest.a == digest->a && k->digest.b == digest->b)
            return k;
    }
    return NULL;
}

struct throttle_payer
throttle_payer(struct throttle *t, const struct inet_addr *a, struct str token)
{
    struct inet_addr source = source_of(a);
    struct throttle_payer payer = {.who = digest(t, &source)};

    if (str_is_null(token))
        return payer;
    payer.token = siphash(t->key, token.p, token.n);
    if (find_token(t, &payer.token) != NULL)
        payer.who = payer.token.b | 1;
    return payer;
}

/* The oldest of the places that this one may take. A free place counts as oldest. */
static struct throttle_token *
oldest_token(const struct throttle *t, const struct siphash *digest)
{
    struct throttle_token *found = &t->tokens[digest->a % THROTTLE_TOKENS];
    for (size_t i = 1; i < WAYS; i++) {
        struct throttle_token *other = &t->tokens[(digest->a + i) % THROTTLE_TOKENS];
        if (other->seen < found->seen)
            found = other;
    }
    return found;
}

void
throttle_accept(struct throttle *t, const struct throttle_payer *payer, int64_t mono)
{
    struct throttle_token *k = find_token(t, &payer->token);

    if (is_none(&payer->token))
        return;
    if (k == NULL)
        k = oldest_token(t, &payer->token);
    *k = (struct throttle_token){.digest = payer->token, .seen = mono};
}

void
throttle_forget(struct throttle *t, const struct throttle_payer *payer)
{
    struct throttle_token *k = find_token(t, &payer->token);
    if (k != NULL)
        *k = (struct throttle_token){.seen = 0};
}

unsigned
throttle_wait(const struct throttle *t, const struct throttle_payer *payer, int64_t mono)
{
    uint64_t who = payer->who;

    for (size_t i = 0; i < WAYS; i++) {
        const struct throttle_budget *b = &t->budgets[((who >> 1) + i) % THROTTLE_BUDGETS];
        int64_t ahead = b->spent_until - mono - (THROTTLE_FAILURES - 1) * cost;
        if (b->who == who && ahead > 0)
            return (unsigned)((ahead + CLOCK_S - 1) / CLOCK_S);
    }
    return 0;
}

void
throttle_fail(struct throttle *t, const struct throttle_payer *payer, int64_t mono)
{
    uint64_t who = payer->who;
    struct throttle_budget *mine = NULL;

    for (size_t i = 0; i < WAYS; i++) {
        struct throttle_budget *b = &t->budgets[((who >> 1) + i) % THROTTLE_BUDGETS];
        if (b->who == who) {
            mine = b;
            break;
        }
        if (mine == NULL || b->spent_until < mine->spent_until)
            mine = b;
    }
    if (mine->who != who)
        *mine = (struct throttle_budget){.who = who};
    if (mine->spent_until < mono)
        mine->spent_until = mono;
    if (mine->spent_until < mono + cost * THROTTLE_FAILURES * 2)
        mine->spent_until += cost;
}
