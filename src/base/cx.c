/* SPDX-License-Identifier: Apache-2.0 */
/* cx: the life of one request: start, at most one error, end. */
#include "base/cx.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

void
cx_init(struct cx *cx)
{
    *cx = (struct cx){.err = ERR_NONE};
    arena_init(&cx->arena);
    cx_begin(cx);
}

void
cx_begin(struct cx *cx)
{
    cx_end(cx);
    cx->now = clock_now();
}

void
cx_end(struct cx *cx)
{
    arena_reset(&cx->arena);
    err_forget(cx);
    cx->actor = STR_NULL;
    cx->door = STR_NULL;
    cx->enters = NULL;
    cx->right = NULL;
    cx->device = 0;
    cx->proofs = CX_PROOF_NONE;
    cx->source = STR_NULL;
    cx->console = STR_NULL;
    cx->n_woken = 0;
    cx->has_posted = false;
    cx->wakes_all = false;
    memset(cx->work, 0, sizeof cx->work);
    cx->n_work = 0;
    cx->is_again = false;
    cx->call = NULL;
    cx->reply = NULL;
}

void
cx_again(struct cx *cx)
{
    err_forget(cx);
    cx->actor = STR_NULL;
    cx->door = STR_NULL;
    cx->enters = NULL;
    cx->right = NULL;
    cx->device = 0;
    cx->proofs = CX_PROOF_NONE;
    cx->n_woken = 0;
    cx->wakes_all = false;
    cx->has_posted = false;
    cx->is_again = true;
}

void
cx_clear(struct cx *cx)
{
    arena_clear(&cx->arena);
    *cx = (struct cx){.err = ERR_NONE};
}

enum errcode
err_set(struct cx *cx, enum errcode code, const char *fmt, ...)
{
    ASSERT(code != ERR_NONE);
    if (cx->err == ERR_NONE) {
        cx->err = code;
        va_list ap;
        va_start(ap, fmt);
        (void)vsnprintf(cx->detail, sizeof cx->detail, fmt, ap);
        va_end(ap);
    }
    return code;
}

void
err_forget(struct cx *cx)
{
    cx->err = ERR_NONE;
    cx->detail[0] = '\0';
}

void
cx_wake(struct cx *cx, int64_t technician_id)
{
    for (size_t i = 0; i < cx->n_woken; i++)
        if (cx->woken[i] == technician_id)
            return;
    if (cx->n_woken == CX_WOKEN)
        cx->wakes_all = true;
    else
        cx->woken[cx->n_woken++] = technician_id;
}
