/* SPDX-License-Identifier: Apache-2.0 */
/* What Debian's libfido2 and libcbor want of glibc and musl does not have: the forms of functions that check
 * the size of their buffer, and two names. Loaded in the place of glibc's loader (tools/musl-libs). */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

int __asprintf_chk(char **out, int flag, const char *format, ...);
int __fprintf_chk(FILE *file, int flag, const char *format, ...);
int __snprintf_chk(char *out, size_t n, int flag, size_t size, const char *format, ...);
int __vsnprintf_chk(char *out, size_t n, int flag, size_t size, const char *format, va_list args);
void __explicit_bzero_chk(void *at, size_t n, size_t size);
int __isoc99_sscanf(const char *text, const char *format, ...);
void arc4random_buf(void *at, size_t n);

int
__asprintf_chk(char **out, int flag, const char *format, ...)
{
    (void)flag;
    va_list args;
    va_start(args, format);
    int n = vasprintf(out, format, args);
    va_end(args);
    return n;
}

int
__fprintf_chk(FILE *file, int flag, const char *format, ...)
{
    (void)flag;
    va_list args;
    va_start(args, format);
    int n = vfprintf(file, format, args);
    va_end(args);
    return n;
}

int
__vsnprintf_chk(char *out, size_t n, int flag, size_t size, const char *format, va_list args)
{
    (void)flag;
    if (n > size) {
        abort();
    }
    return vsnprintf(out, n, format, args);
}

int
__snprintf_chk(char *out, size_t n, int flag, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int done = __vsnprintf_chk(out, n, flag, size, format, args);
    va_end(args);
    return done;
}

void
__explicit_bzero_chk(void *at, size_t n, size_t size)
{
    if (n > size) {
        abort();
    }
    explicit_bzero(at, n);
}

/* Of keys that are plugged in, which a server has none of. */
int
__isoc99_sscanf(const char *text, const char *format, ...)
{
    (void)text;
    (void)format;
    abort();
}

void
arc4random_buf(void *at, size_t n)
{
    for (unsigned char *to = at; n > 0;) {
        size_t part = n < 256 ? n : 256;
        if (getrandom(to, part, 0) != (ssize_t)part) {
            abort();
        }
        to += part;
        n -= part;
    }
}
