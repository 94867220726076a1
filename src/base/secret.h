/* SPDX-License-Identifier: Apache-2.0 */
/* secret: bytes that must be wiped, and compared without revealing where they differ. */
#ifndef COUNTERSIGN_BASE_SECRET_H
#define COUNTERSIGN_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum { SECRET_MAX = 64, TOKEN_BYTES = 32, DIGEST_BYTES = 32 };

/* A key or other short secret held by value; wiped by secret_clear. */
struct secret {
    unsigned char bytes[SECRET_MAX];
    size_t n;
};

/* A SHA-256 digest, stored in place of a token. It may be public, and serves as an index. */
struct digest {
    unsigned char bytes[DIGEST_BYTES];
};

void secret_wipe(void *p, size_t n); /* never optimised away */
void secret_clear(struct secret *s);
/* Wipes the stack memory that finished calls, including those of libraries, have left below the caller,
 * down to SECRET_STACK bytes. For loops that are about to wait. */
enum { SECRET_STACK = 64 * 1024 };
void secret_wipe_stack(void);
/* Takes a time that depends on n only. */
bool secret_equal(const void *a, const void *b, size_t n);
/* Lengths may differ (they are not secret); the bytes are compared as by secret_equal. Null equals
 * nothing. */
bool secret_equal_str(struct str a, struct str b);

#endif
