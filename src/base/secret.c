/* SPDX-License-Identifier: Apache-2.0 */
/* secret: wiping, and comparing in constant time. */
#include "base/secret.h"

#include <string.h>

void
secret_wipe(void *p, size_t n)
{
    if (n > 0)
        explicit_bzero(p, n);
}

void
secret_clear(struct secret *s)
{
    secret_wipe(s, sizeof *s);
}

__attribute__((noinline)) void
secret_wipe_stack(void)
{
    unsigned char dead[SECRET_STACK];
    secret_wipe(dead, sizeof dead);
}

bool
secret_equal(const void *a, const void *b, size_t n)
{
    const volatile unsigned char *x = a;
    const volatile unsigned char *y = b;
    unsigned char differs = 0;
    for (size_t i = 0; i < n; i++)
        differs = (unsigned char)(differs | (x[i] ^ y[i]));
    return differs == 0;
}

bool
secret_equal_str(struct str a, struct str b)
{
    if (a.p == NULL || b.p == NULL || a.n != b.n)
        return false;
    return secret_equal(a.p, b.p, a.n);
}
