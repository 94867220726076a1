/* SPDX-License-Identifier: Apache-2.0 */
/* inet_fuzz: an address, a network or an endpoint that was read can be written and read again unchanged. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "base/inet.h"

static bool
same(const struct inet_addr *a, const struct inet_addr *b)
{
    return a->v6 == b->v6 && memcmp(a->b, b->b, sizeof a->b) == 0;
}

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 64 * 1024, .allocated_each = 64, .steps_base = 16 * 1024, .steps_each = 64};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = {(const char *)data, size};
    struct arena a;
    arena_init(&a);
    struct inet_addr x, x2;
    if (inet_parse(s, &x) == ERR_NONE) {
        ASSERT(inet_parse(inet_format(&a, &x), &x2) == ERR_NONE);
        ASSERT(same(&x, &x2));
    }
    struct inet_net n, n2;
    if (inet_net_parse(s, &n) == ERR_NONE) {
        ASSERT(inet_net_parse(inet_net_format(&a, &n), &n2) == ERR_NONE);
        ASSERT(same(&n.addr, &n2.addr) && n.bits == n2.bits);
        ASSERT(inet_net_has(&n, &n.addr));
    }
    struct inet_endpoint e, e2;
    if (inet_endpoint_parse(s, &e) == ERR_NONE) {
        ASSERT(inet_endpoint_parse(inet_endpoint_format(&a, &e), &e2) == ERR_NONE);
        ASSERT(same(&e.addr, &e2.addr) && e.port == e2.port);
    }
    arena_clear(&a);
    return 0;
}
