/* SPDX-License-Identifier: Apache-2.0 */
/* tls: connections, by OpenSSL, behind the few functions of tls.h. */
#include "http/tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "http/tls_parts.h"

struct tls_conn {
    struct tls_context *context; /* one use of it */
    SSL *ssl;
    bool has_failed;
    char reason[TLS_REASON_MAX];
};

struct tls_conn *
tls_conn_new(struct tls_context *ctx, int fd)
{
    struct tls_conn *c = calloc(1, sizeof *c);

    if (c == NULL)
        err_no_memory();
    c->context = ctx;
    ctx->uses++;
    c->ssl = SSL_new(ctx->ssl);
    if (c->ssl == NULL || SSL_set_fd(c->ssl, fd) != 1) {
        ERR_clear_error();
        tls_conn_free(&c);
        return NULL;
    }
    SSL_set_accept_state(c->ssl);
    return c;
}

void
tls_conn_free(struct tls_conn **c)
{
    if (*c == NULL)
        return;
    SSL_free((*c)->ssl);
    tls_context_free(&(*c)->context);
    free(*c);
    *c = NULL;
}

/* The meaning of a call that failed. */
static enum tls_result
judge(struct tls_conn *c, int result)
{
    int saved = errno;

    switch (SSL_get_error(c->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return TLS_WANT_READ;
    case SSL_ERROR_WANT_WRITE:
        return TLS_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return TLS_CLOSED;
    case SSL_ERROR_SYSCALL:
        c->has_failed = true;
        if (saved == 0 || saved == EPIPE || saved == ECONNRESET)
            return TLS_CLOSED;
        (void)snprintf(c->reason, sizeof c->reason, "%s", strerror(saved));
        return TLS_FAILED;
    default:
        c->has_failed = true;
        tls_take_reason(c->reason, sizeof c->reason);
        return TLS_FAILED;
    }
}

enum tls_result
tls_handshake(struct tls_conn *c)
{
    int result;

    errno = 0;
    ERR_clear_error();
    result = SSL_do_handshake(c->ssl);
    return result == 1 ? TLS_OK : judge(c, result);
}

enum tls_result
tls_read(struct tls_conn *c, void *out, size_t n, size_t *n_out)
{
    int result;

    *n_out = 0;
    errno = 0;
    ERR_clear_error();
    result = SSL_read_ex(c->ssl, out, n, n_out);
    return result == 1 ? TLS_OK : judge(c, result);
}

enum tls_result
tls_write(struct tls_conn *c, const void *bytes, size_t n, size_t *n_out)
{
    int result;

    ASSERT(n > 0);
    *n_out = 0;
    errno = 0;
    ERR_clear_error();
    result = SSL_write_ex(c->ssl, bytes, n, n_out);
    return result == 1 ? TLS_OK : judge(c, result);
}

enum tls_result
tls_shutdown(struct tls_conn *c)
{
    int result;

    if (c->has_failed || !SSL_is_init_finished(c->ssl))
        return TLS_OK;
    errno = 0;
    ERR_clear_error();
    result = SSL_shutdown(c->ssl);
    return result >= 0 ? TLS_OK : judge(c, result);
}

bool
tls_has_pending(const struct tls_conn *c)
{
    return SSL_pending(c->ssl) > 0;
}

const char *
tls_error_text(const struct tls_conn *c)
{
    return c->reason;
}

const char *
tls_version(const struct tls_conn *c)
{
    return SSL_get_version(c->ssl);
}
