/* SPDX-License-Identifier: Apache-2.0 */
/* tls: TLS 1.2 and 1.3 for the front's connections, by OpenSSL 3. The only files in the program that handle
 * TLS keys.
 *
 * A context is one or more certificate chains with their keys, ready to serve; a connection is one
 * non-blocking socket. The name that a client sends chooses among the certificates, and decides nothing else;
 * of certificates for one name with different types of keys, the handshake uses one that the client can
 * verify. A client that sends no name, or an unknown one, gets the first certificate.
 * To reload certificates, make a new context, use it for new connections, and free the old one:
 * connections keep what they need of it. Only AEAD suites with ECDHE; no renegotiation, no compression, no
 * early data; ALPN: only http/1.1. It opens no file. The process must ignore SIGPIPE.
 *
 * A session is resumed (by a ticket) only under the name that it began with, with the same choice among the
 * same certificates, and not beyond the end of their validity. */
#ifndef COUNTERSIGN_HTTP_TLS_H
#define COUNTERSIGN_HTTP_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

struct tls_context; /* heap */
struct tls_tickets; /* base/tickets.h */
struct tls_conn;    /* heap */

enum tls_result {
    TLS_OK,
    TLS_WANT_READ,  /* call again when the socket is readable */
    TLS_WANT_WRITE, /* call again when the socket is writable */
    TLS_CLOSED,     /* the peer closed the connection, with or without close_notify */
    TLS_FAILED,     /* see tls_error_text; only tls_conn_free is allowed afterwards */
};

enum { TLS_CERTIFICATES_MAX = 32, TLS_LABEL_MAX = 128 };

/* For the operator: printable, without double quotes. */
struct tls_certificate {
    char name[TLS_LABEL_MAX]; /* as given to tls_context_add */
    char names[256];          /* "a.example, *.b.example and 3 more" */
    char issuer[96];
    char key[32];                  /* "ECDSA 256" */
    int64_t not_before, not_after; /* clock_wall's time */
};

/* An empty context; then each certificate, the one for unknown names first; then tls_context_end. ERR_CRYPTO:
 * OpenSSL fails. */
enum errcode tls_context_begin(struct cx *cx, struct tls_context **out) MUST_CHECK;
/* The chain (leaf first) and the unencrypted private key, both PEM. `name` is for the operator. For a host
 * that two certificates with the same type of key are for, the first one is used. ERR_CONFIG with a detail
 * for the operator when one cannot be parsed, when the key does not belong to the certificate, or when it is
 * too weak for OpenSSL's level 2; ERR_LIMIT: too many certificates or names. The context can then only be
 * freed, or given further certificates to find their errors. The detail never contains any part of the key.
 * The caller wipes its own copy of the key. */
enum errcode tls_context_add(struct cx *cx, struct tls_context *ctx, const char *name, struct str cert_pem,
                             struct str key_pem) MUST_CHECK;
/* The same from two open files, read from their start (at most 1 MiB each; ERR_LIMIT, ERR_IO). They stay
 * open and are the caller's. The key's bytes are wiped after use. */
enum errcode tls_context_add_fds(struct cx *cx, struct tls_context *ctx, const char *name, int cert_fd,
                                 int key_fd) MUST_CHECK;
enum errcode tls_context_end(struct cx *cx, struct tls_context *ctx) MUST_CHECK;
/* All of it for a single certificate. */
enum errcode
tls_context_new(struct cx *cx, struct str cert_pem, struct str key_pem, struct tls_context **out) MUST_CHECK;
/* Before the first connection: its tickets are sealed with these keys, which must outlive all contexts and
 * connections that use them, and may be changed in place. Otherwise with a key that ends with the context. */
void tls_context_use_tickets(struct tls_context *ctx, const struct tls_tickets *tickets);
void tls_context_free(struct tls_context **ctx);

size_t tls_context_count(const struct tls_context *ctx);
/* Valid as long as the context. */
const struct tls_certificate *tls_context_certificate(const struct tls_context *ctx, size_t i);
/* Whether a certificate that this host would get is valid for it: a name (RFC 9525) or an address. */
bool tls_context_is_for(const struct tls_context *ctx, const char *host);

/* fd is connected, non-blocking, and stays the caller's (closed after tls_conn_free). NULL only if OpenSSL
 * fails: out of memory. */
struct tls_conn *tls_conn_new(struct tls_context *ctx, int fd);
/* Sends nothing to the peer. NULL is allowed. */
void tls_conn_free(struct tls_conn **c);

/* TLS_OK: done, reading and writing may start. */
enum tls_result tls_handshake(struct tls_conn *c) MUST_CHECK;
/* TLS_OK: 1 to n bytes were read, *n_out of them. Call until the result is not TLS_OK (or check
 * tls_has_pending): bytes that OpenSSL has already buffered do not make the socket readable. May want to
 * write. */
enum tls_result tls_read(struct tls_conn *c, void *out, size_t n, size_t *n_out) MUST_CHECK;
/* TLS_OK: *n_out bytes of n (> 0) were sent, perhaps fewer than n. After a TLS_WANT_ result call again
 * with at least the same bytes, at any address. */
enum tls_result tls_write(struct tls_conn *c, const void *bytes, size_t n, size_t *n_out) MUST_CHECK;
/* Sends close_notify. TLS_OK: sent; the peer's is not awaited. After TLS_FAILED, or before the handshake
 * is done: TLS_OK, and nothing is sent. */
enum tls_result tls_shutdown(struct tls_conn *c) MUST_CHECK;

bool tls_has_pending(const struct tls_conn *c);
/* The reason of TLS_FAILED: one line for the log, no control characters. Empty before. Valid until
 * tls_conn_free. */
const char *tls_error_text(const struct tls_conn *c);
/* "TLSv1.3", a constant. */
const char *tls_version(const struct tls_conn *c);

#endif
