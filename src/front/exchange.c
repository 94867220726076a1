/* SPDX-License-Identifier: Apache-2.0 */
/* exchange: see exchange.h. */
#include "front/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "contract/ct_wire.h"
#include "front/peer.h"
#include "front/cookie.h"
#include "front/parts.h"
#include "log/log.h"
#include "metrics/metrics.h"

enum {
    ASK_AGAIN_MAX =
        3, /* asks in a row that a wake-up overtook, before the tick of the watch list is waited for */
    /* Answered at once; then other connections get their turn. Those that remain ask again, and get the
     * same as a check that arrives after that answer. */
    TOLD_MAX = 256
};

struct exchange {
    struct backend_call call;
    struct park_hold hold;
    struct peer *peer;
    const struct face *face;
    struct siphash key;  /* its key in the watch list */
    uint64_t wakes;      /* wake-ups the watch list had counted when the worker was asked */
    int64_t started;     /* clock_mono */
    int64_t wait_until;  /* clock_mono; held until then at most */
    unsigned wait;       /* seconds the caller asked for, as granted; 0: none */
    bool has_wait;       /* the caller gave a value */
    uint8_t form, asked; /* how often */
    bool is_last;        /* not held again, whatever the worker answers */
    struct throttle_payer payer;
    size_t payload_n;
    unsigned char payload[];
};

/* Only Poll is ever repeated, or held back, by the front: anything else is said once, by the worker. */
static bool
is_poll(const struct ct_op *op, const struct backend_reply *reply)
{
    return reply->reply.status == CALL_WAIT && op->pace == CT_PACE_WAITS &&
           ct_result(op, reply->out) == ct_enum_find(op->out.fields[0].en, STR_LIT("Poll"));
}

/* UnknownError, the first value of each result; every other field empty. */
static void *
unknown(struct arena *a, const struct ct_op *op)
{
    unsigned char *out = arena_zalloc(a, op->out.size);
    for (size_t i = 0; i < op->out.n; i++) {
        const struct ct_field *field = &op->out.fields[i];
        if (field->kind == CT_ARRAY)
            ((struct ct_array *)(void *)(out + field->offset))->is_null = true;
    }
    return out;
}

static struct str
preference(struct arena *a, unsigned wait)
{
    return wait > 0 ? arena_printf(a, "wait=%u", wait) : STR_NULL;
}

/* What a call adds to the front's bodies. Calls that fit in a spare buffer are bounded by their number. */
static size_t
weight(size_t payload_n)
{
    return payload_n > POOL_BUFFER_MAX ? payload_n : 0;
}

void
exchange_free(struct exchange **at)
{
    struct exchange *x = *at;
    if (x == NULL)
        return;
    struct front *f = x->peer->front;
    backend_abandon(&f->backend, &x->call);
    park_release(&f->park, &x->hold);
    secret_wipe(x->payload, x->payload_n);
    weight_change(&f->bodies, weight(x->payload_n), 0);
    free(x);
    *at = NULL;
}

/* Writes the answer; the exchange is finished, and its connection will be resumed. */
static struct peer *
say(struct exchange *x, struct response *r)
{
    struct peer *p = x->peer;
    struct front *f = p->front;

    r->preference_applied = preference(&f->arena, x->wait);
    if (r->is_token_wrong)
        throttle_forget(&f->throttle, &x->payer);
    if (r->is_accepted)
        throttle_accept(&f->throttle, &x->payer, loop_now(f->loop));
    if (r->is_failure)
        throttle_fail(&f->throttle, &x->payer, loop_now(f->loop));
    peer_respond(p, r);
    exchange_free(&p->exchange);
    return p;
}

/* Sends the answer, also to the checks that this one leads: they are identical byte for byte, come from
 * the same address with the same cookie, and were already waiting when the worker was asked. All answers
 * are written before any connection resumes, since the next request reuses the arena. */
static void
finish(struct exchange *x, struct response *r)
{
    struct front *f = x->peer->front;
    struct peer *told[TOLD_MAX];
    struct park_hold *h;
    size_t n = 0;

    while (n < TOLD_MAX - 1 && (h = park_next(&f->park, &x->hold)) != NULL) {
        struct exchange *follower = LIST_ITEM(h, struct exchange, hold);
        follower->peer->hooks->set_parked(follower->peer, false);
        told[n++] = say(follower, r);
    }
    told[n++] = say(x, r);
    buf_reset(&f->body); /* wipes it */
    for (size_t i = 0; i < n; i++)
        told[i]->hooks->resume(told[i]);
}

static void
finish_busy(struct exchange *x)
{
    struct front *f = x->peer->front;
    struct response r = {.status = 0};

    buf_reset(&f->body);
    x->face->busy(f, &r);
    finish(x, &r);
    arena_reset(&f->arena);
}

static void
finish_reply(struct exchange *x, const struct backend_reply *reply, bool is_kept)
{
    struct peer *p = x->peer;
    struct front *f = p->front;
    const struct ct_op *op = x->call.op;
    struct response r = {.status = 0};

    buf_reset(&f->body);
    if (reply == NULL) {
        x->face->respond(f, op, x->form, unknown(&f->arena, op), STR_NULL, &r);
    } else {
        x->face->respond(f, op, x->form, reply->out, reply->reply.fault, &r);
        r.set_cookie = op->face == CT_FACE_ADMIN
                           ? cookie_set_operator(&f->arena, reply->reply.set_session)
                           : cookie_set_session(&f->arena, reply->reply.set_session, p->is_secure);
    }
    if (is_kept) {
        struct park_entry *e = park_put(&f->park, &x->key, &reply->reply.topic, reply->reply.wait_for);
        if (e != NULL)
            park_keep(e, x->form, r.body);
    }
    finish(x, &r);
}

static enum errcode
ask(struct exchange *x)
{
    struct front *f = x->peer->front;
    x->wakes = f->park.wakes;
    f->calls++;
    if (x->call.op->pace == CT_PACE_WAITS)
        metrics_count(METRIC_CHECKS, METRICS_ANSWERED_WORKER);
    return backend_submit(&f->backend, &x->call);
}

/* Holds a check whose push is unanswered. False: it must be answered. */
static bool
hold(struct exchange *x, const struct backend_reply *reply, bool was_woken)
{
    struct peer *p = x->peer;
    struct front *f = p->front;

    if (!x->has_wait)
        x->wait_until = x->started + (int64_t)caller_cap_wait(f, reply->reply.hold) * CLOCK_S;
    if (x->is_last || f->drain.is_on || x->wait_until <= loop_now(f->loop))
        return false;
    if (was_woken && x->asked < ASK_AGAIN_MAX) {
        x->asked++;
        return ask(x) == ERR_NONE;
    }
    /* A check overtaken too often is held for a tick, as if no wake-up had arrived. */
    int64_t left = reply->reply.wait_for;
    struct park_entry *e =
        park_put(&f->park, &x->key, &reply->reply.topic, was_woken && PARK_TICK < left ? PARK_TICK : left);
    if (e == NULL)
        return false;
    x->asked = 0;
    park_land(&f->park, &x->hold, e);
    park_hold(&f->park, e, &x->hold, x->wait_until);
    p->hooks->set_parked(p, true);
    return true;
}

/* Where the leader is answered by itself, decides what happens to the checks that it leads. */
static void
land(struct exchange *x, const struct backend_reply *reply, bool poll, bool was_woken)
{
    struct front *f = x->peer->front;
    struct park_entry *e = NULL;

    if (x->hold.leads == NULL || (poll && !was_woken && f->drain.is_on))
        return;
    if (poll && !was_woken)
        e = park_put(&f->park, &x->key, &reply->reply.topic, reply->reply.wait_for);
    if (e != NULL || reply == NULL || was_woken)
        park_land(&f->park, &x->hold, e);
}

static void
call_done(struct backend_call *call, const struct backend_reply *reply)
{
    struct exchange *x = LIST_ITEM(call, struct exchange, call);
    struct front *f = x->peer->front;
    bool poll = reply != NULL && is_poll(call->op, reply);
    bool was_woken = poll && park_was_woken(&f->park, &reply->reply.topic, x->wakes);

    if (call->is_turned_away) {
        park_land(&f->park, &x->hold, NULL);
        finish_busy(x);
    } else if (!poll || !hold(x, reply, was_woken)) {
        land(x, reply, poll, was_woken);
        /* Where a company's policy holds checks, a kept answer would end the next check at once. */
        finish_reply(x, reply, poll && !was_woken && reply->reply.hold == 0);
    }
    park_ask(&f->park);
}

/* The watch list's answer to this question, while it is fresh. */
static bool
has_kept(struct front *f, const struct siphash *key, const struct face *face, struct response *r)
{
    struct park_entry *e = park_find(&f->park, key);
    unsigned form = 0;
    struct str body = e != NULL ? park_body(e, &form) : STR_NULL;

    if (str_is_null(body))
        return false;
    f->watch_hits++;
    metrics_count(METRIC_CHECKS, METRICS_ANSWERED_FRONT);
    face->again(f, form, body, r);
    return true;
}

/* Another check, whose time ran out at the same moment, has just got this very answer. */
static bool
finish_again(struct exchange *x)
{
    struct front *f = x->peer->front;
    struct response r = {.status = 0};

    if (!has_kept(f, &x->key, x->face, &r))
        return false;
    finish(x, &r);
    arena_reset(&f->arena);
    return true;
}

/* The watch list releases a held check. */
static void
ask_again(struct park_hold *h, bool is_last)
{
    struct exchange *x = LIST_ITEM(h, struct exchange, hold);

    x->is_last = x->is_last || is_last;
    x->peer->hooks->set_parked(x->peer, false);
    if (is_last && h->leads == NULL && finish_again(x))
        return;
    if (ask(x) == ERR_NONE)
        return;
    park_land(&x->peer->front->park, h, NULL);
    finish_busy(x);
}

/* Builds the worker's call in f->scratch. False: it does not fit into a frame. */
static bool
put_payload(struct peer *p, const struct exchange_request *req)
{
    struct front *f = p->front;
    struct call call = req->caller->call;
    call.request = mark_id(&p->mark);
    call.trace = mark_trace(&p->mark);
    call.source = inet_format(&f->arena, &req->caller->address);
    frame_put_u32(&f->scratch, (uint32_t)req->op->id);
    call_put(&f->scratch, &call);
    ct_wire_put(&f->scratch, &req->op->in, req->in);
    return !buf_is_over(&f->scratch);
}

static struct exchange *
exchange_new(struct peer *p, const struct exchange_request *req, struct str payload)
{
    struct exchange *x = malloc(sizeof *x + payload.n);
    if (x == NULL)
        err_no_memory();
    *x = (struct exchange){.peer = p, .face = req->face, .form = (uint8_t)req->form, .payload_n = payload.n};
    memcpy(x->payload, payload.p, payload.n);
    weight_change(&p->front->bodies, 0, weight(payload.n));
    backend_call_init(&x->call);
    x->call.op = req->op;
    x->call.request = mark_id(&p->mark);
    x->call.trace = mark_trace(&p->mark);
    x->call.payload = x->payload;
    x->call.payload_n = payload.n;
    x->call.source = req->caller->address;
    x->call.done = call_done;
    park_hold_init(&x->hold, ask_again);
    return x;
}

bool
exchange_again(struct peer *p, const struct caller *caller, const struct siphash *key,
               const struct face *face)
{
    struct response r = {.status = 0};

    if (caller->wait > 0 || !has_kept(p->front, key, face, &r))
        return false;
    p->mark.op = &ct_ops[CT_OP_twoFactorCheckPushAuthStatus]; /* the one that waits */
    peer_respond(p, &r);
    return true;
}

/* Answers without asking a worker. */
static void
respond_now(struct peer *p, const struct exchange_request *req, bool is_busy)
{
    struct front *f = p->front;
    struct response r = {.status = 0};

    buf_reset(&f->body);
    if (is_busy)
        req->face->busy(f, &r);
    else
        req->face->respond(f, req->op, req->form, unknown(&f->arena, req->op), STR_NULL, &r);
    peer_respond(p, &r);
    buf_reset(&f->body);
}

/* Holds what the watch list would answer with Poll, unless the client may have gone. */
static bool
hold_at_once(struct exchange *x)
{
    struct front *f = x->peer->front;
    bool may_hold = x->wait > 0 && !x->peer->is_done;
    struct park_entry *e = may_hold ? park_find(&f->park, &x->key) : NULL;

    if (e == NULL)
        return false;
    f->watch_hits++;
    park_hold(&f->park, e, &x->hold, x->wait_until);
    return true;
}

static bool
start(struct peer *p, const struct exchange_request *req, struct exchange *x)
{
    p->exchange = x;
    if (hold_at_once(x))
        return false;
    enum errcode err = ask(x);
    if (err == ERR_NONE)
        return false;
    exchange_free(&p->exchange);
    respond_now(p, req, err == ERR_BUSY);
    return true;
}

bool
exchange_is_held(const struct exchange *x)
{
    return park_is_held(&x->hold);
}

bool
exchange_is_slow_and_queued(const struct exchange *x)
{
    return backend_call_is_slow_and_queued(&x->call);
}

bool
exchange_start(struct peer *p, const struct exchange_request *req)
{
    struct front *f = p->front;
    bool is_answered = true;

    p->mark.op = req->op;
    if (!put_payload(p, req)) {
        respond_now(p, req, false);
    } else if (weight(f->scratch.len) > 0 && f->bodies.held + f->scratch.len > FRONT_BODIES_MAX) {
        metrics_count(METRIC_THROTTLED, METRICS_CAUSE_BODIES);
        respond_now(p, req, true);
    } else {
        struct exchange *x = exchange_new(p, req, buf_view(&f->scratch));
        x->key = req->key;
        x->payer = req->payer;
        x->wait = req->op->pace == CT_PACE_WAITS ? req->caller->wait : 0;
        x->has_wait = req->caller->has_wait;
        x->started = loop_now(f->loop);
        x->wait_until = x->started + (int64_t)x->wait * CLOCK_S;
        is_answered = start(p, req, x);
    }
    caller_empty_scratch(f);
    return is_answered;
}
