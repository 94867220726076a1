/* SPDX-License-Identifier: Apache-2.0 */
/* connection_wait: see connection_wait.h. */
#include "front/connection_wait.h"

#include "front/connection_bytes.h"
#include "front/parts.h"

#define LINGER_TIME (2 * CLOCK_S)

static enum connection_phase
phase(const struct connection *c)
{
    if (c->state == CONNECTION_PREFACE || c->state == CONNECTION_HANDSHAKE)
        return CONNECTION_PHASE_HANDSHAKE;
    if (c->state == CONNECTION_LINGERING)
        return CONNECTION_PHASE_LINGER;
    if (c->peer.out.len > 0)
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
    return c->opened_at + c->peer.front->config->limits_header_time;
}

static int64_t
patience(const struct connection *c)
{
    const struct config *config = c->peer.front->config;
    switch ((enum connection_phase)c->phase) {
    case CONNECTION_PHASE_HANDSHAKE:
    case CONNECTION_PHASE_HEAD:
        return config->limits_header_time;
    case CONNECTION_PHASE_IDLE:
        return c->peer.front->drain.is_on ? first_by(c) - loop_now(c->peer.front->loop)
                                          : config->limits_idle_time;
    case CONNECTION_PHASE_BODY:
        return config->limits_body_time;
    case CONNECTION_PHASE_WRITE:
        return config->limits_write_time;
    case CONNECTION_PHASE_LINGER:
        return LINGER_TIME;
    case CONNECTION_PHASE_NONE:
        break;
    }
    return CONNECTION_NEVER;
}

static unsigned
wanted(const struct connection *c)
{
    unsigned want = 0;

    if (c->state == CONNECTION_CALLING || c->state == CONNECTION_PARKED)
        want = c->peer.is_done ? 0 : c->in.len >= CONNECTION_AHEAD ? LOOP_HANGUP : LOOP_READ;
    else if (c->state != CONNECTION_WRITING && !turn_is_waiting(&c->turn))
        want = LOOP_READ;
    if (want != 0 && c->crossed_read)
        want = LOOP_WRITE;
    if (c->peer.out.len > 0 && !turn_is_waiting(&c->turn))
        want |= c->crossed_write ? LOOP_READ : LOOP_WRITE;
    return want;
}

/* While draining: no further request is expected. A connection in line for its turn may have sent one. */
static bool
may_go(const struct connection *c)
{
    bool is_new = !c->has_asked && loop_now(c->peer.front->loop) < first_by(c);
    return c->phase == CONNECTION_PHASE_IDLE && !is_new && !turn_is_waiting(&c->turn);
}

void
connection_settle(struct connection *c)
{
    if (c->state == CONNECTION_CLOSED)
        return;
    enum connection_phase now = phase(c);
    if (now != c->phase || c->is_restarted) {
        c->phase = (uint8_t)now;
        c->is_restarted = false;
        list_remove(&c->node);
        list_add_last(&c->peer.front->connections, &c->node);
        int64_t time = patience(c);
        c->deadline = time == CONNECTION_NEVER ? CONNECTION_NEVER : loop_now(c->peer.front->loop) + time;
        if (!c->has_spoken && c->state != CONNECTION_LINGERING) /* the first head is due counting from
                                                                 * accept */
            c->deadline = first_by(c);
        if (time != CONNECTION_NEVER && (c->timer.at == 0 || c->timer.at > c->deadline))
            loop_timer_set(c->peer.front->loop, &c->timer, c->deadline);
    }
    if (c->peer.front->drain.is_on && may_go(c)) {
        connection_close(c);
        return;
    }
    connection_give_buffers(c);
    connection_count_body(c);
    loop_fd_want(c->peer.front->loop, &c->watch, wanted(c));
}
