/* SPDX-License-Identifier: Apache-2.0 */
/* ops_admin_read: companies, accounts, consoles and rules by address, as operators read them. Each is read in
 * one snapshot, which begins with the operator's right. */
#include "accounts/code.h"
#include "accounts/device.h"
#include "accounts/enrolment.h"
#include "accounts/policy.h"
#include "db/db.h"
#include "ops/ops.h"
#include "ops/ops_admin.h"
#include "ops/ops_admin_show.h"
#include "ops/ops_device.h"
#include "report/state.h"

static struct ct_array
policies_of(struct cx *cx, const struct policy_row *rows, size_t n)
{
    struct AdminPolicy *items = arena_array(&cx->arena, n + 1, sizeof *items);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct AdminPolicy){.sKey = rows[i].key,
                                        .sValue = rows[i].value,
                                        .sDefault = rows[i].default_value,
                                        .sValues = rows[i].values,
                                        .sMeaning = rows[i].doc,
                                        .sSetBy = rows[i].set_at != 0 ? rows[i].set_by : STR_NULL,
                                        .sSetAt = ops_time(cx, rows[i].set_at),
                                        .bEnterprise = rows[i].is_enterprise};
    return ops_array(items, n);
}

static enum errcode
read_company(struct cx *cx, const struct operator_right *by, struct admin_company_show_out *out)
{
    struct company c;
    struct policy_row *rows = NULL;
    size_t n = 0;
    enum errcode err = company_get(cx, by->company, &c);
    if (err == ERR_NONE)
        err = policy_list(cx, by->company, &rows, &n);
    if (err != ERR_NONE)
        return err;
    out->aCompanies = ops_companies(cx, &c, 1);
    out->aPolicies = policies_of(cx, rows, n);
    out->result = adminRet_OK;
    return ERR_NONE;
}

enum errcode
op_admin_company_show(struct cx *cx, const struct operator_right *by, const struct admin_company_show_in *in,
                      struct admin_company_show_out *out)
{
    (void)in;
    enum errcode err = db_begin_read(cx);
    return err != ERR_NONE ? err : db_end(cx, read_company(cx, by, out));
}

static enum errcode
read_choice(struct cx *cx, const struct admin_technician_list_in *in, struct technician_choice *c)
{
    static const struct str states[] = {[TECHNICIAN_ACTIVE] = STR("active"),
                                        [TECHNICIAN_DISABLED] = STR("disabled"),
                                        [TECHNICIAN_LOCKED] = STR("locked")};
    *c = (struct technician_choice){.after = ops_given(in->sAfter),
                                    .search = ops_given(in->sSearch),
                                    .never_signed_in = in->bNeverSignedIn};
    for (unsigned i = TECHNICIAN_ACTIVE; i <= TECHNICIAN_LOCKED; i++)
        if (str_eq(in->sState, states[i]))
            c->state = (enum technician_is)i;
    if (!str_is_empty(in->sState) && c->state == TECHNICIAN_ANY)
        return err_set(cx, ERR_SYNTAX, "sState is active, disabled or locked");
    return ops_limit(cx, in->iLimit, &c->limit);
}

static enum errcode
read_technicians(struct cx *cx, const struct technician_choice *c, struct admin_technician_list_out *out)
{
    struct technician *list = NULL;
    size_t n = 0;
    bool more = false;
    enum errcode err = technician_list(cx, c, &list, &n, &more);
    if (err == ERR_NONE)
        err = ops_technicians(cx, list, n, &out->aTechnicians);
    if (err != ERR_NONE)
        return err;
    out->sNext = more ? list[n - 1].email_key : STR_NULL;
    out->result = adminRet_OK;
    return ERR_NONE;
}

enum errcode
op_admin_technician_list(struct cx *cx, const struct operator_right *by,
                         const struct admin_technician_list_in *in, struct admin_technician_list_out *out)
{
    struct technician_choice choice;
    enum errcode err = read_choice(cx, in, &choice);
    if (err == ERR_NONE)
        err = db_begin_read(cx);
    if (err != ERR_NONE)
        return err;
    choice.company_id = by->company;
    return db_end(cx, read_technicians(cx, &choice, out));
}

static enum errcode
read_devices(struct cx *cx, int64_t technician, struct ct_array *out)
{
    static const struct str states[] = {STR("active"), STR("disabled"), STR("removed")};
    struct device *list = NULL;
    size_t n = 0;
    enum errcode err = device_list(cx, technician, false, &list, &n);
    struct AdminDevice *items = arena_array(&cx->arena, n + 1, sizeof *items);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct AdminDevice){.sDeviceId = ops_id(cx, list[i].id),
                                        .sName = list[i].name,
                                        .sState = states[list[i].state],
                                        .sFingerprint = list[i].fingerprint,
                                        .bPasskey = list[i].has_passkey,
                                        .sCreated = ops_time(cx, list[i].created_at),
                                        .sSeen = ops_time(cx, list[i].seen_at)};
    *out = ops_array(items, n);
    return err;
}

static enum errcode
read_links(struct cx *cx, int64_t technician, struct ct_array *out)
{
    struct enrolment_link *list = NULL;
    size_t n = 0;
    enum errcode err = enrolment_list(cx, technician, &list, &n);
    struct AdminLink *items = arena_array(&cx->arena, n + 1, sizeof *items);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct AdminLink){.sKind = list[i].is_self ? STR_LIT("self") : STR_LIT("operator"),
                                      .sCreated = ops_time(cx, list[i].created_at),
                                      .sBy = list[i].made_by,
                                      .sExpires = ops_time(cx, list[i].expires_at)};
    *out = ops_array(items, n);
    return err;
}

static void
show_state(struct cx *cx, const struct state *s, struct admin_technician_show_out *out)
{
    struct AdminLock *locks = arena_array(&cx->arena, ARRAY_LEN(s->locks), sizeof *locks);
    struct AdminSource *sources = arena_array(&cx->arena, s->n_sources + 1, sizeof *sources);
    for (size_t i = 0; i < s->n_locks; i++)
        locks[i] = (struct AdminLock){.sKind = str_from_cstr(s->locks[i].kind),
                                      .sBy = s->locks[i].by,
                                      .sSince = ops_time(cx, s->locks[i].since),
                                      .sUntil = ops_time(cx, s->locks[i].until)};
    for (size_t i = 0; i < s->n_sources; i++)
        sources[i] = (struct AdminSource){.sSource = s->sources[i].source,
                                          .sUntil = ops_time(cx, s->sources[i].until)};
    out->bLocked = s->is_locked;
    out->aLocks = ops_array(locks, s->n_locks);
    out->aSources = ops_array(sources, s->n_sources);
    out->iFailuresLeft = ops_count(s->failures_left);
    out->sPushesRest = ops_time(cx, s->pushes_rest_until);
    out->sMend = s->mend;
}

/* The account's parts that are rows of their own. */
static enum errcode
read_parts(struct cx *cx, int64_t id, struct admin_technician_show_out *out)
{
    const struct session_page page = {.technician_id = id, .limit = OPS_PAGE_MAX};
    struct session *sessions = NULL;
    struct state state;
    size_t n = 0;
    bool more = false;
    int64_t codes = 0;
    enum errcode err = state_read(cx, id, &state);
    if (err == ERR_NONE)
        err = recovery_codes_left(cx, id, &codes);
    if (err == ERR_NONE)
        err = read_devices(cx, id, &out->aDevices);
    if (err == ERR_NONE)
        err = read_links(cx, id, &out->aLinks);
    if (err == ERR_NONE)
        err = session_page(cx, &page, &sessions, &n, &more);
    if (err == ERR_NONE)
        err = ops_sessions(cx, sessions, n, &out->aSessions);
    if (err != ERR_NONE)
        return err;
    show_state(cx, &state, out);
    out->iRecoveryCodes = ops_count(codes);
    return ERR_NONE;
}

static enum errcode
read_technician(struct cx *cx, int64_t id, struct admin_technician_show_out *out)
{
    struct technician t;
    enum errcode err = technician_get(cx, id, &t);
    if (err == ERR_NONE)
        err = ops_technicians(cx, &t, 1, &out->aTechnicians);
    if (err == ERR_NONE)
        err = read_parts(cx, id, out);
    if (err != ERR_NONE)
        return err;
    out->bMustChange = t.password_must_change;
    out->sPasswordSet = ops_time(cx, t.password_set_at);
    out->bSelfEnrolment = t.factor_since == 0;
    out->result = adminRet_OK;
    return ERR_NONE;
}

enum errcode
op_admin_technician_show(struct cx *cx, const struct operator_right *by,
                         const struct admin_technician_show_in *in, struct admin_technician_show_out *out)
{
    (void)in;
    enum errcode err = db_begin_read(cx);
    return err != ERR_NONE ? err : db_end(cx, read_technician(cx, by->technician, out));
}

/* A place in a list: by what it is ordered, and the id that tells apart those alike. 0: its beginning. */
static enum errcode
read_place(struct cx *cx, struct str text, int64_t *by_out, int64_t *id_out)
{
    struct str rest = text;
    *by_out = *id_out = 0;
    if (str_is_empty(text))
        return ERR_NONE;
    struct str by = str_cut(&rest, '-');
    if (str_to_i64(by, 0, INT64_MAX, by_out) == ERR_NONE &&
        str_to_i64(rest, 0, INT64_MAX, id_out) == ERR_NONE)
        return ERR_NONE;
    return err_set(cx, ERR_SYNTAX, "sAfter is sNext of the page before");
}

static struct str
place_of(struct cx *cx, int64_t by, int64_t id)
{
    return arena_printf(&cx->arena, "%lld-%lld", (long long)by, (long long)id);
}

static enum errcode
read_sessions(struct cx *cx, const struct session_page *page, struct admin_session_list_out *out)
{
    struct session *sessions = NULL;
    size_t n = 0;
    bool more = false;
    enum errcode err = session_page(cx, page, &sessions, &n, &more);
    if (err == ERR_NONE)
        err = ops_sessions(cx, sessions, n, &out->aSessions);
    if (err == ERR_NONE && more)
        out->sNext = place_of(cx, sessions[n - 1].created_at, sessions[n - 1].id);
    return ops_done(err, &out->result);
}

enum errcode
op_admin_session_list(struct cx *cx, const struct operator_right *by, const struct admin_session_list_in *in,
                      struct admin_session_list_out *out)
{
    struct session_page page = {.company_id = by->company, .technician_id = by->technician};
    enum errcode err = read_place(cx, in->sAfter, &page.after_at, &page.after_id);
    if (err == ERR_NONE)
        err = ops_limit(cx, in->iLimit, &page.limit);
    if (err == ERR_NONE)
        err = db_begin_read(cx);
    return err != ERR_NONE ? err : db_end(cx, read_sessions(cx, &page, out));
}

static enum errcode
read_rules(struct cx *cx, const struct address_rule_choice *choice, struct admin_address_list_out *out)
{
    struct address_rule *rules = NULL;
    size_t n = 0;
    bool more = false;
    enum errcode err = address_rule_page(cx, choice, &rules, &n, &more);
    struct AdminRule *items = arena_array(&cx->arena, n + 1, sizeof *items);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct AdminRule){.sRuleId = ops_id(cx, rules[i].id),
                                      .sVerdict = rules[i].allow ? STR_LIT("allow") : STR_LIT("deny"),
                                      .sNet = rules[i].net};
    out->aRules = ops_array(items, n);
    out->sNext = more ? place_of(cx, rules[n - 1].position, rules[n - 1].id) : STR_NULL;
    return ops_done(err, &out->result);
}

enum errcode
op_admin_address_list(struct cx *cx, const struct operator_right *by, const struct admin_address_list_in *in,
                      struct admin_address_list_out *out)
{
    struct address_rule_choice choice = {.company_id = by->company, .technician_id = by->technician};
    enum errcode err = read_place(cx, in->sAfter, &choice.after_position, &choice.after_id);
    if (err == ERR_NONE)
        err = ops_limit(cx, in->iLimit, &choice.limit);
    if (err == ERR_NONE)
        err = db_begin_read(cx);
    return err != ERR_NONE ? err : db_end(cx, read_rules(cx, &choice, out));
}
