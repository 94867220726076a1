/* SPDX-License-Identifier: Apache-2.0 */
/* front: everything between client sockets and worker channels, as one object on one event loop:
 * connections, TLS, HTTP, routes, SOAP and JSON, the queue for workers, the watch list.
 *
 * Not here: starting processes, opening sockets and files, the control channel and confinement (src/proc does
 * all of this and passes descriptors in), the domain and the database (the worker's). It opens no descriptor
 * of its own except through accept(2), and needs no file system (that of front_set_redirect reads one
 * folder).
 *
 *     f = front_new(loop, &config);
 *     front_add_certificate(cx, f, &certificate);     each, for TLS; before the first listener
 *     front_add_listener(f, fd);                      each address
 *     front_set_worker(f, slot, fast_only, fd);       each worker; again after a restart
 *     loop_run(loop)
 *     front_drain(f, clock_mono() + config.server_drain_time, drained, arg);
 *     front_free(&f);
 *
 * The process must ignore SIGPIPE (OpenSSL uses write(2)). Where a function "takes" a descriptor, the front
 * closes it, even when the call fails. */
#ifndef COUNTERSIGN_FRONT_FRONT_H
#define COUNTERSIGN_FRONT_FRONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/loop.h"
#include "config/config.h"
#include "metrics/metrics_read.h"

struct front; /* heap */
struct tls_tickets;

/* Most workers of one front; slots are smaller than this. */
enum { FRONT_WORKERS_MAX = 256 };

/* config and loop must outlive the front. START settings are read here, LIVE ones here and in
 * front_reload. */
struct front *front_new(struct loop *l, const struct config *config);
/* Closes whatever is still open. */
void front_free(struct front **f);

/* This server is a sandbox: every answer says so, and /sandbox exists. Before the first listener. */
void front_set_sandbox(struct front *f);

/* The counters of all processes: for /readyz and, in the watch, for /metrics. */
void front_set_metrics(struct front *f, const struct metrics_view *view);
/* This front serves /metrics, /healthz and /readyz, and nothing else, to local monitoring; what it does
 * itself is not counted. Before the first listener. */
void front_set_watch(struct front *f);
/* This front serves what redirect.h says, and nothing else, within a budget of its own. challenges: the
 * folder of the answers to certificate authorities, which the front takes; -1: none. Before the first
 * listener. */
void front_set_redirect(struct front *f, int challenges);

enum front_listener_trait {
    FRONT_LISTENER_PROXY = 1, /* connections begin with a header of the PROXY protocol (proxy_header.h) */
    FRONT_LISTENER_UNIX = 2,  /* a socket of the file system, for proxies; never with TLS */
};

/* Takes a listening stream socket, makes it non-blocking, and accepts on it from now on. Speaks TLS if
 * front_add_certificate was called, otherwise plain HTTP. traits: bits of the enum. ERR_SYSTEM. */
enum errcode front_add_listener(struct cx *cx, struct front *f, int fd, unsigned traits) MUST_CHECK;

/* One of the certificates that are to be used: chain and key, PEM; the descriptors stay the caller's. */
struct front_certificate {
    bool is_first, is_last;
    const char *name; /* for the operator, such as "tls.certificate" */
    int cert_fd, key_fd;
};
/* From the first to the last; the last one puts them into use, for new connections, in place of those before.
 * On an error (see http/tls.h) those before stay in use, and the set in hand will not be. */
enum errcode
front_add_certificate(struct cx *cx, struct front *f, const struct front_certificate *c) MUST_CHECK;

/* The keys of session tickets, shared by all fronts, from now on; a copy. Before the first certificate, and
 * whenever they change. Without a call the tickets of a set of certificates end with it. */
void front_set_tickets(struct front *f, const struct tls_tickets *tickets);

/* What the operator should know about the certificate, one sentence per line (front/certificate.h). */
void front_describe_certificate(const struct front *f, struct buf *lines);
/* What is in use, the same way. */
void front_list_certificates(const struct front *f, struct buf *lines);
/* Logs the certificates and the same now, whenever others are set, and as expiry approaches. For one front of
 * a server. */
void front_watch_certificate(struct front *f);

/* Takes this front's channel to the worker in `slot` (contract/call.h defines its protocol). A previous
 * worker in that slot is dropped, and its open call is answered with UnknownError. fast_only: the worker
 * gets no calls of CT_LANE_SLOW. The front notices the death of a worker by itself (end of file) and waits
 * for the replacement. ERR_SYSTEM. */
enum errcode
front_set_worker(struct cx *cx, struct front *f, unsigned slot, bool fast_only, int fd) MUST_CHECK;

/* The first slot at or after *slot whose worker was lost and not yet replaced; false: none. */
bool front_find_lost(const struct front *f, unsigned *slot);

/* The LIVE settings of the config given to front_new have changed in place (config_take_live). Nothing is
 * closed; the new limits hold from the next event on. */
void front_reload(struct front *f);

/* Closes the listeners and idle connections and answers what is in flight (held checks at once); each
 * answer closes its connection. Calls done(arg) once, from the loop, when the last connection is gone, or
 * at `deadline` (clock_mono), which closes the rest. `done` may call loop_stop, but not front_free. */
void front_drain(struct front *f, int64_t deadline, void (*done)(void *arg), void *arg);

/* For the log and for tests. */
struct front_counts {
    size_t connections; /* open now */
    size_t parked;      /* including held checks */
    size_t watched;     /* entries of the watch list */
    size_t queued;      /* calls queued for a worker */
    size_t workers;     /* alive */
    size_t bodies;      /* bytes of large bodies, and of the calls built from them */
    uint64_t accepted, refused, requests, calls, watch_hits;
};
void front_counts(const struct front *f, struct front_counts *out);

#endif
