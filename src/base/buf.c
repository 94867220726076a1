/* SPDX-License-Identifier: Apache-2.0 */
/* buf: one allocation; live bytes are data[start .. start+len). */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

enum { SMALLEST = 256 };

void
buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){.max = max};
}

void
buf_clear(struct buf *b)
{
    if (b->data != NULL)
        secret_wipe(b->data, b->cap);
    free(b->data);
    buf_init(b, b->max);
}

void
buf_reset(struct buf *b)
{
    if (b->len > 0)
        secret_wipe(b->data + b->start, b->len);
    b->start = b->len = 0;
    b->over = false;
}

void
buf_release_if_empty(struct buf *b)
{
    if (b->len == 0 && !b->over)
        buf_clear(b);
}

bool
buf_is_over(const struct buf *b)
{
    return b->over;
}

struct str
buf_view(const struct buf *b)
{
    return b->data == NULL ? STR_LIT("") : (struct str){(const char *)b->data + b->start, b->len};
}

size_t
buf_room(const struct buf *b)
{
    return b->max - b->len;
}

/* Not realloc, which would leave a copy of the old bytes behind. */
static void
move_to(struct buf *b, size_t cap)
{
    unsigned char *data = malloc(cap);
    if (data == NULL)
        err_no_memory();
    if (b->data != NULL) {
        memcpy(data, b->data + b->start, b->len);
        secret_wipe(b->data, b->cap);
        free(b->data);
    }
    b->data = data;
    b->start = 0;
    b->cap = cap;
}

static void
move_down(struct buf *b)
{
    size_t end = b->start + b->len, stale = b->start < b->len ? b->start : b->len;
    memmove(b->data, b->data + b->start, b->len);
    secret_wipe(b->data + end - stale, stale);
    b->start = 0;
}

/* The new capacity for `need` bytes: double the old one, within the cap. */
static size_t
next_cap(const struct buf *b, size_t need)
{
    size_t cap = b->cap < SMALLEST ? SMALLEST : b->cap > SIZE_MAX / 2 ? SIZE_MAX : b->cap * 2;
    if (cap > b->max)
        cap = b->max;
    return cap < need ? need : cap;
}

unsigned char *
buf_reserve(struct buf *b, size_t n)
{
    if (b->over || n > buf_room(b)) {
        b->over = true;
        return NULL;
    }
    size_t need = b->len + n;
    if (b->data == NULL || need > b->cap - b->start) {
        size_t cap = next_cap(b, need);
        /* Moving the bytes within the allocation pays when it moves no more than was consumed; at the cap
         * it is the only way. */
        if (b->data != NULL && need <= b->cap && (b->start >= b->len || cap <= b->cap)) {
            move_down(b);
        } else {
            move_to(b, cap == 0 ? 1 : cap);
        }
    }
    return b->data + b->start + b->len;
}

void
buf_commit(struct buf *b, size_t n)
{
    ASSERT(n <= b->cap - b->start - b->len);
    b->len += n;
}

void
buf_add(struct buf *b, const void *bytes, size_t n)
{
    if (n == 0)
        return;
    unsigned char *at = buf_reserve(b, n);
    if (at == NULL)
        return;
    memcpy(at, bytes, n);
    b->len += n;
}

void
buf_add_byte(struct buf *b, unsigned char byte)
{
    buf_add(b, &byte, 1);
}

void
buf_add_str(struct buf *b, struct str s)
{
    buf_add(b, s.p, s.n);
}

void
buf_add_cstr(struct buf *b, const char *cstr)
{
    buf_add_str(b, str_from_cstr(cstr));
}

void
buf_add_u64(struct buf *b, uint64_t n)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n != 0);
    buf_add(b, digits + at, sizeof digits - at);
}

void
buf_add_i64(struct buf *b, int64_t n)
{
    if (n >= 0) {
        buf_add_u64(b, (uint64_t)n);
        return;
    }
    buf_add_byte(b, '-');
    buf_add_u64(b, 0 - (uint64_t)n);
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    ASSERT(n >= 0);
    size_t with_nul = (size_t)n + 1;
    /* The NUL needs a byte as well; at the cap there is none left, so a copy is made on the heap. */
    unsigned char *at = b->over || (size_t)n > buf_room(b) ? NULL : malloc(with_nul);
    if (at == NULL) {
        if (!b->over && (size_t)n <= buf_room(b))
            err_no_memory();
        b->over = true;
        return;
    }
    va_start(ap, fmt);
    (void)vsnprintf((char *)at, with_nul, fmt, ap);
    va_end(ap);
    buf_add(b, at, (size_t)n);
    secret_wipe(at, with_nul);
    free(at);
}

void
buf_consume(struct buf *b, size_t n)
{
    ASSERT(n <= b->len);
    if (n > 0)
        secret_wipe(b->data + b->start, n);
    b->start += n;
    b->len -= n;
    if (b->len == 0)
        b->start = 0;
}

void
buf_truncate(struct buf *b, size_t n)
{
    ASSERT(n <= b->len);
    if (n < b->len)
        secret_wipe(b->data + b->start + n, b->len - n);
    b->len = n;
    b->over = false;
}
