/* SPDX-License-Identifier: Apache-2.0 */
/* connection_bytes: see connection_bytes.h. */
#include "front/connection_bytes.h"

#include <stdlib.h>

#include "front/exchange.h"
#include "front/parts.h"
#include "metrics/metrics.h"

enum {
    READ_FIRST = 4096,    /* read size while little is buffered: most requests fit */
    READ_MORE = 64 * 1024 /* read size while a body arrives */
};

#define TO(state) (1U << CONNECTION_##state)

static const unsigned legal_moves[] = {
    [CONNECTION_PREFACE] = TO(HANDSHAKE) | TO(READING) | TO(CLOSED),
    [CONNECTION_HANDSHAKE] = TO(READING) | TO(CLOSED),
    [CONNECTION_READING] = TO(BODY) | TO(WRITING) | TO(LINGERING) | TO(CLOSED),
    [CONNECTION_BODY] = TO(READING) | TO(CALLING) | TO(PARKED) | TO(WRITING) | TO(LINGERING) | TO(CLOSED),
    [CONNECTION_CALLING] = TO(READING) | TO(PARKED) | TO(WRITING) | TO(LINGERING) | TO(CLOSED),
    [CONNECTION_PARKED] = TO(CALLING) | TO(CLOSED),
    [CONNECTION_WRITING] = TO(READING) | TO(BODY) | TO(LINGERING) | TO(CLOSED),
    [CONNECTION_LINGERING] = TO(CLOSED),
    [CONNECTION_CLOSED] = 0,
};

void
connection_move(struct connection *c, enum connection_state to)
{
    ASSERT((legal_moves[c->state] & 1U << to) != 0);
    c->state = (uint8_t)to;
}

bool
connection_is_reading(const struct connection *c)
{
    return c->state == CONNECTION_READING || c->state == CONNECTION_BODY;
}

void
connection_give_buffers(struct connection *c)
{
    if (c->in.len == 0)
        pool_give(&c->peer.front->pool, &c->in);
    if (c->peer.out.len == 0)
        pool_give(&c->peer.front->pool, &c->peer.out);
}

void
connection_count(const struct front *f)
{
    if (!f->is_aside)
        metrics_set(METRIC_CONNECTIONS, 0, (int64_t)f->n_connections);
}

void
connection_count_body(struct connection *c)
{
    size_t now = c->in.cap > POOL_BUFFER_MAX ? c->in.cap : 0;
    weight_change(&c->peer.front->bodies, c->body_memory, now);
    c->body_memory = now;
}

void
connection_close(struct connection *c)
{
    struct front *f = c->peer.front;

    connection_move(c, CONNECTION_CLOSED);
    turn_leave(&c->turn);
    exchange_free(&c->peer.exchange);
    loop_fd_remove(f->loop, &c->watch);
    loop_timer_stop(f->loop, &c->timer);
    transport_close(&c->transport);
    throttle_disconnect(&f->throttle, c->source);
    buf_clear(&c->in);
    buf_clear(&c->peer.out);
    connection_count_body(c);
    list_remove(&c->node);
    f->n_connections--;
    connection_count(f);
}

void
connection_reap(struct connection *c)
{
    struct front *f = c->peer.front;
    if (c->state != CONNECTION_CLOSED)
        return;
    free(c);
    drain_look(&f->drain, f->n_connections);
}

bool
connection_flush(struct connection *c)
{
    if (buf_is_over(&c->peer.out)) {
        connection_close(c);
        return false;
    }
    while (c->peer.out.len > 0) {
        struct str bytes = buf_view(&c->peer.out);
        size_t n = 0;
        enum tls_result result = transport_write(&c->transport, bytes.p, bytes.n, &n);
        c->crossed_write = result == TLS_WANT_READ;
        if (result == TLS_CLOSED || result == TLS_FAILED)
            connection_close(c);
        if (result != TLS_OK)
            return false;
        buf_consume(&c->peer.out, n);
        c->bytes_sent += n;
    }
    return true;
}

void
connection_finish(struct connection *c)
{
    transport_end(&c->transport);
    if (c->is_cut_off || c->in.len > 0)
        connection_move(c, CONNECTION_LINGERING);
    else
        connection_close(c);
}

bool
connection_write_out(struct connection *c)
{
    if (connection_flush(c))
        return true;
    if (connection_is_reading(c)) {
        c->resume = c->state;
        turn_leave(&c->turn);
        connection_move(c, CONNECTION_WRITING);
    }
    return false;
}

enum tls_result
connection_fill(struct connection *c)
{
    return connection_fill_up_to(c, c->in.len < READ_FIRST ? READ_FIRST : READ_MORE);
}

enum tls_result
connection_fill_up_to(struct connection *c, size_t want)
{
    size_t n = 0;
    bool is_drained = true;

    pool_take(&c->peer.front->pool, &c->in);
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
        connection_count_body(c);
    }
    return result;
}
