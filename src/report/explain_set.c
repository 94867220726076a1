/* SPDX-License-Identifier: Apache-2.0 */
/* explain_set: which event of the account set a value, and who that was. */
#include "report/explain_condition.h"

static bool
is_event(const struct audit_row *row, enum audit_event event)
{
    return str_eq(row->event, str_from_cstr(audit_event_name(event)));
}

static struct explain_set
set_by(const struct audit_row *row)
{
    struct explain_set set = {.where = "technician"};
    if (row != NULL) {
        set.at = row->at;
        set.by = row->actor;
    }
    return set;
}

struct explain_set
explain_technician_set(const struct explaining *e, enum audit_event event)
{
    size_t i = 0;
    while (i < e->events_n && !is_event(&e->events[i], event))
        i++;
    return set_by(i < e->events_n ? &e->events[i] : NULL);
}

struct explain_set
explain_flag_set(struct cx *cx, const struct explaining *e, const char *flag, bool is_on)
{
    const struct audit_row *found = NULL;
    for (size_t i = 0; i < e->events_n; i++) {
        if (!is_event(&e->events[i], AUDIT_TECHNICIAN_FLAGS))
            continue;
        if (str_eq(audit_detail(cx, &e->events[i], flag), STR_LIT("yes")) != is_on)
            break;
        found = &e->events[i];
    }
    return set_by(found);
}

struct explain_set
explain_must_change_set(const struct explaining *e)
{
    size_t i = 0;
    while (i < e->events_n && !is_event(&e->events[i], AUDIT_PASSWORD_RESET) &&
           !is_event(&e->events[i], AUDIT_PUSH_REPORTED) && !is_event(&e->events[i], AUDIT_TECHNICIAN_ADDED))
        i++;
    return set_by(i < e->events_n ? &e->events[i] : NULL);
}

struct explain_set
explain_lock_set(const struct explaining *e, int64_t at)
{
    struct explain_set set = {.where = "technician", .at = at};
    for (size_t i = 0; i < e->events_n; i++)
        if (e->events[i].at == at && is_event(&e->events[i], AUDIT_ACCOUNT_LOCKED))
            set.by = e->events[i].actor;
    return set;
}
