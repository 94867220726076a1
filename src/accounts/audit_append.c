/* SPDX-License-Identifier: Apache-2.0 */
/* audit_append: one event, written or counted: see audit.h and tally.h. The row itself is made in audit.c. */
#include <stdarg.h>

#include "accounts/audit.h"
#include "accounts/tally.h"

static bool
is_tallied(enum audit_event event)
{
    enum bound {
#define BOUND(id, who, limit) id,
#include "accounts/audit.def"
    };
    static const enum bound bounds[AUDIT_EVENT_COUNT_] = {
#define EVENT(id, name, bound, doc) [AUDIT_##id] = bound,
#include "accounts/audit.def"
    };
    return bounds[event] == TALLY;
}

enum errcode
audit_append(struct cx *cx, struct audit_of of, enum audit_event event, ...)
{
    bool is_written = true;
    va_list detail;
    enum errcode err = is_tallied(event) ? tally_take(cx, of, event, &is_written) : ERR_NONE;
    if (err != ERR_NONE || !is_written)
        return err;
    va_start(detail, event);
    err = audit_write_list(cx, of, event, detail);
    va_end(detail);
    return err;
}
