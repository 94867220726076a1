/* SPDX-License-Identifier: Apache-2.0 */
/* arena: the memory of one request, freed all at once.
 *
 * Allocation never fails: when memory runs out the process ends (err_no_memory). Input is capped where it
 * is read; the arena itself counts but does not limit. All memory is aligned for any type, and NOT zeroed
 * unless stated. */
#ifndef COUNTERSIGN_BASE_ARENA_H
#define COUNTERSIGN_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

struct arena_chunk;
struct arena {
    struct arena_chunk *head;
    size_t used;
};

void arena_init(struct arena *a);
/* Frees all chunks except one of the standard size, and wipes what was used: requests contain secrets. */
void arena_reset(struct arena *a);
/* Wipes and frees everything. */
void arena_clear(struct arena *a);

void *arena_alloc(struct arena *a, size_t n) __attribute__((malloc, alloc_size(2)));
void *arena_zalloc(struct arena *a, size_t n) __attribute__((malloc, alloc_size(2)));
/* count * size, zeroed; overflow is checked (ASSERT). */
void *arena_array(struct arena *a, size_t count, size_t size) __attribute__((malloc));

/* A copy; the copy of null is null. A NUL follows each copy, so .p is a C string if the text has no NUL
 * inside. */
struct str arena_str(struct arena *a, struct str s);
char *arena_cstr(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct str arena_vprintf(struct arena *a, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

#endif
