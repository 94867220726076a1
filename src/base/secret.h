/* secret: bytes that must not linger and must not be compared in a way that tells where they differ. */
#ifndef COUNTERSIGN_BASE_SECRET_H
#define COUNTERSIGN_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum { SECRET_MAX = 64, TOKEN_BYTES = 32, DIGEST_BYTES = 32 };

/* A key or other short secret held by value; wipe it with secret_clear. */
struct secret {
    unsigned char bytes[SECRET_MAX];
    size_t n;
};

/* A SHA-256 digest: what is stored in place of a token. Public enough to be an index. */
struct digest {
    unsigned char bytes[DIGEST_BYTES];
};

void secret_wipe(void *p, size_t n); /* never optimised away */
void secret_clear(struct secret *s);
/* Wipes what calls that have returned left on the stack, of libraries too, down to SECRET_STACK bytes below
 * the caller. For loops that are about to wait. */
enum { SECRET_STACK = 64 * 1024 };
void secret_wipe_stack(void);
/* In a time that depends on n alone. */
bool secret_equal(const void *a, const void *b, size_t n);
/* Lengths may differ (lengths are not secret); the bytes are compared as secret_equal does. Null equals
 * nothing. */
bool secret_equal_str(struct str a, struct str b);

#endif
