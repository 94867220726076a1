/* SPDX-License-Identifier: Apache-2.0 */
/* proxy_fuzz: the header of the PROXY protocol, as it arrives byte by byte. It is read to its end and not
 * beyond, and what is decided of a part of it does not change with the rest. */
#include "fuzz/fuzz.h"

#include "front/proxy_header.h"

enum { INPUT_MAX = 1 << 12 };

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 0, .allocated_each = 0, .steps_base = 64 * 1024, .steps_each = 256};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct str all = {(const char *)data, size};
    struct proxy_header h;
    size_t n = 0;

    if (size > INPUT_MAX)
        return 0;
    for (;;) {
        enum proxy_header_result is = proxy_header_read(str_sub(all, 0, n), &h);
        ASSERT((is == PROXY_HEADER_REFUSED) == (h.why != NULL));
        if (is == PROXY_HEADER_DONE)
            ASSERT(h.n == n && n <= PROXY_HEADER_MAX);
        if (is != PROXY_HEADER_MORE)
            return 0;
        ASSERT(h.n > n && h.n <= PROXY_HEADER_MAX);
        if (n == size)
            return 0;
        n = h.n < size ? h.n : size;
    }
}
