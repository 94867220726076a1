/* SPDX-License-Identifier: Apache-2.0 */
/* problems: the errors of a configuration file: see setting.h. */
#include <stdarg.h>

#include "config/setting.h"

void
problems_add(struct problems *p, unsigned line, const char *fmt, ...)
{
    p->count++;
    if (p->out == NULL)
        return;
    struct arena a;
    arena_init(&a);
    va_list ap;
    va_start(ap, fmt);
    struct str what = arena_vprintf(&a, fmt, ap);
    va_end(ap);
    buf_addf(p->out, "%.*s:%u: %.*s\n", STR_ARG(p->name), line, STR_ARG(what));
    arena_clear(&a);
}
