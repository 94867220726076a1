/* SPDX-License-Identifier: Apache-2.0 */
/* heap: wipes all memory that a child returns to the heap, including that of its libraries: requests hold
 * passwords, tokens and seeds, and JSON, TLS, normalisation and QR codes make copies of them that no other
 * code can reach. The program's own free and realloc replace the C library's; under AddressSanitizer a hook
 * does the same. There is no function to call: linking the file is enough. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/os.h"
#include "base/sanitized.h"
#include "base/secret.h"

/* Larger blocks are request bodies, which their owner wipes. */
enum { WIPED_MAX = 1024 * 1024 };

#if IS_SANITIZED
#include <sanitizer/allocator_interface.h>

static void
taken(const volatile void *p, size_t n)
{
    (void)p;
    (void)n;
}

static void
given_back(const volatile void *p)
{
    const size_t n = p == NULL ? 0 : __sanitizer_get_allocated_size(p);
    void *block; /* the hook's type is const and volatile, the block is neither */
    memcpy(&block, &p, sizeof block);
    if (n <= WIPED_MAX)
        secret_wipe(block, n);
}

__attribute__((constructor)) static void
heap_begin(void)
{
    ASSERT(__sanitizer_install_malloc_and_free_hooks(taken, given_back) > 0);
}

#else

void
free(void *p)
{
    const int before = errno;
    const size_t n = os_block_size(p);
    if (n <= WIPED_MAX)
        secret_wipe(p, n);
    os_free(p);
    errno = before;
}

/* Never in place: moving or shrinking a block would leave bytes behind. */
void *
realloc(void *p, size_t n)
{
    const size_t before = os_block_size(p);
    if (p != NULL && n == 0) {
        free(p);
        return NULL;
    }
    void *moved = malloc(n);
    if (moved == NULL || p == NULL)
        return moved;
    memcpy(moved, p, before < n ? before : n);
    free(p);
    return moved;
}

#endif
