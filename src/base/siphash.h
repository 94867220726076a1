/* SPDX-License-Identifier: Apache-2.0 */
/* siphash: SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012): a keyed digest for hash
 * tables whose keys outsiders choose. Not for passwords or signatures. */
#ifndef COUNTERSIGN_BASE_SIPHASH_H
#define COUNTERSIGN_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

enum { SIPHASH_KEY = 16 };

struct siphash {
    uint64_t a, b;
};

struct siphash siphash(const unsigned char key[SIPHASH_KEY], const void *bytes, size_t n);

#endif
