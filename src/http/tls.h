/* tls: TLS 1.2 and 1.3 for the front's connections, by OpenSSL 3. The only file of the program that sees the
 * TLS key.
 *
 * A context is a certificate chain and its key, ready to serve; a connection is one non-blocking socket. To
 * reload a certificate, make a new context, use it for new connections, and free the old one: connections
 * hold what they need of it. Only AEAD suites with ECDHE; no renegotiation, no compression, no early data;
 * tickets under a key that dies with its context; ALPN: http/1.1 alone. It opens no file. The process ignores
 * SIGPIPE. */
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
    TLS_WANT_READ,  /* call again when the socket can be read */
    TLS_WANT_WRITE, /* call again when the socket can be written */
    TLS_CLOSED,     /* the peer ended the connection, with or without close_notify */
    TLS_FAILED,     /* see tls_error_text; only tls_conn_free is left */
};

/* The chain (leaf first) and the unencrypted private key, both PEM. ERR_CONFIG with a detail for the operator
 * when one cannot be read, the key is not the certificate's, or is too weak for OpenSSL's level 2; ERR_CRYPTO
 * when OpenSSL fails. The detail never holds a part of the key. The caller wipes its own copy of the key. */
enum errcode
tls_context_new(struct cx *cx, struct str cert_pem, struct str key_pem, struct tls_context **out) MUST_CHECK;
/* The same from two open files, read from their beginning (at most 1 MiB each; ERR_LIMIT, ERR_IO). They stay
 * open and are the caller's. What was read of the key is wiped. */
enum errcode tls_context_new_fds(struct cx *cx, int cert_fd, int key_fd, struct tls_context **out) MUST_CHECK;
void tls_context_free(struct tls_context **ctx);
/* When the leaf certificate ends, as clock_wall counts. */
int64_t tls_context_not_after(const struct tls_context *ctx);
/* When it begins. */
int64_t tls_context_not_before(const struct tls_context *ctx);
/* Whether it is for this host, a name (RFC 9525) or an address. */
bool tls_context_is_for(const struct tls_context *ctx, const char *host);

/* fd is connected, non-blocking, and stays the caller's (closed after tls_conn_free). NULL only if OpenSSL
 * cannot: out of memory. */
struct tls_conn *tls_conn_new(const struct tls_context *ctx, int fd);
/* Without a word to the peer. NULL is fine. */
void tls_conn_free(struct tls_conn **c);

/* TLS_OK: done, read and write may begin. */
enum tls_result tls_handshake(struct tls_conn *c) MUST_CHECK;
/* TLS_OK: 1 to n bytes came, *n_out of them. Ask until something else than TLS_OK is answered (or mind
 * tls_has_pending): bytes that OpenSSL already holds do not make the socket readable. May want to write. */
enum tls_result tls_read(struct tls_conn *c, void *out, size_t n, size_t *n_out) MUST_CHECK;
/* TLS_OK: *n_out bytes of n (> 0) are on their way, perhaps fewer than n. After a TLS_WANT_ call again with
 * at least the same bytes, at any address. */
enum tls_result tls_write(struct tls_conn *c, const void *bytes, size_t n, size_t *n_out) MUST_CHECK;
/* Sends close_notify. TLS_OK: sent; the peer's is not waited for. Not after TLS_FAILED or before the
 * handshake is done: TLS_OK then, and nothing is sent. */
enum tls_result tls_shutdown(struct tls_conn *c) MUST_CHECK;

bool tls_has_pending(const struct tls_conn *c);
/* Why TLS_FAILED: one line for the log, no control characters. "" before. Valid until tls_conn_free. */
const char *tls_error_text(const struct tls_conn *c);
/* "TLSv1.3", a constant. */
const char *tls_version(const struct tls_conn *c);

#endif
