/* self_overview: what technicians are told of their own account, in one snapshot. Sign-ins come from the
 * audit log, which is the only thing that keeps them. */
#include "auth/attempt.h"
#include "auth/self_service.h"
#include "store/db.h"
#include "store/store_push.h"

/* Changes of a password by a second factor stand among them, and are no sign-ins. */
enum { EVENTS_READ = 2 * SIGN_INS_LISTED };

static struct str
told(struct cx *cx, const struct audit_row *row, const char *key, struct str otherwise)
{
    struct str value = audit_detail(cx, row, key);
    return str_is_null(value) ? otherwise : value;
}

static enum errcode
read_sign_ins(struct cx *cx, const struct self *s, struct self_overview *o)
{
    struct audit_row *rows = NULL;
    size_t n = 0;
    enum errcode err = store_audit_sign_ins(cx, s->account.t.id, EVENTS_READ, &rows, &n);
    if (err != ERR_NONE)
        return err;
    o->sign_ins = arena_array(&cx->arena, SIGN_INS_LISTED, sizeof(*o->sign_ins));
    for (size_t i = 0; i < n && o->n_sign_ins < SIGN_INS_LISTED; i++) {
        struct str purpose = audit_detail(cx, &rows[i], "purpose");
        if (str_eq(purpose, PURPOSE_CHANGE) || str_eq(purpose, PURPOSE_SELF))
            continue;
        const bool is_code = str_eq(rows[i].event, STR_LIT("code.refused"));
        o->sign_ins[o->n_sign_ins++] = (struct sign_in){
            .at = rows[i].at,
            .result =
                told(cx, &rows[i], "result", is_code ? STR_LIT("InvalidCode") : STR_LIT("UnknownError")),
            .method = told(cx, &rows[i], "method", is_code ? STR_LIT("totp") : STR_LIT("password")),
            .console = told(cx, &rows[i], "console", STR_LIT("")),
            .source = rows[i].source};
    }
    return ERR_NONE;
}

static enum errcode
read_devices(struct cx *cx, const struct self *s, const struct device *asks, struct self_overview *o)
{
    struct device *devices = NULL;
    int64_t *subscribed = NULL;
    size_t n = 0, n_subscribed = 0;
    enum errcode err = device_list(cx, s->account.t.id, false, &devices, &n);
    if (err == ERR_NONE)
        err = store_push_devices(cx, s->account.t.id, &subscribed, &n_subscribed);
    if (err != ERR_NONE)
        return err;
    o->devices = arena_array(&cx->arena, n + 1, sizeof(*o->devices));
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
    *overview_out = (struct self_overview){.password_days = -1};
    enum errcode err = db_begin_read(cx);
    if (err != ERR_NONE)
        return err;
    err = overview_within(cx, proof, overview_out, result_out);
    return db_end(cx, err);
}
