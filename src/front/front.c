/* SPDX-License-Identifier: Apache-2.0 */
/* front: see front.h. This file only assembles the parts. A client's bytes arrive in connection.c, a
 * worker's in backend.c. */
#include "front/front.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/rand.h"
#include "base/secret.h"
#include "front/connection.h"
#include "front/listen.h"
#include "front/parts.h"
#include "front/redirect.h"
#include "log/log.h"

enum {
    WATCHED_MIN = 1024, /* entries of the watch list, independent of the number of connections */
    SCRATCH_MAX = FRAME_MAX
};

static void
woken(struct backend *b, const struct topic *topic)
{
    struct front *f = LIST_ITEM(b, struct front, backend);
    if (topic != NULL)
        park_wake(&f->park, topic);
    else
        park_wake_all(&f->park);
}

/* Held checks wait in the watch list. The queue is for new requests. */
static bool
has_room(void *arg)
{
    return backend_has_room(arg, CT_LANE_FAST);
}

/* Worker 0 follows the audit log. */
static bool
is_told(void *arg)
{
    return backend_has_worker(arg, 0);
}

static void
end_all(struct front *f)
{
    LIST_EACH (it, next, &f->connections) {
        connection_end(LIST_ITEM(it, struct connection, node));
    }
}

static void
drain_is_due(struct loop_timer *t)
{
    struct front *f = LIST_ITEM(t, struct front, drain.timer);
    if (f->n_connections > 0)
        log_event(LOG_DRAIN_LATE, "connections=%zu", f->n_connections);
    end_all(f);
    drain_end(&f->drain);
}

static void
set_hsts(struct front *f)
{
    int n = snprintf(f->hsts_text, sizeof f->hsts_text, "max-age=%" PRId64, f->config->server_hsts / CLOCK_S);
    ASSERT(n > 0 && (size_t)n < sizeof f->hsts_text);
    f->hsts = f->config->server_hsts == 0 ? STR_NULL : (struct str){f->hsts_text, (size_t)n};
}

struct front *
front_new(struct loop *l, const struct config *config)
{
    struct front *f = calloc(1, sizeof *f);
    if (f == NULL)
        err_no_memory();
    f->loop = l;
    f->config = config;
    f->challenges = -1;
    f->connections_most = (size_t)config->limits_connections;
    f->limits = (struct http_limits){.line = (uint32_t)config->limits_header_size,
                                     .head = (uint32_t)config->limits_header_size,
                                     .body = SOAP_BODY_MAX};
    rand_bytes(&f->mark_first, sizeof f->mark_first);
    arena_init(&f->arena);
    buf_init(&f->scratch, SCRATCH_MAX);
    buf_init(&f->body, FRONT_RESPONSE_MAX);
    ct_wsdl_init(&f->wsdl);
    f->soap = soap_reader_new();
    list_init(&f->connections);
    list_init(&f->listeners);
    drain_init(&f->drain, l, drain_is_due);
    struct backend_settings backend = {.queue = (size_t)config->limits_queue,
                                       .queue_per_source = (size_t)config->limits_queue_per_source,
                                       .call_time = config->limits_call_time,
                                       .slots = FRONT_WORKERS_MAX,
                                       .arena = &f->arena,
                                       .woken = woken};
    backend_init(&f->backend, l, &backend);
    size_t watched = 2 * (size_t)config->limits_connections;
    const struct park_needs needs = {.has_room = has_room, .is_told = is_told, .arg = &f->backend};
    park_init(&f->park, l, watched > WATCHED_MIN ? watched : WATCHED_MIN, &needs);
    throttle_init(&f->throttle);
    turns_init(&f->turns, l, 0);
    turns_init(&f->bulk, l, TURN_BULK_PACE);
    away_init(&f->away, l);
    weight_init(&f->bodies, l);
    forwarded_init(&f->proxies);
    forwarded_set(&f->proxies, &config->server_trusted_proxies, config->server_public_url);
    set_hsts(f);
    return f;
}

void
front_free(struct front **at)
{
    struct front *f = *at;
    if (f == NULL)
        return;
    drain_clear(&f->drain);
    listen_end(f);
    end_all(f);
    turns_clear(&f->turns);
    turns_clear(&f->bulk);
    away_clear(&f->away);
    weight_clear(&f->bodies);
    loop_timer_stop(f->loop, &f->certificate.look);
    park_clear(&f->park);
    backend_clear(&f->backend);
    throttle_clear(&f->throttle);
    forwarded_clear(&f->proxies);
    tls_context_free(&f->tls);
    tls_context_free(&f->next_tls);
    secret_wipe(&f->tickets, sizeof f->tickets);
    soap_reader_free(&f->soap);
    ct_wsdl_clear(&f->wsdl);
    pool_clear(&f->pool);
    buf_clear(&f->scratch);
    buf_clear(&f->body);
    arena_clear(&f->arena);
    if (f->challenges >= 0)
        (void)close(f->challenges);
    free(f);
    *at = NULL;
}

void
front_set_sandbox(struct front *f)
{
    f->is_sandbox = true;
}

void
front_set_metrics(struct front *f, const struct metrics_view *view)
{
    f->metrics = *view;
}

void
front_set_watch(struct front *f)
{
    f->is_aside = f->is_watch = true;
}

void
front_set_redirect(struct front *f, int challenges)
{
    f->is_aside = f->is_redirect = true;
    f->challenges = challenges;
    if (f->connections_most > REDIRECT_CONNECTIONS)
        f->connections_most = REDIRECT_CONNECTIONS;
}

enum errcode
front_add_listener(struct cx *cx, struct front *f, int fd, unsigned traits)
{
    return listen_add(cx, f, fd, traits);
}

enum errcode
front_add_certificate(struct cx *cx, struct front *f, const struct front_certificate *c)
{
    enum errcode err = ERR_NONE;
    if (c->is_first) {
        tls_context_free(&f->next_tls);
        err = tls_context_begin(cx, &f->next_tls);
        f->has_bad_certificate = err != ERR_NONE;
    }
    if (f->next_tls != NULL)
        err = tls_context_add_fds(cx, f->next_tls, c->name, c->cert_fd, c->key_fd);
    if (err != ERR_NONE)
        f->has_bad_certificate = true;
    if (!c->is_last || f->has_bad_certificate)
        return err;
    err = tls_context_end(cx, f->next_tls);
    if (err != ERR_NONE)
        return err;
    tls_context_free(&f->tls);
    if (f->has_tickets)
        tls_context_use_tickets(f->next_tls, &f->tickets);
    f->tls = f->next_tls;
    f->next_tls = NULL;
    certificate_count(f->tls);
    if (f->certificate.is_on)
        certificate_watch(f);
    return ERR_NONE;
}

void
front_set_tickets(struct front *f, const struct tls_tickets *tickets)
{
    f->tickets = *tickets;
    f->has_tickets = true;
}

void
front_describe_certificate(const struct front *f, struct buf *lines)
{
    if (f->tls != NULL)
        certificate_describe(f->tls, f->config->server_public_url, clock_now(), lines);
}

void
front_list_certificates(const struct front *f, struct buf *lines)
{
    if (f->tls != NULL)
        certificate_list(f->tls, clock_now(), lines);
}

void
front_watch_certificate(struct front *f)
{
    if (f->tls != NULL)
        certificate_watch(f);
}

enum errcode
front_set_worker(struct cx *cx, struct front *f, unsigned slot, bool fast_only, int fd)
{
    if (backend_set_worker(&f->backend, slot, fast_only, fd) != ERR_NONE)
        return err_set(cx, ERR_SYSTEM, "the channel of worker %u cannot be watched", slot);
    return ERR_NONE;
}

bool
front_find_lost(const struct front *f, unsigned *slot)
{
    return backend_find_lost(&f->backend, slot);
}

void
front_reload(struct front *f)
{
    forwarded_set(&f->proxies, &f->config->server_trusted_proxies, f->config->server_public_url);
    set_hsts(f);
    f->has_warned_of_proxy = f->has_warned_of_refusal = f->has_warned_of_clear = false;
    backend_set_limits(&f->backend, f->config->limits_call_time, (size_t)f->config->limits_queue_per_source);
}

/* Visits each once: draining moves a connection to the end of the list, or removes it. */
static void
drain_each(struct front *f)
{
    for (size_t n = f->n_connections; n > 0 && !list_is_empty(&f->connections); n--) {
        struct connection *c = LIST_ITEM(f->connections.next, struct connection, node);
        list_remove(&c->node);
        list_add_last(&f->connections, &c->node);
        connection_drain(c);
    }
}

void
front_drain(struct front *f, int64_t deadline, void (*done)(void *arg), void *arg)
{
    if (f->drain.is_on)
        return;
    drain_begin(&f->drain, deadline, done, arg);
    listen_drain(f);
    drain_each(f);
    park_release_all(&f->park);
    drain_look(&f->drain, f->n_connections);
}

void
front_counts(const struct front *f, struct front_counts *out)
{
    *out = (struct front_counts){.connections = f->n_connections,
                                 .parked = f->park.n_held,
                                 .watched = f->park.n,
                                 .queued = backend_queued(&f->backend),
                                 .workers = backend_alive(&f->backend),
                                 .bodies = f->bodies.held,
                                 .accepted = f->accepted,
                                 .refused = f->refused,
                                 .requests = f->requests,
                                 .calls = f->calls,
                                 .watch_hits = f->watch_hits};
}
