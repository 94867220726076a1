/* SPDX-License-Identifier: Apache-2.0 */
/* err: names and texts of the error codes, and the two ways in which a process ends itself. */
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct {
    const char *name;
    const char *text;
} errors[ERR_COUNT_] = {
#define ERR(name, text) [ERR_##name] = {#name, text},
#include "base/err.def"
};

const char *
err_text(enum errcode code)
{
    ASSERT((unsigned)code < ERR_COUNT_);
    return errors[code].text;
}

const char *
err_name(enum errcode code)
{
    ASSERT((unsigned)code < ERR_COUNT_);
    return errors[code].name;
}

/* dprintf instead of the log: base does not know the log, and a broken program should depend on as little
 * as possible. */
void
err_bug(const char *file, int line, const char *what)
{
    (void)dprintf(STDERR_FILENO, "bug: %s:%d: %s\n", file, line, what);
    abort();
}

void
err_no_memory(void)
{
    static const char line[] = "out of memory\n";
    ssize_t n = write(STDERR_FILENO, line, sizeof line - 1);
    (void)n;
    abort();
}

void *
err_zalloc(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (p == NULL)
        err_no_memory();
    return p;
}
