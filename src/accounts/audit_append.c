/* SPDX-License-Identifier: Apache-2.0 */
/* audit_append: one event, written or counted: see audit.h and tally.h. The row itself is made in audit.c. */
#include <stdarg.h>

#include "accounts/audit.h"
#include "accounts/tally.h"

enum bound {
#define BOUND(id, who, limit) id,
#include "accounts/audit.def"
};

static enum bound
bound_of(enum audit_event event)
{
    static const enum bound bounds[AUDIT_EVENT_COUNT_] = {
#define EVENT(id, name, bound, doc) [AUDIT_##id] = bound,
#include "accounts/audit.def"
    };
    return bounds[event];
}

enum errcode
audit_append(struct cx *cx, struct audit_of of, enum audit_event event, ...)
{
    bool is_written = true;
    va_list detail;
    const enum bound bound = bound_of(event);
    enum errcode err = bound == TALLY ? tally_take(cx, of, event, &is_written) : ERR_NONE;
    if (err != ERR_NONE || !is_written)
        return err;
    va_start(detail, event);
    err = audit_write_list(cx, of, event, detail);
    va_end(detail);
    if (err == ERR_NONE && bound != TALLY && bound != PACE)
        audit_wake(cx, of);
    return err;
}
