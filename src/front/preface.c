/* SPDX-License-Identifier: Apache-2.0 */
/* preface: see preface.h. */
#include "front/preface.h"

#include "front/connection_bytes.h"
#include "front/crowd.h"
#include "front/parts.h"
#include "front/proxy_header.h"
#include "log/log.h"

void
preface_refuse(struct connection *c, const char *why)
{
    struct front *f = c->peer.front;

    peer_warn(&c->peer, why);
    log_event(LOG_REQUEST_REFUSED, "source=%.*s reason=%s", STR_ARG(peer_name(&c->peer, &f->arena)), why);
    arena_reset(&f->arena);
    f->refused++;
    connection_close(c);
}

void
preface_end(struct connection *c)
{
    struct front *f = c->peer.front;

    if (c->peer.from.is_tls)
        c->transport.tls = tls_conn_new(f->tls, c->transport.fd);
    if (c->peer.from.is_tls && c->transport.tls == NULL)
        connection_close(c);
    else
        connection_move(c, c->peer.from.is_tls ? CONNECTION_HANDSHAKE : CONNECTION_READING);
}

/* From now on it counts as the caller's: its number of connections, its turns, its requests. False: the
 * caller has too many, and it is closed. */
static bool
adopt(struct connection *c, const struct inet_addr *caller)
{
    struct front *f = c->peer.front;
    struct throttle_source *source = crowd_count(f, caller, forwarded_is_proxy(&f->proxies, caller));

    if (source == NULL) {
        f->refused++;
        connection_close(c);
        return false;
    }
    turn_leave(&c->turn);
    throttle_disconnect(&f->throttle, c->source);
    c->source = source;
    turn_move(&c->turn, &source->turns);
    c->peer.from.address = *caller;
    c->peer.from.is_unix = false;
    c->peer.from.is_relayed = true;
    return true;
}

void
preface_read(struct connection *c)
{
    struct proxy_header header;
    enum tls_result result = TLS_OK;
    enum proxy_header_result is = proxy_header_read(buf_view(&c->in), &header);

    while (is == PROXY_HEADER_MORE && result == TLS_OK) {
        result = connection_fill_up_to(c, header.n - c->in.len);
        is = proxy_header_read(buf_view(&c->in), &header);
    }
    if (is == PROXY_HEADER_REFUSED) {
        preface_refuse(c, header.why);
    } else if (is == PROXY_HEADER_DONE) {
        buf_consume(&c->in, header.n);
        if (header.is_local || adopt(c, &header.source.addr))
            preface_end(c);
    } else if (result == TLS_CLOSED || result == TLS_FAILED) {
        connection_close(c);
    }
}
