/* SPDX-License-Identifier: Apache-2.0 */
/* place: see place.h. The audit log is the only record of past sign-ins. */
#include "signin/place.h"

#include "accounts/audit.h"
#include "base/inet.h"
#include "store/store_audit.h"

enum errcode
place_look(struct cx *cx, int64_t technician_id, struct str source, struct place *place_out)
{
    struct audit_row *rows = NULL;
    size_t n = 0;
    const struct str here = inet_source(&cx->arena, source);
    *place_out = (struct place){.has_past = false};
    enum errcode err = store_audit_attempts(cx, technician_id, AUDIT_GRANTED, PLACES_READ, &rows, &n);
    for (size_t i = 0; err == ERR_NONE && i < n && place_out->seen_at == 0; i++) {
        if (str_eq(audit_detail(cx, &rows[i], "method"), STR_LIT("password")))
            continue;
        place_out->has_past = true;
        if (str_eq(inet_source(&cx->arena, rows[i].source), here))
            place_out->seen_at = rows[i].at;
    }
    return err;
}
