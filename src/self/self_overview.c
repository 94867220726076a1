/* SPDX-License-Identifier: Apache-2.0 */
/* self_overview: what technicians see of their own account, in one snapshot. Sign-ins come from the audit
 * log, the only record of them. */
#include <stdlib.h>

#include "accounts/tally.h"
#include "base/inet.h"
#include "db/db.h"
#include "self/self_service.h"
#include "signin/attempt.h"
#include "store/store_subscription.h"

/* The same events include password changes with a second factor, which are not sign-ins. */
enum { GRANTS_READ = 2 * SIGN_INS_LISTED };

static struct str
detail_or(struct cx *cx, const struct audit_row *row, const char *key, const char *otherwise)
{
    struct str value = audit_detail(cx, row, key);
    return str_is_null(value) ? str_from_cstr(otherwise) : value;
}

static struct sign_in
sign_in_of(struct cx *cx, const struct audit_row *row)
{
    const bool is_code = str_eq(row->event, STR_LIT("code.refused"));
    return (struct sign_in){.at = row->at,
                            .since = row->at,
                            .times = 1,
                            .result = detail_or(cx, row, "result", is_code ? "InvalidCode" : "UnknownError"),
                            .method = detail_or(cx, row, "method", is_code ? "totp" : "password"),
                            .console = detail_or(cx, row, "console", ""),
                            .source = row->source,
                            .network = inet_source(&cx->arena, row->source),
                            .id = row->id};
}

static bool
is_alike(const struct sign_in *a, const struct sign_in *b)
{
    return str_eq(a->result, b->result) && str_eq(a->method, b->method) && str_eq(a->network, b->network);
}

/* Adds an older refusal to its group, which is among those from `first` on, or starts a new group while
 * there is room. */
static void
add_refusal(struct self_overview *o, size_t first, const struct sign_in *older)
{
    for (size_t i = first; i < o->n_sign_ins; i++) {
        struct sign_in *group = &o->sign_ins[i];
        if (!is_alike(group, older))
            continue;
        group->times++;
        group->since = older->at;
        if (!str_eq(group->source, older->source))
            group->source = group->network;
        return;
    }
    if (o->n_sign_ins - first < SIGN_INS_LISTED)
        o->sign_ins[o->n_sign_ins++] = *older;
}

static enum errcode
read_attempts(struct cx *cx, int64_t technician, enum audit_attempt kind, struct self_overview *o)
{
    struct audit_row *rows = NULL;
    size_t n = 0;
    const size_t first = o->n_sign_ins;
    const int64_t limit = kind == AUDIT_GRANTED ? GRANTS_READ : REFUSALS_READ;
    enum errcode err = store_audit_attempts(cx, technician, kind, limit, &rows, &n);
    for (size_t i = 0; i < n; i++) {
        const struct str purpose = audit_detail(cx, &rows[i], "purpose");
        if (str_eq(purpose, PURPOSE_CHANGE) || str_eq(purpose, PURPOSE_SELF))
            continue;
        const struct sign_in s = sign_in_of(cx, &rows[i]);
        if (kind != AUDIT_GRANTED)
            add_refusal(o, first, &s);
        else if (o->n_sign_ins < SIGN_INS_LISTED)
            o->sign_ins[o->n_sign_ins++] = s;
    }
    return err;
}

/* One row of the log for refusals that had none each. The counts of tally.h are of events of any kind, over
 * an hour at most; those of counter.h are of attempts at a locked account, or by a refused source. */
static struct sign_in
counted_of(struct cx *cx, const struct audit_row *row)
{
    const bool is_tally = str_eq(row->event, STR_LIT("audit.counted"));
    struct sign_in s = {.at = row->at,
                        .since = is_tally ? row->at - TALLY_TIME : row->at,
                        .result = is_tally ? STR_LIT("Counted") : STR_LIT("UserLockedOut"),
                        .source = audit_detail(cx, row, "source"),
                        .id = row->id};
    uint64_t times = 0;
    const bool is_refusal = !is_tally || str_eq(audit_detail(cx, row, "event"), STR_LIT("login.refused"));
    const struct str text = is_refusal ? audit_detail(cx, row, is_tally ? "times" : "turned_away") : STR_NULL;
    if (str_to_u64(text, UINT64_MAX, &times) != ERR_NONE)
        times = 0;
    s.times = times > INT32_MAX ? INT32_MAX : (int32_t)times;
    s.network = s.source;
    return s;
}

/* Among the groups from `first` on, the newest first. */
static void
add_counted(struct self_overview *o, size_t first, const struct sign_in *older)
{
    for (size_t i = first; i < o->n_sign_ins; i++) {
        struct sign_in *group = &o->sign_ins[i];
        if (!is_alike(group, older))
            continue;
        group->times = older->times > INT32_MAX - group->times ? INT32_MAX : group->times + older->times;
        group->since = older->since;
        return;
    }
    if (older->times > 0 && o->n_sign_ins - first < SIGN_INS_LISTED)
        o->sign_ins[o->n_sign_ins++] = *older;
}

static enum errcode
read_counted(struct cx *cx, int64_t technician, struct self_overview *o)
{
    struct audit_row *rows = NULL;
    size_t n = 0;
    const size_t first = o->n_sign_ins;
    enum errcode err = store_audit_attempts(cx, technician, AUDIT_ONLY_COUNTED, REFUSALS_READ, &rows, &n);
    for (size_t i = 0; i < n; i++) {
        const struct sign_in s = counted_of(cx, &rows[i]);
        add_counted(o, first, &s);
    }
    return err;
}

static int
newer_first(const void *a, const void *b)
{
    const struct sign_in *x = a, *y = b;
    return x->at != y->at ? (x->at < y->at) - (x->at > y->at) : (x->id < y->id) - (x->id > y->id);
}

static enum errcode
read_sign_ins(struct cx *cx, const struct self *s, struct self_overview *o)
{
    static const enum audit_attempt kinds[] = {AUDIT_GRANTED, AUDIT_REFUSED_INSIDE, AUDIT_REFUSED};
    const size_t n = ARRAY_LEN(kinds);
    enum errcode err = ERR_NONE;
    o->sign_ins = arena_array(&cx->arena, (n + 1) * SIGN_INS_LISTED, sizeof *o->sign_ins);
    for (size_t i = 0; i < n && err == ERR_NONE; i++)
        err = read_attempts(cx, s->account.t.id, kinds[i], o);
    if (err == ERR_NONE)
        err = read_counted(cx, s->account.t.id, o);
    qsort(o->sign_ins, o->n_sign_ins, sizeof *o->sign_ins, newer_first);
    return err;
}

static enum errcode
read_devices(struct cx *cx, const struct self *s, const struct device *asks, struct self_overview *o)
{
    struct device *devices = NULL;
    int64_t *subscribed = NULL;
    size_t n = 0, n_subscribed = 0;
    enum errcode err = device_list(cx, s->account.t.id, false, &devices, &n);
    if (err == ERR_NONE)
        err = store_subscription_devices(cx, s->account.t.id, &subscribed, &n_subscribed);
    if (err != ERR_NONE)
        return err;
    o->devices = arena_array(&cx->arena, n + 1, sizeof *o->devices);
    for (size_t i = 0; i < n; i++) {
        struct self_device *d = &o->devices[o->n_devices++];
        *d = (struct self_device){.device = devices[i], .is_this = devices[i].id == asks->id};
        for (size_t k = 0; k < n_subscribed; k++)
            d->is_subscribed = d->is_subscribed || subscribed[k] == d->device.id;
    }
    return ERR_NONE;
}

static enum errcode
overview_within(struct cx *cx, const struct self_proof *proof, struct self_overview *o,
                enum self_result *result_out)
{
    struct self s;
    enum errcode err = self_enter(cx, proof, &s, result_out);
    if (err != ERR_NONE || *result_out != SELF_OK)
        return err;
    const struct account *a = &s.account;
    o->has_codes = a->t.has_totp;
    o->password_days = password_days_left(cx, &a->p, &a->t);
    o->password_notice = password_notice(cx, &a->p, &a->t);
    o->minimum_strength = (uint8_t)a->p.password_strength;
    o->minimum_length = password_length_min(&a->p);
    err = recovery_codes_left(cx, a->t.id, &o->recovery_codes);
    if (err == ERR_NONE)
        err = read_devices(cx, &s, proof->device, o);
    return err != ERR_NONE ? err : read_sign_ins(cx, &s, o);
}

enum errcode
self_overview(struct cx *cx, const struct self_proof *proof, struct self_overview *overview_out,
              enum self_result *result_out)
{
    *overview_out = (struct self_overview){.password_days = -1, .password_notice = -1};
    enum errcode err = db_begin_read(cx);
    if (err != ERR_NONE)
        return err;
    err = overview_within(cx, proof, overview_out, result_out);
    return db_end(cx, err);
}
