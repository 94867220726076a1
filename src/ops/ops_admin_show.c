/* SPDX-License-Identifier: Apache-2.0 */
/* ops_admin_show: see ops_admin_show.h. */
#include "ops/ops_admin_show.h"

#include "accounts/audit.h"
#include "ops/ops_admin.h"
#include "ops/ops_device.h"
#include "report/state.h"

struct ct_array
ops_companies(struct cx *cx, const struct company *companies, size_t n)
{
    struct AdminCompany *items = arena_array(&cx->arena, n + 1, sizeof *items);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct AdminCompany){.sCompany = companies[i].name,
                                         .sTitle = companies[i].title,
                                         .sState = str_from_cstr(company_state_name(companies[i].state)),
                                         .sPlan = companies[i].is_enterprise ? STR_LIT("enterprise")
                                                                             : STR_LIT("standard"),
                                         .bEnterpriseOn = companies[i].enterprise_on,
                                         .sCreated = ops_time(cx, companies[i].created_at)};
    return ops_array(items, n);
}

/* The company of the item before is mostly that of the next. */
static enum errcode
company_of(struct cx *cx, int64_t id, struct company *c)
{
    return c->id == id ? ERR_NONE : company_get(cx, id, c);
}

enum errcode
ops_technicians(struct cx *cx, const struct technician *technicians, size_t n, struct ct_array *out)
{
    struct AdminTechnician *items = arena_array(&cx->arena, n + 1, sizeof *items);
    struct company c = {0};
    enum errcode err = ERR_NONE;
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        const struct technician *t = &technicians[i];
        const char *state = NULL;
        err = company_of(cx, t->company_id, &c);
        if (err == ERR_NONE)
            err = state_name(cx, t->id, &state);
        items[i] = (struct AdminTechnician){.sTechnicianId = ops_id(cx, t->id),
                                            .sEmail = t->email,
                                            .sName = t->name,
                                            .sCompany = c.name,
                                            .sState = str_from_cstr(state),
                                            .bTechnician = t->is_technician,
                                            .bRole = t->role_on,
                                            .bPassword = t->password_hash.n > 0,
                                            .bTotp = t->has_totp,
                                            .sCreated = ops_time(cx, t->created_at)};
    }
    *out = ops_array(items, n);
    return err;
}

enum errcode
ops_sessions(struct cx *cx, const struct session *sessions, size_t n, struct ct_array *out)
{
    struct AdminSession *items = arena_array(&cx->arena, n + 1, sizeof *items);
    enum errcode err = ERR_NONE;
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        const struct session *s = &sessions[i];
        struct technician t = {.email = STR_NULL};
        err = technician_get(cx, s->technician_id, &t);
        items[i] = (struct AdminSession){.sSessionId = ops_id(cx, s->id),
                                         .sTechnicianId = ops_id(cx, s->technician_id),
                                         .sEmail = t.email,
                                         .sSource = s->source,
                                         .sConsole = s->console,
                                         .bSecondFactor = s->has_second_factor,
                                         .sCreated = ops_time(cx, s->created_at),
                                         .sSeen = ops_time(cx, s->seen_at),
                                         .sEnds = ops_time(cx, s->expires_at)};
    }
    *out = ops_array(items, n);
    return err;
}

static struct str
words_of(struct str event)
{
    const enum audit_event known = audit_event_read(event);
    return known == AUDIT_EVENT_COUNT_ ? STR_NULL : str_from_cstr(audit_event_doc(known));
}

enum errcode
ops_events(struct cx *cx, const struct audit_row *rows, size_t n, struct ct_array *out)
{
    struct AdminEvent *items = arena_array(&cx->arena, n + 1, sizeof *items);
    struct company c = {0};
    enum errcode err = ERR_NONE;
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        const struct audit_row *r = &rows[i];
        struct technician t = {.email = STR_NULL};
        if (r->technician_id != 0)
            err = technician_get(cx, r->technician_id, &t);
        if (err == ERR_NONE && r->company_id != 0)
            err = company_of(cx, r->company_id, &c);
        items[i] = (struct AdminEvent){.sSeq = ops_id(cx, r->seq),
                                       .sAt = ops_time(cx, r->at),
                                       .sEvent = r->event,
                                       .sWords = words_of(r->event),
                                       .sTechnicianId =
                                           r->technician_id != 0 ? ops_id(cx, r->technician_id) : STR_NULL,
                                       .sEmail = t.email,
                                       .sCompany = r->company_id != 0 ? c.name : STR_NULL,
                                       .sActor = r->actor,
                                       .sSource = r->source,
                                       .sDetail = r->detail};
    }
    *out = ops_array(items, n);
    return err;
}

enum errcode
ops_reports(struct cx *cx, const struct reported_row *rows, size_t n, struct ct_array *out)
{
    struct AdminReport *items = arena_array(&cx->arena, n + 1, sizeof *items);
    struct company c = {0};
    enum errcode err = ERR_NONE;
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        const struct reported_row *r = &rows[i];
        struct technician t = {.email = STR_NULL};
        err = company_of(cx, r->company_id, &c);
        if (err == ERR_NONE)
            err = technician_get(cx, r->technician_id, &t);
        items[i] = (struct AdminReport){.sReportId = ops_id(cx, r->id),
                                        .sTechnicianId = ops_id(cx, r->technician_id),
                                        .sEmail = t.email,
                                        .sCompany = c.name,
                                        .sLogin = ops_id(cx, r->login_id),
                                        .sSource = r->source,
                                        .sAt = ops_time(cx, r->created_at),
                                        .sTakenBy = ops_given(r->taken_by),
                                        .sTakenAt = ops_time(cx, r->taken_at)};
    }
    *out = ops_array(items, n);
    return err;
}
