/* SPDX-License-Identifier: Apache-2.0 */
/* rand: random bytes from the kernel; no state of our own that a fork could duplicate. */
#include "base/rand.h"

#include <errno.h>
#include <sys/random.h>

#include "base/err.h"

#if COUNTERSIGN_TESTING
static void (*test_source)(void *out, size_t n);

void
rand_set_source(void (*fill)(void *out, size_t n))
{
    test_source = fill;
}
#endif

void
rand_bytes(void *out, size_t n)
{
#if COUNTERSIGN_TESTING
    if (test_source != NULL) {
        test_source(out, n);
        return;
    }
#endif
    unsigned char *p = out;
    while (n > 0) {
        ssize_t got = getrandom(p, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        ASSERT(got > 0);
        p += got;
        n -= (size_t)got;
    }
}

void
rand_word(void *out, size_t n)
{
    enum { DASH = 62 }; /* the value of '-' in base64url's alphabet, which encodes 6 bits per letter */
    do
        rand_bytes(out, n);
    while (*(unsigned char *)out >> 2 == DASH);
}

uint32_t
rand_below(uint32_t below)
{
    ASSERT(below > 0);
    /* The first 2^32 mod below values would bias the result: draw again. */
    uint32_t uneven = (uint32_t)(0 - below) % below;
    uint32_t v = 0;
    do
        rand_bytes(&v, sizeof v);
    while (v < uneven);
    return v % below;
}

int64_t
rand_id(void)
{
    uint64_t v = 0;
    do {
        rand_bytes(&v, sizeof v);
        v >>= 1;
    } while (v == 0);
    return (int64_t)v;
}
