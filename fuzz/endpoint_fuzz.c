/* SPDX-License-Identifier: Apache-2.0 */
/* endpoint_fuzz: an accepted address has a host of the list; an origin is read again unchanged. */
#include "fuzz/fuzz.h"

#include "base/endpoint.h"

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 64 * 1024, .allocated_each = 64, .steps_base = 16 * 1024, .steps_each = 64};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = {(const char *)data, size};
    struct endpoint e, again;
    struct arena a;
    arena_init(&a);
    if (endpoint_read(s, &e)) {
        struct str url = arena_printf(&a, "%.*s/", STR_ARG(endpoint_origin(&a, &e)));
        ASSERT(endpoint_read(url, &again));
        ASSERT(str_eq(again.host, e.host) && again.port == e.port && again.is_plain == e.is_plain);
        ASSERT(!e.is_plain || !endpoint_is_listed(&e, NULL, 0));
        ASSERT(endpoint_is_listed(&e, NULL, 0) == endpoint_is_listed(&again, NULL, 0));
    }
    (void)endpoint_item_is_valid(s);
    arena_clear(&a);
    return 0;
}
