/* throttle: see throttle.h. Failures are counted as a leaking bucket: each adds THROTTLE_REFILL_S to the time
 * at which all is forgiven, and who is more than THROTTLE_FAILURES of them ahead of the clock has to wait. */
#include "front/throttle.h"

#include <stdlib.h>
#include <string.h>

#include "base/rand.h"

enum { WAYS = 4 }; /* places of the table that one source may take */

_Static_assert(sizeof(struct inet_addr) == 17, "an address is compared and digested as its bytes");

static const int64_t cost = THROTTLE_REFILL_S * CLOCK_S;

void
throttle_init(struct throttle *t)
{
    rand_bytes(t->key, sizeof t->key);
    t->sources = calloc(THROTTLE_BUCKETS, sizeof(struct throttle_source *));
    t->budgets = calloc(THROTTLE_BUDGETS, sizeof(struct throttle_budget));
    if (t->sources == NULL || t->budgets == NULL)
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
    *t = (struct throttle){.sources = NULL};
}

/* The address, or the /64 of version 6, of which one host has 2^64. */
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

unsigned
throttle_wait(const struct throttle *t, const struct inet_addr *a, int64_t mono)
{
    struct inet_addr source = source_of(a);
    uint64_t who = digest(t, &source);

    for (size_t i = 0; i < WAYS; i++) {
        const struct throttle_budget *b = &t->budgets[((who >> 1) + i) % THROTTLE_BUDGETS];
        int64_t ahead = b->spent_until - mono - (THROTTLE_FAILURES - 1) * cost;
        if (b->who == who && ahead > 0)
            return (unsigned)((ahead + CLOCK_S - 1) / CLOCK_S);
    }
    return 0;
}

void
throttle_fail(struct throttle *t, const struct inet_addr *a, int64_t mono)
{
    struct inet_addr source = source_of(a);
    uint64_t who = digest(t, &source);
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
