/* SPDX-License-Identifier: Apache-2.0 */
/* face_json: see face_json.h. A refusal without a worker is an object with "result" and "reason", in the
 * operator's API "sReason". */
#include "front/face_json.h"

#include "base/secret.h"
#include "contract/ct_json.h"
#include "pages/response.h"
#include "front/admin.h"
#include "front/peer.h"
#include "front/exchange.h"
#include "front/origin.h"
#include "front/parts.h"
#include "metrics/metrics.h"

struct result_status {
    struct str result;
    unsigned status;
    bool is_failure; /* from a source that may be guessing */
};

static const struct result_status statuses[] = {
#define STATUS(result, status, is_failure) {STR(#result), status, is_failure},
#include "contract/statuses.def"
};

static const struct result_status *
status_of(struct str result)
{
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
        if (str_eq(statuses[i].result, result))
            return &statuses[i];
    }
    return NULL;
}

unsigned
face_json_status(struct str result)
{
    const struct result_status *s = status_of(result);
    return s != NULL ? s->status : 503;
}

static void
json(struct response *r, unsigned status)
{
    r->status = status;
    r->is_api = true;
    r->cache_control = (struct str)STR("no-store");
    r->content_type = (struct str)STR("application/json");
    if (status == 503 || status == 429)
        r->retry_after = r->retry_after > 0 ? r->retry_after : 1;
}

/* The answer when no operation ran. Its second member is that of the API's own answers. */
struct refusal {
    struct str result, reason;
};

#define MEMBER(of, member)                                                             \
    {                                                                                  \
        .name = STR(of), .kind = CT_STRING, .offset = offsetof(struct refusal, member) \
    }
static const struct ct_field device_fields[] = {MEMBER("result", result), MEMBER("reason", reason)};
static const struct ct_field admin_fields[] = {MEMBER("result", result), MEMBER("sReason", reason)};
static const struct ct_type device_refusal = {
    .name = STR("refusal"), .fields = device_fields, .n = 2, .size = sizeof(struct refusal)};
static const struct ct_type admin_refusal = {
    .name = STR("refusal"), .fields = admin_fields, .n = 2, .size = sizeof(struct refusal)};

static bool
is_admin(const struct ct_op *op)
{
    return op != NULL && op->face == CT_FACE_ADMIN;
}

static void
refusal(struct front *f, bool admin, unsigned status, struct str reason, struct response *r)
{
    struct refusal said = {.result = STR_LIT("BadRequest"), .reason = reason};
    if (status == 503)
        said.result = STR_LIT("UnknownError");
    if (status == 429)
        said.result = STR_LIT("TooManyRequests");
    ct_json_put(&f->body, admin ? &admin_refusal : &device_refusal, &said);
    json(r, status);
    r->body = buf_view(&f->body);
}

/* The bare name of an out struct's result: the part after "deviceRet_". */
static struct str
result_name(const struct ct_op *op, const void *out)
{
    const struct ct_enum *e = op->out.fields[0].en;
    struct str name = ct_enum_name(e, *(const int *)out);
    size_t prefix = str_from_cstr(e->prefix).n + 1;
    return name.n > prefix ? str_sub(name, prefix, name.n) : STR_NULL;
}

static void
respond(struct front *f, const struct ct_op *op, unsigned form, const void *out, struct str fault,
        struct response *r)
{
    (void)form;
    (void)fault;
    if (out == NULL) {
        refusal(f, is_admin(op), 503, STR_LIT("the operation failed"), r);
        return;
    }
    const struct result_status *s = status_of(result_name(op, out));
    ct_json_put(&f->body, &op->out, out);
    r->is_failure = s != NULL && s->is_failure;
    r->is_accepted = s != NULL && s->status == 200;
    r->is_token_wrong =
        s != NULL && (str_eq(s->result, STR_LIT("UnknownDevice")) || str_eq(s->result, STR_LIT("SignedOut")));
    json(r, s != NULL ? s->status : 503);
    r->body = buf_view(&f->body);
}

static void
busy(struct front *f, struct response *r)
{
    refusal(f, false, 503, STR_LIT("busy: ask again"), r);
}

static void
busy_admin(struct front *f, struct response *r)
{
    refusal(f, true, 503, STR_LIT("busy: ask again"), r);
}

/* Poll, the one answer that is kept (park.h). */
static void
again(struct front *f, unsigned form, struct str body, struct response *r)
{
    (void)form;
    json(r, 200);
    buf_reset(&f->body);
    buf_add_str(&f->body, body);
    r->body = buf_view(&f->body);
}

static const struct face json_face = {.respond = respond, .again = again, .busy = busy};
static const struct face admin_face = {.respond = respond, .again = again, .busy = busy_admin};

static bool
is_json(struct str content_type)
{
    return str_eq_nocase(str_trim(str_cut(&content_type, ';'), " \t"), STR_LIT("application/json"));
}

/* The field, or NULL if the operation has none. */
static struct str *
device_token(const struct ct_type *t, void *in)
{
    for (size_t i = 0; i < t->n; i++) {
        if (t->fields[i].kind == CT_STRING && str_eq(t->fields[i].name, STR_LIT("sDeviceToken")))
            return (struct str *)(void *)((unsigned char *)in + t->fields[i].offset);
    }
    return NULL;
}

/* A sandbox's clock may be read with an empty body. */
static bool
is_bare_get(const struct http_request *http, const struct route *route)
{
    return http->method == HTTP_GET && route->op->id == CT_OP_sandbox_clock;
}

/* Checks that do not need the body. True: refused. */
static bool
refuse_head(struct peer *p, const struct forwarded *who, const struct route *route, struct response *r)
{
    struct front *f = p->front;
    const struct http_request *http = &f->request;
    struct str origin = http_header(http, HTTP_NAME_ORIGIN);
    const bool admin = route->is_admin;
    struct str why = is_admin(route->op) ? admin_refuse_head(http) : STR_NULL;

    if (route->op == NULL) {
        refusal(f, admin, 404, STR_LIT("no such operation"), r);
    } else if (http->method != HTTP_POST && !is_bare_get(http, route)) {
        refusal(f, admin, 405, STR_LIT("POST only"), r);
        r->allow = (struct str)STR("POST");
    } else if (!str_is_null(origin) &&
               (http_header_is_repeated(http, HTTP_NAME_ORIGIN) ||
                !origin_is_ours(origin, f->config->server_public_url, who->host, who->is_tls))) {
        refusal(f, admin, 403, STR_LIT("foreign origin"), r);
    } else if (!is_bare_get(http, route) && !is_json(http_header(http, HTTP_NAME_CONTENT_TYPE))) {
        refusal(f, admin, 415, STR_LIT("application/json only"), r);
    } else if (!str_is_null(why)) {
        refusal(f, admin, 403, why, r);
    } else if (http->is_cut) {
        refusal(f, admin, 413, STR_LIT("too long"), r);
    } else {
        return false;
    }
    return true;
}

static bool
refuse_body(struct front *f, const struct route *route, void *in, struct response *r)
{
    struct str why = STR_NULL, token = admin_bearer(&f->request);
    struct str *member = device_token(&route->op->in, in);
    const bool admin = is_admin(route->op);

    if (f->request.body.n == 0) {
        refusal(f, admin, 400, STR_LIT("no object"), r);
        return true;
    }
    if (ct_json_get(&f->arena, f->request.body, &route->op->in, in, &why) != ERR_NONE) {
        refusal(f, admin, 400, str_is_null(why) ? STR_LIT("malformed") : why, r);
        return true;
    }
    if (member == NULL || str_is_null(token))
        return false;
    if (!str_is_null(*member) && !secret_equal_str(*member, token)) {
        refusal(f, admin, 400, STR_LIT("two different device tokens"), r);
        return true;
    }
    *member = token;
    return false;
}

/* The payer of this call has failed too often: r->retry_after says how long it waits. *payer_out is the
 * payer. */
static bool
has_to_wait(struct front *f, const struct inet_addr *source, const struct str *token,
            struct throttle_payer *payer_out, struct response *r)
{
    *payer_out = throttle_payer(&f->throttle, source, token != NULL ? *token : STR_NULL);
    r->retry_after = throttle_wait(&f->throttle, payer_out, loop_now(f->loop));
    return r->retry_after != 0;
}

/* Whose failures are counted: a phone's token, or an operator's session or token. */
static const struct str *
credential(const struct route *route, const struct call *call, void *in)
{
    if (route->op->face != CT_FACE_ADMIN)
        return device_token(&route->op->in, in);
    return !str_is_null(call->operator_token) ? &call->operator_token : &call->operator_session;
}

static bool
run_op(struct peer *p, const struct forwarded *who, const struct route *route, void *in, struct response *r)
{
    struct front *f = p->front;
    const struct str parts[] = {route->op->name, f->request.body};
    struct caller caller;

    caller_read(f, &f->request, who, &caller);
    const bool admin = is_admin(route->op);
    if (admin)
        admin_read(&f->request, &caller.call);
    struct exchange_request call = {
        .caller = &caller, .face = admin ? &admin_face : &json_face, .op = route->op, .in = in};
    if (has_to_wait(f, &who->source, credential(route, &caller.call, in), &call.payer, r)) {
        metrics_count(METRIC_THROTTLED, METRICS_CAUSE_FAILURES);
        refusal(f, admin, 429, STR_LIT("too many failures from this address"), r);
        peer_respond(p, r);
        return true;
    }
    if (route->op->pace == CT_PACE_WAITS)
        call.key = caller_key(f, &caller, parts, ARRAY_LEN(parts));
    return exchange_start(p, &call);
}

bool
face_json_request(struct peer *p, const struct forwarded *who, const struct route *route)
{
    struct front *f = p->front;
    struct response r = {.status = 0};

    buf_reset(&f->body);
    if (!refuse_head(p, who, route, &r)) {
        void *in = arena_zalloc(&f->arena, route->op->in.size);
        if (is_bare_get(&f->request, route) || !refuse_body(f, route, in, &r))
            return run_op(p, who, route, in, &r);
    }
    peer_respond(p, &r);
    return true;
}
