/* SPDX-License-Identifier: Apache-2.0 */
/* arena: a list of chunks of a standard size, the newest first; an allocation that does not fit gets a chunk
 * of its own.
 *
 * Under AddressSanitizer, memory that is not handed out is poisoned, and a gap follows each allocation: a
 * read past an allocation, or after a reset, is then reported as it would be for malloc. */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sanitized.h"
#include "base/secret.h"

#if IS_SANITIZED
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
enum { GAP = 16 };
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
enum { GAP = 0 };
#endif

struct arena_chunk {
    struct arena_chunk *next;
    size_t size; /* of data */
    size_t used;
    _Alignas(max_align_t) unsigned char data[];
};

enum { ALIGN = _Alignof(max_align_t), CHUNK = 16 * 1024, CHUNK_DATA = CHUNK - sizeof(struct arena_chunk) };

void
arena_init(struct arena *a)
{
    a->head = NULL;
    a->used = 0;
}

static struct arena_chunk *
chunk_new(size_t size)
{
    struct arena_chunk *c = malloc(sizeof *c + size);
    if (c == NULL)
        err_no_memory();
    c->next = NULL;
    c->size = size;
    c->used = 0;
    POISON(c->data, size);
    return c;
}

static void
chunk_wipe(struct arena_chunk *c)
{
    UNPOISON(c->data, c->size);
    secret_wipe(c->data, c->used);
    c->used = 0;
}

void
arena_reset(struct arena *a)
{
    struct arena_chunk *kept = NULL;
    for (struct arena_chunk *c = a->head, *next = NULL; c != NULL; c = next) {
        next = c->next;
        chunk_wipe(c);
        if (kept == NULL && c->size == CHUNK_DATA)
            kept = c;
        else
            free(c);
    }
    if (kept != NULL) {
        kept->next = NULL;
        POISON(kept->data, kept->size);
    }
    a->head = kept;
    a->used = 0;
}

void
arena_clear(struct arena *a)
{
    arena_reset(a);
    if (a->head != NULL) {
        UNPOISON(a->head->data, a->head->size);
        free(a->head);
    }
    arena_init(a);
}

/* A chunk with room for n bytes. One made for a large allocation is linked behind the head, so that the
 * rest of the head stays in use. */
static struct arena_chunk *
chunk_for(struct arena *a, size_t n)
{
    struct arena_chunk *head = a->head;
    if (head != NULL && n <= head->size - head->used)
        return head;
    if (n <= CHUNK_DATA / 2 || head == NULL) {
        struct arena_chunk *c = chunk_new(n > CHUNK_DATA ? n : CHUNK_DATA);
        c->next = head;
        a->head = c;
        return c;
    }
    struct arena_chunk *c = chunk_new(n);
    c->next = head->next;
    head->next = c;
    return c;
}

void *
arena_alloc(struct arena *a, size_t n)
{
    if (n > SIZE_MAX / 2)
        err_no_memory();
    size_t whole = (n + GAP + ALIGN - 1) / ALIGN * ALIGN;
    struct arena_chunk *c = chunk_for(a, whole);
    unsigned char *p = c->data + c->used;
    c->used += whole;
    a->used += whole;
    UNPOISON(p, n);
    return p;
}

void *
arena_zalloc(struct arena *a, size_t n)
{
    void *p = arena_alloc(a, n);
    memset(p, 0, n);
    return p;
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
    size_t n = 0;
    ASSERT(!__builtin_mul_overflow(count, size, &n));
    return arena_zalloc(a, n);
}

char *
arena_cstr(struct arena *a, struct str s)
{
    if (s.p == NULL)
        return NULL;
    char *copy = arena_alloc(a, s.n + 1);
    memcpy(copy, s.p, s.n);
    copy[s.n] = '\0';
    return copy;
}

struct str
arena_str(struct arena *a, struct str s)
{
    return (struct str){arena_cstr(a, s), s.n};
}

struct str
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    ASSERT(n >= 0);
    char *text = arena_alloc(a, (size_t)n + 1);
    (void)vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    return (struct str){text, (size_t)n};
}

struct str
arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct str s = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return s;
}
