/* SPDX-License-Identifier: Apache-2.0 */
/* tls: TLS 1.2 and 1.3 for the front's connections, by OpenSSL 3. The only file in the program that handles
 * the TLS key.
 *
 * A context is a certificate chain and its key, ready to serve; a connection is one non-blocking socket.
 * To reload a certificate, make a new context, use it for new connections, and free the old one:
 * connections keep what they need of it. Only AEAD suites with ECDHE; no renegotiation, no compression, no
 * early data; session tickets under a key that ends with its context; ALPN: only http/1.1. It opens no
 * file. The process must ignore SIGPIPE. */
#ifndef COUNTERSIGN_HTTP_TLS_H
#define COUNTERSIGN_HTTP_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

struct tls_context; /* heap */
struct tls_conn;    /* heap */

enum tls_result {
    TLS_OK,
    TLS_WANT_READ,  /* call again when the socket is readable */
    TLS_WANT_WRITE, /* call again when the socket is writable */
    TLS_CLOSED,     /* the peer closed the connection, with or without close_notify */
    TLS_FAILED,     /* see tls_error_text; only tls_conn_free is allowed afterwards */
};

/* The chain (leaf first) and the unencrypted private key, both PEM. ERR_CONFIG with a detail for the
 * operator when one cannot be parsed, when the key does not belong to the certificate, or when it is too
 * weak for OpenSSL's level 2; ERR_CRYPTO when OpenSSL fails. The detail never contains any part of the
 * key. The caller wipes its own copy of the key. */
enum errcode
tls_context_new(struct cx *cx, struct str cert_pem, struct str key_pem, struct tls_context **out) MUST_CHECK;
/* The same from two open files, read from their start (at most 1 MiB each; ERR_LIMIT, ERR_IO). They stay
 * open and are the caller's. The key's bytes are wiped after use. */
enum errcode tls_context_new_fds(struct cx *cx, int cert_fd, int key_fd, struct tls_context **out) MUST_CHECK;
void tls_context_free(struct tls_context **ctx);
/* When the leaf certificate expires, in clock_wall's time. */
int64_t tls_context_not_after(const struct tls_context *ctx);
/* When it becomes valid. */
int64_t tls_context_not_before(const struct tls_context *ctx);
/* Whether it is valid for this host: a name (RFC 9525) or an address. */
bool tls_context_is_for(const struct tls_context *ctx, const char *host);

/* fd is connected, non-blocking, and stays the caller's (closed after tls_conn_free). NULL only if OpenSSL
 * fails: out of memory. */
struct tls_conn *tls_conn_new(const struct tls_context *ctx, int fd);
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
