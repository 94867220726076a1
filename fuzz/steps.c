/* SPDX-License-Identifier: Apache-2.0 */
/* steps: see steps.h. The linker has memchr and memmem called here (--wrap). */
#include "fuzz/steps.h"

static size_t steps;

void __sanitizer_cov_trace_pc(void);
void *__real_memchr(const void *p, int byte, size_t n);
void *__wrap_memchr(const void *p, int byte, size_t n);
void *__real_memmem(const void *p, size_t n, const void *what, size_t what_n);
void *__wrap_memmem(const void *p, size_t n, const void *what, size_t what_n);

size_t
steps_take(void)
{
    size_t n = steps;
    steps = 0;
    return n;
}

void
__sanitizer_cov_trace_pc(void)
{
    steps++;
}

static void
count_up_to(const void *p, const void *found, size_t n)
{
    steps += found != NULL ? (size_t)((const char *)found - (const char *)p) : n;
}

void *
__wrap_memchr(const void *p, int byte, size_t n)
{
    void *found = __real_memchr(p, byte, n);
    count_up_to(p, found, n);
    return found;
}

void *
__wrap_memmem(const void *p, size_t n, const void *what, size_t what_n)
{
    void *found = __real_memmem(p, n, what, what_n);
    count_up_to(p, found, n);
    return found;
}
