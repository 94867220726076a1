/* SPDX-License-Identifier: Apache-2.0 */
/* connection: see connection.h. Each event enters at ready(), due() or resume(), advances as
 * far as it can in run(), and ends in connection_settle() and connection_reap(). The layers
 * below are connection_bytes.c and connection_wait.c. */
#include "front/connection.h"

#include <stdlib.h>

#include "front/connection_bytes.h"
#include "front/connection_wait.h"
#include "front/dispatch.h"
#include "front/exchange.h"
#include "front/preface.h"
#include "front/parts.h"
#include "log/log.h"
#include "metrics/metrics.h"

enum {
    BULK = 32 * 1024,          /* a body from here on is read at a pace */
    RESPONSES_MOST = 64 * 1024 /* responses that may be unsent before the next request is processed */
};

#define LOOK_AGAIN (100 * CLOCK_MS) /* delay for a connection that timed out while in line for its turn */

static void
refuse(struct connection *c, unsigned status, unsigned retry_after, const char *why)
{
    struct front *f = c->peer.front;
    struct arena *a = &f->arena;

    mark_refuse(&c->peer);
    log_event(LOG_REQUEST_REFUSED, "source=%.*s status=%u reason=%s", STR_ARG(peer_name(&c->peer, a)), status,
              log_quote(a, str_from_cstr(why)));
    arena_reset(a);
    pool_take(&f->pool, &c->peer.out);
    const struct http_refusal refusal = {.status = status,
                                         .retry_after = retry_after,
                                         .hsts = c->peer.from.is_tls ? f->hsts : STR_NULL,
                                         .request_id = mark_id(&c->peer.mark)};
    http_reply_refusal(&c->peer.out, date_now(&f->date, f->loop), &refusal);
    f->refused++;
    metrics_count(METRIC_REQUESTS, status < 500 ? METRICS_STATUS_4XX : METRICS_STATUS_5XX);
    mark_log(&c->peer, status, 0);
    mark_end();
    c->is_last = c->is_cut_off = true;
}

static void
refuse_body(struct connection *c)
{
    metrics_count(METRIC_THROTTLED, METRICS_CAUSE_BODIES);
    refuse(c, 503, 1, "memory-of-bodies");
}

/* False: nothing to parse, or the connection ended. */
static bool
read_more(struct connection *c)
{
    if (!c->may_read)
        return false;
    switch (connection_fill(c)) {
    case TLS_OK:
        if (c->peer.front->bodies.held > FRONT_BODIES_MAX && c->body_memory > 0)
            refuse_body(c);
        return true;
    case TLS_CLOSED:
    case TLS_FAILED:
        connection_close(c);
        return false;
    case TLS_WANT_READ:
    case TLS_WANT_WRITE:
        return false;
    }
    return false;
}

static void
take_head(struct connection *c)
{
    connection_move(c, CONNECTION_BODY);
    c->has_spoken = true;
    c->head_read = c->bytes_read;
    dispatch_head(&c->peer, &c->parser);
    if (http_parser_wants_continue(&c->parser, &c->in, &c->peer.front->request)) {
        pool_take(&c->peer.front->pool, &c->peer.out);
        buf_add_str(&c->peer.out, HTTP_CONTINUE);
    }
}

/* The client sends nothing more. It may still be listening (RFC 9112, section 9.6), but a held check will
 * be repeated, and a flood of sign-ins that were sent and closed must not keep workers busy. */
static void
peer_is_done(struct connection *c)
{
    c->peer.is_done = true;
    if (c->state == CONNECTION_PARKED || exchange_is_slow_and_queued(c->peer.exchange))
        connection_close(c);
}

static void
take_request(struct connection *c)
{
    struct front *f = c->peer.front;

    f->requests++;
    c->has_asked = true;
    c->peer.to = http_reply_to(&f->request);
    c->is_restarted = true;
    bool is_answered = dispatch_request(&c->peer);
    arena_reset(&f->arena);
    http_parser_next(&c->parser, &c->in);
    if (!is_answered) {
        connection_move(c, exchange_is_held(c->peer.exchange) ? CONNECTION_PARKED : CONNECTION_CALLING);
        if (c->peer.is_done)
            peer_is_done(c);
        return;
    }
    connection_move(c, CONNECTION_READING);
    c->is_last = !c->peer.to.keep_alive;
}

/* One step of the parser. False: no progress is possible now. */
static bool
step(struct connection *c)
{
    switch (http_parser_step(&c->parser, &c->in, &c->peer.front->request)) {
    case HTTP_MORE:
        return connection_write_out(c) && read_more(c);
    case HTTP_HEAD:
        take_head(c);
        return true;
    case HTTP_DONE:
        take_request(c);
        return true;
    case HTTP_REFUSED:
        refuse(c, c->parser.status, 0, c->parser.why);
        return true;
    }
    return false;
}

/* The line that the connection takes its slices from. No console has anything to say that needs a large
 * body, or asks for one large page after the other, and a flood of them must not take the loop's time: they
 * are served at a pace. */
static struct turns *
line(struct connection *c)
{
    size_t body = c->state == CONNECTION_BODY ? c->bytes_read - c->head_read : 0;
    bool is_bulk = body >= BULK || c->has_discarded || c->is_pouring;
    if (!turn_is_waiting(&c->turn))
        turn_move(&c->turn, is_bulk ? &c->source->bulk : &c->source->turns);
    return is_bulk ? &c->peer.front->bulk : &c->peer.front->turns;
}

/* Processes buffered input, for one slice. True: there is more to do. */
static bool
run_slice(struct connection *c, const struct turns *from)
{
    uint64_t requests = c->peer.front->requests;
    size_t bytes = c->bytes_read;
    struct turn_slice slice;

    turn_slice_begin(&slice, from);
    while (connection_is_reading(c) && !c->is_last &&
           (c->state == CONNECTION_BODY || c->in.len > 0 || c->may_read)) {
        if (c->peer.out.len > RESPONSES_MOST && !connection_write_out(c))
            break;
        slice.requests = (size_t)(c->peer.front->requests - requests);
        slice.bytes = c->bytes_read - bytes;
        if ((slice.requests > 0 || slice.bytes > 0) && turn_slice_is_spent(&slice))
            return true;
        if (!step(c))
            break;
    }
    return false;
}

static void
run(struct connection *c)
{
    bool has_work = connection_is_reading(c) && !c->is_last && (c->in.len > 0 || c->may_read);
    struct turns *from = line(c);
    bool has_turn = has_work && turns_take(from, &c->turn);
    size_t before = c->bytes_sent + c->peer.out.len;
    bool has_more = has_turn ? run_slice(c, from) : has_work;
    if (has_turn)
        c->is_pouring = c->in.len > 0 && c->bytes_sent + c->peer.out.len - before >= BULK;

    if (c->state == CONNECTION_CLOSED || !connection_write_out(c))
        return;
    if (has_more)
        turn_wait(line(c), &c->turn);
    else if (c->is_last && c->peer.exchange == NULL && c->state != CONNECTION_LINGERING)
        connection_finish(c);
}

static void
shake_hands(struct connection *c)
{
    enum tls_result result = tls_handshake(c->transport.tls);
    c->crossed_read = result == TLS_WANT_WRITE;
    if (result == TLS_FAILED)
        log_event(LOG_TLS_FAILED, "reason=\"%s\"", tls_error_text(c->transport.tls));
    if (result == TLS_FAILED || result == TLS_CLOSED) {
        metrics_count(METRIC_HANDSHAKES, METRICS_OUTCOME_FAILED);
        connection_close(c);
    }
    if (result == TLS_OK) {
        metrics_count(METRIC_HANDSHAKES, METRICS_OUTCOME_OK);
        connection_move(c, CONNECTION_READING);
    }
}

/* While a worker has the request: reads ahead, and notices when the client leaves. */
static void
look_ahead(struct connection *c)
{
    enum tls_result result = c->in.len < CONNECTION_AHEAD ? connection_fill(c) : TLS_WANT_READ;
    if (result == TLS_FAILED)
        connection_close(c);
    else if (result == TLS_CLOSED)
        peer_is_done(c);
}

/* A slow reader accepts more output. */
static void
write_on(struct connection *c)
{
    if (connection_flush(c) && c->is_last)
        connection_finish(c);
    else if (c->state == CONNECTION_WRITING && c->peer.out.len == 0)
        connection_move(c, c->resume);
}

static void
discard(struct connection *c)
{
    c->has_discarded = true;
    if (!transport_drain(&c->transport))
        connection_close(c);
}

/* A preface, the handshake, answers held up by a slow reader, input, or input after a refusal: now, or at its
 * turn. */
static void
go_on(struct connection *c)
{
    if (!connection_is_reading(c)) {
        struct turns *from = line(c);
        if (!turns_take(from, &c->turn)) {
            turn_wait(from, &c->turn);
            return;
        }
        if (c->state == CONNECTION_PREFACE)
            preface_read(c);
        else if (c->state == CONNECTION_HANDSHAKE)
            shake_hands(c);
        else if (c->state == CONNECTION_WRITING)
            write_on(c);
        else if (c->state == CONNECTION_LINGERING)
            discard(c);
    }
    if (connection_is_reading(c)) {
        c->may_read = true;
        run(c);
    }
}

static void
turn_came(struct turn *t)
{
    struct connection *c = LIST_ITEM(t, struct connection, turn);
    go_on(c);
    connection_settle(c);
    connection_reap(c);
}

static void
ready(struct loop_fd *watch, unsigned what)
{
    struct connection *c = LIST_ITEM(watch, struct connection, watch);

    switch ((enum connection_state)c->state) {
    case CONNECTION_PREFACE:
    case CONNECTION_HANDSHAKE:
    case CONNECTION_READING:
    case CONNECTION_BODY:
    case CONNECTION_WRITING:
    case CONNECTION_LINGERING:
        if (!turn_is_waiting(&c->turn))
            go_on(c);
        break;
    case CONNECTION_CALLING:
    case CONNECTION_PARKED:
        if (c->peer.out.len > 0)
            (void)connection_flush(c);
        if (c->state != CONNECTION_CLOSED && (what & LOOP_HANGUP) != 0)
            peer_is_done(c);
        else if (c->state != CONNECTION_CLOSED && ((what & LOOP_READ) != 0 || c->crossed_read))
            look_ahead(c);
        break;
    case CONNECTION_CLOSED:
        break;
    }
    connection_settle(c);
    connection_reap(c);
}

static void
due(struct loop_timer *t)
{
    struct connection *c = LIST_ITEM(t, struct connection, timer);

    if (c->deadline == CONNECTION_NEVER)
        return;
    if (c->deadline > loop_now(c->peer.front->loop)) {
        loop_timer_set(c->peer.front->loop, t, c->deadline);
        return;
    }
    if (turn_is_waiting(&c->turn) &&
        c->state != CONNECTION_LINGERING) { /* what it sent in time may already have arrived */
        loop_timer_set(c->peer.front->loop, t, loop_now(c->peer.front->loop) + LOOK_AGAIN);
        return;
    }
    if (c->phase == CONNECTION_PHASE_HEAD || c->phase == CONNECTION_PHASE_BODY) {
        refuse(c, 408, 0, c->phase == CONNECTION_PHASE_HEAD ? "slow-head" : "slow-body");
        run(c);
    } else {
        connection_close(c);
    }
    connection_settle(c);
    connection_reap(c);
}

static void
set_parked(struct peer *p, bool is_parked)
{
    struct connection *c = LIST_ITEM(p, struct connection, peer);

    connection_move(c, is_parked ? CONNECTION_PARKED : CONNECTION_CALLING);
    if (is_parked && c->peer.is_done)
        connection_close(c);
    connection_settle(c);
    connection_reap(c);
}

static void
resume(struct peer *p)
{
    struct connection *c = LIST_ITEM(p, struct connection, peer);

    connection_move(c, CONNECTION_READING);
    c->is_last = !c->peer.to.keep_alive;
    c->is_restarted = true;
    run(c);
    connection_settle(c);
    connection_reap(c);
}

static const struct peer_hooks peer_hooks = {.set_parked = set_parked, .resume = resume};

void
connection_drain(struct connection *c)
{
    if (c->phase != CONNECTION_PHASE_IDLE)
        return;
    c->is_restarted = true; /* with the deadline of a drain */
    turn_wait(line(c), &c->turn);
    connection_settle(c);
}

void
connection_end(struct connection *c)
{
    connection_close(c);
    connection_reap(c);
}

void
connection_new(struct front *f, int fd, const struct connection_start *start)
{
    struct connection *c = calloc(1, sizeof *c);
    if (c == NULL)
        err_no_memory();
    c->peer.front = f;
    c->peer.hooks = &peer_hooks;
    c->peer.from = start->from;
    c->opened_at = loop_now(f->loop);
    c->source = start->source;
    c->transport.fd = fd;
    c->watch.fd = -1;
    http_parser_init(&c->parser, &f->limits);
    buf_init(&c->in, http_parser_room(&f->limits));
    buf_init(&c->peer.out, FRONT_RESPONSE_MAX);
    loop_timer_init(&c->timer, due);
    turn_init(&c->turn, &start->source->turns, turn_came);
    list_add_last(&f->connections, &c->node);
    f->n_connections++;
    connection_count(f);
    c->state = CONNECTION_PREFACE;
    if (loop_fd_add(f->loop, &c->watch, fd, LOOP_READ, ready) != ERR_NONE)
        connection_close(c);
    else if (!start->expects_proxy)
        preface_end(c);
    else if (!peer_is_proxy(&c->peer))
        preface_refuse(c, "not-a-trusted-proxy");
    connection_settle(c);
    connection_reap(c);
}
