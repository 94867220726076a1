/* SPDX-License-Identifier: Apache-2.0 */
/* listen: see listen.h. */
#include "front/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/inet.h"
#include "front/connection.h"
#include "front/crowd.h"
#include "front/mark.h"
#include "front/parts.h"
#include "front/peer.h"
#include "log/log.h"
#include "metrics/metrics.h"

enum {
    BATCH = 16,         /* accepted in a row before other events get their turn */
    LOOK = 256,         /* connections examined to find one to close */
    WAITING_MOST = 4096 /* accepted at the end: the kernel's backlog (proc/listeners.c) */
};

#define PAUSE (100 * CLOCK_MS) /* when the system is out of descriptors or memory */

struct listener {
    struct loop_fd watch;
    struct loop_timer pause;
    struct list node;
    struct front *front;
    unsigned traits;
};

/* Turns a client away because the server is full. It gets an answer where that needs no handshake and no
 * header of a proxy first. */
static void
turn_away(struct front *f, int fd, const struct forwarded_peer *from, bool has_preface)
{
    enum { STATUS = 503 };
    f->refused++;
    if (has_preface) {
        (void)close(fd);
        return;
    }
    struct peer p = {.front = f, .from = *from};
    mark_refuse(&p);
    buf_init(&p.out, 4096);
    http_reply_refusal(
        &p.out, date_now(&f->date, f->loop),
        &(struct http_refusal){.status = STATUS, .retry_after = 1, .request_id = mark_id(&p.mark)});
    struct str bytes = buf_view(&p.out);
    (void)send(fd, bytes.p, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT);
    buf_clear(&p.out);
    mark_log(&p, STATUS, 0);
    mark_end();
    away_keep(&f->away, fd);
}

static bool
waits_for_a_worker(const struct connection *c)
{
    return c->state == CONNECTION_CALLING || c->state == CONNECTION_PARKED;
}

/* Closes the longest idle connection, preferably of a source with many. False: each one examined waits for
 * a worker. */
static bool
give_way(struct front *f)
{
    struct connection *found = NULL;
    size_t looked = 0, most = 0;

    LIST_EACH (it, next, &f->connections) {
        struct connection *c = LIST_ITEM(it, struct connection, node);
        if (looked++ >= LOOK)
            break;
        size_t n = peer_is_proxy(&c->peer) ? 1 : c->source->connections;
        if (!waits_for_a_worker(c) && n > most) {
            found = c;
            most = n;
        }
    }
    if (found != NULL)
        connection_end(found);
    return found != NULL;
}

static bool
has_room(struct front *f)
{
    if (f->n_connections < f->connections_most)
        return true;
    bool has_given_way = give_way(f);
    f->gave_way += has_given_way;
    return has_given_way;
}

static void
admit(struct listener *l, int fd, const struct forwarded_peer *from)
{
    struct front *f = l->front;
    bool is_proxy = from->is_unix || forwarded_is_proxy(&f->proxies, &from->address);
    bool expects_proxy = (l->traits & FRONT_LISTENER_PROXY) != 0;
    bool was_full = f->n_connections >= f->connections_most;
    struct throttle_source *source = crowd_count(f, &from->address, is_proxy);
    int on = 1;

    if (source != NULL && was_full)
        metrics_count(METRIC_THROTTLED, METRICS_CAUSE_CONNECTIONS);
    if (source != NULL && !has_room(f)) {
        throttle_disconnect(&f->throttle, source);
        source = NULL;
        f->turned_away++;
    }
    if (was_full)
        crowd_warn(f);
    if (source == NULL) {
        turn_away(f, fd, from, from->is_tls || expects_proxy);
        return;
    }
    if (!from->is_unix)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    f->accepted++;
    if (!f->is_aside)
        metrics_count(METRIC_ACCEPTED, 0);
    connection_new(f, fd, &(struct connection_start){*from, source, expects_proxy});
}

/* False: neither an address nor the socket's. */
static bool
read_peer(const struct listener *l, const struct sockaddr_storage *sa, struct forwarded_peer *out)
{
    struct inet_endpoint at = {.port = 0};

    *out = (struct forwarded_peer){.is_unix = (l->traits & FRONT_LISTENER_UNIX) != 0};
    out->is_tls = l->front->tls != NULL && !out->is_unix;
    if (out->is_unix)
        return true;
    if (inet_from_sockaddr(sa, &at) != ERR_NONE)
        return false;
    out->address = at.addr;
    return true;
}

/* Accepts one pending connection. 0: done; otherwise the errno of accept4. */
static int
take_one(struct listener *l)
{
    struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
    socklen_t n = sizeof from;
    int fd = accept4(l->watch.fd, (struct sockaddr *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return errno;
    struct forwarded_peer peer;
    if (read_peer(l, &from, &peer))
        admit(l, fd, &peer);
    else
        (void)close(fd);
    return 0;
}

static void
ready(struct loop_fd *watch, unsigned what)
{
    struct listener *l = LIST_ITEM(watch, struct listener, watch);
    struct front *f = l->front;
    int why = 0;

    (void)what;
    for (unsigned i = 0; i < BATCH && why == 0; i++)
        why = take_one(l);
    if (why == 0 || why == EAGAIN || why == EINTR || why == ECONNABORTED)
        return;
    log_event(LOG_LISTENER_PAUSED, "errno=%d", why);
    loop_fd_want(f->loop, watch, 0);
    loop_timer_set(f->loop, &l->pause, loop_now(f->loop) + PAUSE);
}

static void
go_on(struct loop_timer *t)
{
    struct listener *l = LIST_ITEM(t, struct listener, pause);
    loop_fd_want(l->front->loop, &l->watch, LOOP_READ);
}

enum errcode
listen_add(struct cx *cx, struct front *f, int fd, unsigned traits)
{
    struct listener *l = calloc(1, sizeof *l);
    if (l == NULL)
        err_no_memory();
    l->front = f;
    l->traits = traits;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
        loop_fd_add(f->loop, &l->watch, fd, LOOP_READ, ready) != ERR_NONE) {
        int why = errno;
        (void)close(fd);
        free(l);
        return err_set(cx, ERR_SYSTEM, "a listening socket cannot be watched: %s", strerror(why));
    }
    loop_timer_init(&l->pause, go_on);
    list_add_last(&f->listeners, &l->node);
    return ERR_NONE;
}

void
listen_drain(struct front *f)
{
    LIST_EACH (it, next, &f->listeners) {
        struct listener *l = LIST_ITEM(it, struct listener, node);
        int why = 0;
        for (unsigned i = 0; i < WAITING_MOST && (why == 0 || why == EINTR || why == ECONNABORTED); i++)
            why = take_one(l);
        if (why != 0 && why != EAGAIN)
            log_event(LOG_LISTENER_CUT, "errno=%d", why);
    }
    listen_end(f);
}

void
listen_end(struct front *f)
{
    LIST_EACH (it, next, &f->listeners) {
        struct listener *l = LIST_ITEM(it, struct listener, node);
        int fd = l->watch.fd;
        loop_fd_remove(f->loop, &l->watch);
        loop_timer_stop(f->loop, &l->pause);
        (void)close(fd);
        list_remove(it);
        free(l);
    }
}
