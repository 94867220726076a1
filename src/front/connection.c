/* SPDX-License-Identifier: Apache-2.0 */
/* connection: see connection.h. Each event enters at ready(), due() or connection_resume(), advances as
 * far as it can in run(), and ends in settle(), which registers with the loop what is needed next. */
#include "front/connection.h"

#include <stdlib.h>

#include "front/dispatch.h"
#include "front/exchange.h"
#include "front/state.h"
#include "log/log.h"

enum {
    READ_FIRST = 4096,       /* read size while little is buffered: most requests fit */
    READ_MORE = 64 * 1024,   /* read size while a body arrives */
    AHEAD_MOST = 16 * 1024,  /* read-ahead while a worker has the current request */
    ANSWERS_MOST = 64 * 1024 /* answers that may be unsent before the next request is processed */
};

#define LINGER_TIME (2 * CLOCK_S)
#define LOOK_AGAIN (100 * CLOCK_MS) /* delay for a connection that timed out while in line for its turn */
#define NEVER INT64_MAX
#define TO(state) (1U << CONNECTION_##state)

static const unsigned legal_moves[] = {
    [CONNECTION_HANDSHAKE] = TO(READING) | TO(CLOSED),
    [CONNECTION_READING] = TO(BODY) | TO(WRITING) | TO(LINGERING) | TO(CLOSED),
    [CONNECTION_BODY] = TO(READING) | TO(CALLING) | TO(PARKED) | TO(WRITING) | TO(LINGERING) | TO(CLOSED),
    [CONNECTION_CALLING] = TO(READING) | TO(PARKED) | TO(WRITING) | TO(LINGERING) | TO(CLOSED),
    [CONNECTION_PARKED] = TO(CALLING) | TO(CLOSED),
    [CONNECTION_WRITING] = TO(READING) | TO(BODY) | TO(LINGERING) | TO(CLOSED),
    [CONNECTION_LINGERING] = TO(CLOSED),
    [CONNECTION_CLOSED] = 0,
};

static void
move(struct connection *c, enum connection_state to)
{
    ASSERT((legal_moves[c->state] & 1U << to) != 0);
    c->state = (uint8_t)to;
}

static bool
is_reading(const struct connection *c)
{
    return c->state == CONNECTION_READING || c->state == CONNECTION_BODY;
}

static void
give_buffers_back(struct connection *c)
{
    if (c->in.len == 0)
        pool_give(&c->front->pool, &c->in);
    if (c->out.len == 0)
        pool_give(&c->front->pool, &c->out);
}

/* Accounts large bodies in the memory shared by all. */
static void
count_body(struct connection *c)
{
    size_t now = c->in.cap > POOL_BUFFER_MAX ? c->in.cap : 0;
    weight_change(&c->front->bodies, c->body_memory, now);
    c->body_memory = now;
}

static void
close_connection(struct connection *c)
{
    struct front *f = c->front;

    move(c, CONNECTION_CLOSED);
    turn_leave(&c->turn);
    exchange_free(&c->exchange);
    loop_fd_remove(f->loop, &c->watch);
    loop_timer_stop(f->loop, &c->timer);
    transport_close(&c->transport);
    throttle_disconnect(&f->throttle, c->source);
    buf_clear(&c->in);
    buf_clear(&c->out);
    count_body(c);
    list_remove(&c->node);
    f->n_connections--;
}

/* The end of each event of a connection. */
static void
reap(struct connection *c)
{
    struct front *f = c->front;
    if (c->state != CONNECTION_CLOSED)
        return;
    free(c);
    front_connection_closed(f);
}

/* True: all of `out` has been sent. */
static bool
flush(struct connection *c)
{
    if (buf_is_over(&c->out)) {
        close_connection(c);
        return false;
    }
    while (c->out.len > 0) {
        struct str bytes = buf_view(&c->out);
        size_t n = 0;
        enum tls_result result = transport_write(&c->transport, bytes.p, bytes.n, &n);
        c->crossed_write = result == TLS_WANT_READ;
        if (result == TLS_CLOSED || result == TLS_FAILED)
            close_connection(c);
        if (result != TLS_OK)
            return false;
        buf_consume(&c->out, n);
    }
    return true;
}

/* Nothing is left to write, and nothing more will be read. */
static void
end(struct connection *c)
{
    transport_end(&c->transport);
    if (c->is_cut_off || c->in.len > 0)
        move(c, CONNECTION_LINGERING);
    else
        close_connection(c);
}

/* Writes what is pending. A slow reader is waited for before more is read. */
static bool
write_out(struct connection *c)
{
    if (flush(c))
        return true;
    if (is_reading(c)) {
        c->resume = c->state;
        turn_leave(&c->turn);
        move(c, CONNECTION_WRITING);
    }
    return false;
}

/* Appends the socket's input to `in`. TLS_OK: something arrived. */
static enum tls_result
fill(struct connection *c)
{
    size_t want = c->in.len < READ_FIRST ? READ_FIRST : READ_MORE, n = 0;
    bool is_drained = true;

    pool_take(&c->front->pool, &c->in);
    if (want > buf_room(&c->in))
        want = buf_room(&c->in);
    unsigned char *room = want > 0 ? buf_reserve(&c->in, want) : NULL;
    if (room == NULL)
        return TLS_FAILED;
    enum tls_result result = transport_read(&c->transport, room, want, &n, &is_drained);
    c->may_read = !is_drained;
    c->crossed_read = result == TLS_WANT_WRITE;
    if (result == TLS_OK) {
        buf_commit(&c->in, n);
        c->bytes_read += n;
        count_body(c);
    }
    return result;
}

static void
refuse(struct connection *c, unsigned status, unsigned retry_after, const char *why)
{
    struct arena *a = &c->front->arena;

    log_event(LOG_REQUEST_REFUSED, "source=%.*s status=%u reason=%s", STR_ARG(inet_format(a, &c->peer)),
              status, log_quote(a, str_from_cstr(why)));
    arena_reset(a);
    pool_take(&c->front->pool, &c->out);
    http_reply_refusal(&c->out, front_date(c->front), status, retry_after, c->transport.tls != NULL);
    c->front->refused++;
    c->is_last = c->is_cut_off = true;
}

/* False: nothing to parse, or the connection ended. */
static bool
read_more(struct connection *c)
{
    if (!c->may_read)
        return false;
    switch (fill(c)) {
    case TLS_OK:
        if (c->front->bodies.held > FRONT_BODIES_MAX && c->body_memory > 0)
            refuse(c, 503, 1, "memory-of-bodies");
        return true;
    case TLS_CLOSED:
    case TLS_FAILED:
        close_connection(c);
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
    move(c, CONNECTION_BODY);
    c->has_spoken = true;
    dispatch_head(c);
    if (http_parser_wants_continue(&c->parser, &c->in, &c->front->request)) {
        pool_take(&c->front->pool, &c->out);
        buf_add_str(&c->out, HTTP_CONTINUE);
    }
}

/* The client sends nothing more. It may still be listening (RFC 9112, section 9.6), but a held check will
 * be repeated, and a flood of sign-ins that were sent and closed must not keep workers busy. */
static void
peer_is_done(struct connection *c)
{
    c->peer_is_done = true;
    if (c->state == CONNECTION_PARKED || exchange_is_slow_and_queued(c->exchange))
        close_connection(c);
}

static void
take_request(struct connection *c)
{
    struct front *f = c->front;

    f->requests++;
    c->has_asked = true;
    c->to = http_reply_to(&f->request);
    c->is_restarted = true;
    bool is_answered = dispatch_request(c);
    arena_reset(&f->arena);
    http_parser_next(&c->parser, &c->in);
    if (!is_answered) {
        move(c, exchange_is_held(c->exchange) ? CONNECTION_PARKED : CONNECTION_CALLING);
        if (c->peer_is_done)
            peer_is_done(c);
        return;
    }
    move(c, CONNECTION_READING);
    c->is_last = !c->to.keep_alive;
}

/* One step of the parser. False: no progress is possible now. */
static bool
step(struct connection *c)
{
    switch (http_parser_step(&c->parser, &c->in, &c->front->request)) {
    case HTTP_MORE:
        return write_out(c) && read_more(c);
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

/* Processes buffered input, for one slice. True: there is more to do. */
static bool
run_slice(struct connection *c)
{
    uint64_t requests = c->front->requests;
    size_t bytes = c->bytes_read;
    struct turn_slice slice;

    turn_slice_begin(&slice, &c->front->turns);
    while (is_reading(c) && !c->is_last && (c->state == CONNECTION_BODY || c->in.len > 0 || c->may_read)) {
        if (c->out.len > ANSWERS_MOST && !write_out(c))
            break;
        slice.requests = (size_t)(c->front->requests - requests);
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
    bool has_work = is_reading(c) && !c->is_last && (c->in.len > 0 || c->may_read);
    bool has_more = has_work && (!turns_take(&c->front->turns, &c->turn) || run_slice(c));

    if (c->state == CONNECTION_CLOSED || !write_out(c))
        return;
    if (has_more)
        turn_wait(&c->front->turns, &c->turn);
    else if (c->is_last && c->exchange == NULL && c->state != CONNECTION_LINGERING)
        end(c);
}

static enum connection_phase
phase(const struct connection *c)
{
    if (c->state == CONNECTION_HANDSHAKE)
        return CONNECTION_PHASE_HANDSHAKE;
    if (c->state == CONNECTION_LINGERING)
        return CONNECTION_PHASE_LINGER;
    if (c->out.len > 0)
        return CONNECTION_PHASE_WRITE;
    if (c->state == CONNECTION_BODY)
        return CONNECTION_PHASE_BODY;
    if (c->state == CONNECTION_READING)
        return http_parser_is_idle(&c->parser, &c->in) ? CONNECTION_PHASE_IDLE : CONNECTION_PHASE_HEAD;
    return CONNECTION_PHASE_NONE;
}

/* The deadline for the first request of a client that arrived before the drain, or was in the kernel's
 * queue. */
static int64_t
first_by(const struct connection *c)
{
    return c->opened_at + c->front->config->limits_header_time;
}

static int64_t
patience(const struct connection *c)
{
    const struct config *config = c->front->config;
    switch ((enum connection_phase)c->phase) {
    case CONNECTION_PHASE_HANDSHAKE:
    case CONNECTION_PHASE_HEAD:
        return config->limits_header_time;
    case CONNECTION_PHASE_IDLE:
        return c->front->is_draining ? first_by(c) - loop_now(c->front->loop) : config->limits_idle_time;
    case CONNECTION_PHASE_BODY:
        return config->limits_body_time;
    case CONNECTION_PHASE_WRITE:
        return config->limits_write_time;
    case CONNECTION_PHASE_LINGER:
        return LINGER_TIME;
    case CONNECTION_PHASE_NONE:
        break;
    }
    return NEVER;
}

static unsigned
wanted(const struct connection *c)
{
    unsigned want = 0;

    if (c->state == CONNECTION_CALLING || c->state == CONNECTION_PARKED)
        want = c->peer_is_done ? 0 : c->in.len >= AHEAD_MOST ? LOOP_HANGUP : LOOP_READ;
    else if (c->state != CONNECTION_WRITING && !turn_is_waiting(&c->turn))
        want = LOOP_READ;
    if (want != 0 && c->crossed_read)
        want = LOOP_WRITE;
    if (c->out.len > 0 && !turn_is_waiting(&c->turn))
        want |= c->crossed_write ? LOOP_READ : LOOP_WRITE;
    return want;
}

/* While draining: no further request is expected. A connection in line for its turn may have sent one. */
static bool
may_go(const struct connection *c)
{
    bool is_new = !c->has_asked && loop_now(c->front->loop) < first_by(c);
    return c->phase == CONNECTION_PHASE_IDLE && !is_new && !turn_is_waiting(&c->turn);
}

/* The end of an event: the timer is moved only when it would fire too late. */
static void
settle(struct connection *c)
{
    if (c->state == CONNECTION_CLOSED)
        return;
    enum connection_phase now = phase(c);
    if (now != c->phase || c->is_restarted) {
        c->phase = (uint8_t)now;
        c->is_restarted = false;
        list_remove(&c->node);
        list_add_last(&c->front->connections, &c->node);
        int64_t time = patience(c);
        c->deadline = time == NEVER ? NEVER : loop_now(c->front->loop) + time;
        if (!c->has_spoken && c->state != CONNECTION_LINGERING) /* the first head is due counting from
                                                                 * accept */
            c->deadline = first_by(c);
        if (time != NEVER && (c->timer.at == 0 || c->timer.at > c->deadline))
            loop_timer_set(c->front->loop, &c->timer, c->deadline);
    }
    if (c->front->is_draining && may_go(c)) {
        close_connection(c);
        return;
    }
    give_buffers_back(c);
    count_body(c);
    loop_fd_want(c->front->loop, &c->watch, wanted(c));
}

static void
shake_hands(struct connection *c)
{
    enum tls_result result = tls_handshake(c->transport.tls);
    c->crossed_read = result == TLS_WANT_WRITE;
    if (result == TLS_FAILED)
        log_event(LOG_TLS_FAILED, "reason=\"%s\"", tls_error_text(c->transport.tls));
    if (result == TLS_FAILED || result == TLS_CLOSED)
        close_connection(c);
    if (result == TLS_OK)
        move(c, CONNECTION_READING);
}

/* While a worker has the request: reads ahead, and notices when the client leaves. */
static void
look_ahead(struct connection *c)
{
    enum tls_result result = c->in.len < AHEAD_MOST ? fill(c) : TLS_WANT_READ;
    if (result == TLS_FAILED)
        close_connection(c);
    else if (result == TLS_CLOSED)
        peer_is_done(c);
}

/* A slow reader accepts more output. */
static void
write_on(struct connection *c)
{
    if (flush(c) && c->is_last)
        end(c);
    else if (c->state == CONNECTION_WRITING && c->out.len == 0)
        move(c, c->resume);
}

/* The handshake, answers held up by a slow reader, input, or input after a refusal: now, or at its turn. */
static void
go_on(struct connection *c)
{
    if (!is_reading(c)) {
        if (!turns_take(&c->front->turns, &c->turn)) {
            turn_wait(&c->front->turns, &c->turn);
            return;
        }
        if (c->state == CONNECTION_HANDSHAKE)
            shake_hands(c);
        else if (c->state == CONNECTION_WRITING)
            write_on(c);
        else if (c->state == CONNECTION_LINGERING && !transport_drain(&c->transport))
            close_connection(c);
    }
    if (is_reading(c)) {
        c->may_read = true;
        run(c);
    }
}

static void
turn_came(struct turn *t)
{
    struct connection *c = LIST_ITEM(t, struct connection, turn);
    go_on(c);
    settle(c);
    reap(c);
}

static void
ready(struct loop_fd *watch, unsigned what)
{
    struct connection *c = LIST_ITEM(watch, struct connection, watch);

    switch ((enum connection_state)c->state) {
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
        if (c->out.len > 0)
            (void)flush(c);
        if (c->state != CONNECTION_CLOSED && (what & LOOP_HANGUP) != 0)
            peer_is_done(c);
        else if (c->state != CONNECTION_CLOSED && ((what & LOOP_READ) != 0 || c->crossed_read))
            look_ahead(c);
        break;
    case CONNECTION_CLOSED:
        break;
    }
    settle(c);
    reap(c);
}

static void
due(struct loop_timer *t)
{
    struct connection *c = LIST_ITEM(t, struct connection, timer);

    if (c->deadline == NEVER)
        return;
    if (c->deadline > loop_now(c->front->loop)) {
        loop_timer_set(c->front->loop, t, c->deadline);
        return;
    }
    if (turn_is_waiting(&c->turn) &&
        c->state != CONNECTION_LINGERING) { /* what it sent in time may already have arrived */
        loop_timer_set(c->front->loop, t, loop_now(c->front->loop) + LOOK_AGAIN);
        return;
    }
    if (c->phase == CONNECTION_PHASE_HEAD || c->phase == CONNECTION_PHASE_BODY) {
        refuse(c, 408, 0, c->phase == CONNECTION_PHASE_HEAD ? "slow-head" : "slow-body");
        run(c);
    } else {
        close_connection(c);
    }
    settle(c);
    reap(c);
}

void
connection_set_parked(struct connection *c, bool is_parked)
{
    move(c, is_parked ? CONNECTION_PARKED : CONNECTION_CALLING);
    if (is_parked && c->peer_is_done)
        close_connection(c);
    settle(c);
    reap(c);
}

void
connection_resume(struct connection *c)
{
    move(c, CONNECTION_READING);
    c->is_last = !c->to.keep_alive;
    c->is_restarted = true;
    run(c);
    settle(c);
    reap(c);
}

void
connection_drain(struct connection *c)
{
    if (c->phase != CONNECTION_PHASE_IDLE)
        return;
    c->is_restarted = true; /* with the deadline of a drain */
    turn_wait(&c->front->turns, &c->turn);
    settle(c);
}

void
connection_end(struct connection *c)
{
    close_connection(c);
    reap(c);
}

void
connection_new(struct front *f, int fd, const struct inet_addr *peer, struct throttle_source *source)
{
    struct connection *c = calloc(1, sizeof *c);
    if (c == NULL)
        err_no_memory();
    c->front = f;
    c->opened_at = loop_now(f->loop);
    c->peer = *peer;
    c->source = source;
    c->transport.fd = fd;
    c->watch.fd = -1;
    http_parser_init(&c->parser, &f->limits);
    buf_init(&c->in, http_parser_room(&f->limits));
    buf_init(&c->out, FRONT_ANSWER_MAX);
    loop_timer_init(&c->timer, due);
    turn_init(&c->turn, &source->turns, turn_came);
    list_add_last(&f->connections, &c->node);
    f->n_connections++;
    c->state = f->tls != NULL ? CONNECTION_HANDSHAKE : CONNECTION_READING;
    if (f->tls != NULL)
        c->transport.tls = tls_conn_new(f->tls, fd);
    if ((f->tls != NULL && c->transport.tls == NULL) ||
        loop_fd_add(f->loop, &c->watch, fd, LOOP_READ, ready) != ERR_NONE)
        close_connection(c);
    settle(c);
    reap(c);
}
