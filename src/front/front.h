/* front: everything between the sockets of clients and the channels of workers, as one object over one loop:
 * connections, TLS, HTTP, routes, SOAP and JSON, the queue for workers, the watch list.
 *
 * Not here: starting processes, opening sockets and files, the control channel, confinement (src/proc does
 * all of that before it hands descriptors in), the domain and the database (a worker's). It opens nothing
 * itself but what accept(2) gives, and needs no file system.
 *
 *     f = front_new(loop, &config);
 *     front_set_tls(f, cx, cert_fd, key_fd);          with TLS; before the first listener
 *     front_add_listener(f, fd);                      each address
 *     front_set_worker(f, slot, fast_only, fd);       each worker; again when one was started anew
 *     loop_run(loop)
 *     front_drain(f, clock_mono() + config.server_drain_time, drained, arg);
 *     front_free(&f);
 *
 * The process ignores SIGPIPE (OpenSSL writes with write(2)). Every descriptor given with "takes" is closed
 * by the front, also when the call fails. */
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

struct front; /* heap */

/* Most workers of one front; a slot is below it. */
enum { FRONT_WORKERS_MAX = 256 };

/* config and loop must outlive the front. START settings are read here, LIVE ones here and at front_reload.
 */
struct front *front_new(struct loop *l, const struct config *config);
/* Closes whatever is still open. */
void front_free(struct front **f);

/* This server is a sandbox: each answer says so, and /sandbox exists. Before the first listener. */
void front_set_sandbox(struct front *f);

/* Takes a listening stream socket (IPv4 or IPv6; non-blocking or not: it is made so) and accepts from
 * now on. Speaks TLS if front_set_tls was called, else plain HTTP. ERR_SYSTEM. */
enum errcode front_add_listener(struct front *f, struct cx *cx, int fd) MUST_CHECK;

/* Certificate chain and key, PEM; takes neither descriptor. For new connections; may be called again with
 * fresh files. On an error (see http/tls.h) what was there before goes on serving. */
enum errcode front_set_tls(struct front *f, struct cx *cx, int cert_fd, int key_fd) MUST_CHECK;

/* What an operator should know of the certificate that was set, one sentence a line (front/certificate.h). */
void front_describe_certificate(const struct front *f, struct buf *lines);
/* Logs the same now, whenever another certificate is set, and as its end comes near. For one front of a
 * server. */
void front_watch_certificate(struct front *f);

/* Takes this front's channel of the worker in `slot` (contract/call.h says what is spoken). A worker that was
 * there before is let go: what it owed is answered with UnknownError. fast_only: it gets no call of
 * CT_LANE_SLOW. When a worker dies the front notices by itself (end of file) and waits for its replacement.
 * ERR_SYSTEM. */
enum errcode
front_set_worker(struct front *f, struct cx *cx, unsigned slot, bool fast_only, int fd) MUST_CHECK;

/* The first slot from *slot on whose worker was lost and has not been replaced; false: there is none. */
bool front_find_lost(const struct front *f, unsigned *slot);

/* The LIVE settings of the config given to front_new have changed in place (config_take_live). Nothing is
 * closed; limits hold from the next event on. */
void front_reload(struct front *f);

/* Closes the listeners and idle connections, answers what is in flight (held checks at once), each answer
 * closing its connection. Calls done(arg) once, from the loop, when no connection is left or at `deadline`
 * (clock_mono), which closes the rest. front_free in `done` is not allowed; loop_stop is. */
void front_drain(struct front *f, int64_t deadline, void (*done)(void *arg), void *arg);

/* For the log and for tests. */
struct front_counts {
    size_t connections; /* open now */
    size_t parked;      /* held checks among them */
    size_t watched;     /* entries of the watch list */
    size_t queued;      /* calls that wait for a worker */
    size_t workers;     /* alive */
    size_t bodies;      /* bytes of large bodies, and of calls made of them */
    uint64_t accepted, refused, requests, calls, watch_hits;
};
void front_counts(const struct front *f, struct front_counts *out);

#endif
