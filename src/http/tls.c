/* SPDX-License-Identifier: Apache-2.0 */
/* tls: OpenSSL, behind the few functions of tls.h. */
#include "http/tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/secret.h"

enum { FILE_SIZE_MAX = 1024 * 1024, CHAIN_MAX = 16, REASON_MAX = 160 };

struct tls_context {
    SSL_CTX *ssl;
    int64_t not_before, not_after;
};

struct tls_conn {
    SSL *ssl;
    bool has_failed;
    char reason[REASON_MAX];
};

/* The first message in OpenSSL's error queue, as one line; the queue is emptied. */
static void
take_reason(char *out, size_t n)
{
    unsigned long code = ERR_peek_error();
    const char *text = code != 0 ? ERR_reason_error_string(code) : NULL;

    (void)snprintf(out, n, "%s", text != NULL ? text : "no reason given");
    ERR_clear_error();
}

static enum errcode
fail(struct cx *cx, enum errcode code, const char *what)
{
    char reason[REASON_MAX];

    take_reason(reason, sizeof reason);
    return err_set(cx, code, "%s: %s", what, reason);
}

/* No passphrase prompt for keys: there is no terminal to answer it. */
static int
no_passphrase(char *out, int size, int is_write, void *arg)
{
    (void)out;
    (void)size;
    (void)is_write;
    (void)arg;
    return -1;
}

/* RFC 7301: a client that lists protocols must list ours. */
static int
choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_n, const unsigned char *in,
                unsigned in_n, void *arg)
{
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *chosen;

    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&chosen, out_n, ours, sizeof ours - 1, in, in_n) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static enum errcode
set_rules(struct cx *cx, SSL_CTX *ssl)
{
    static const unsigned char name[] = "countersign";
    /* Groups whose server side is cheap; finite fields would cost the server a hundred times as much. */
    int groups[] = {NID_X25519, NID_X9_62_prime256v1, NID_secp384r1};

    SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CLEANSE_PLAINTEXT |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(ssl, choose_protocol, NULL);
    SSL_CTX_set_security_level(ssl, 2);
    if (SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_max_proto_version(ssl, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(ssl, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1 ||
        SSL_CTX_set1_groups(ssl, groups, ARRAY_LEN(groups)) != 1 || SSL_CTX_set_max_early_data(ssl, 0) != 1 ||
        SSL_CTX_set_num_tickets(ssl, 1) != 1 ||
        SSL_CTX_set_session_id_context(ssl, name, sizeof name - 1) != 1)
        return fail(cx, ERR_CRYPTO, "TLS settings");
    return ERR_NONE;
}

/* PEM is ASCII (RFC 7468, section 2). OpenSSL skips a line that starts with anything else, and the chain
 * would lose a certificate. */
static enum errcode
refuse_mark(struct cx *cx, const char *what, struct str pem)
{
    static const struct str mark = STR("\xef\xbb\xbf-----BEGIN");

    if (str_find_str(pem, mark) == pem.n)
        return ERR_NONE;
    return err_set(cx, ERR_CONFIG,
                   "%s: a byte order mark (EF BB BF), which editors add, stands before -----BEGIN: save the "
                   "file without one",
                   what);
}

static BIO *
open_text(struct str pem)
{
    BIO *bio = pem.n <= FILE_SIZE_MAX ? BIO_new_mem_buf(pem.p != NULL ? pem.p : "", (int)pem.n) : NULL;

    if (bio == NULL)
        err_no_memory();
    return bio;
}

/* The rest of the chain, read from `bio`. */
static enum errcode
use_chain(struct cx *cx, SSL_CTX *ssl, BIO *bio)
{
    for (int n = 0; n < CHAIN_MAX; n++) {
        X509 *cert = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);

        if (cert == NULL) {
            bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;

            if (!is_end)
                return fail(cx, ERR_CONFIG, "certificate chain");
            ERR_clear_error();
            return ERR_NONE;
        }
        if (SSL_CTX_add0_chain_cert(ssl, cert) != 1) {
            X509_free(cert);
            return fail(cx, ERR_CONFIG, "certificate chain");
        }
    }
    return err_set(cx, ERR_CONFIG, "certificate chain: more than %d certificates", CHAIN_MAX);
}

static enum errcode
use_certificate(struct cx *cx, struct tls_context *ctx, struct str pem)
{
    BIO *bio = open_text(pem);
    X509 *leaf = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
    enum errcode err;
    struct tm begin, end;

    if (leaf == NULL || SSL_CTX_use_certificate(ctx->ssl, leaf) != 1) {
        err = fail(cx, ERR_CONFIG, "certificate");
    } else if (ASN1_TIME_to_tm(X509_get0_notBefore(leaf), &begin) != 1 ||
               ASN1_TIME_to_tm(X509_get0_notAfter(leaf), &end) != 1) {
        err = fail(cx, ERR_CONFIG, "certificate's time");
    } else {
        ctx->not_before = (int64_t)timegm(&begin) * CLOCK_S;
        ctx->not_after = (int64_t)timegm(&end) * CLOCK_S;
        err = use_chain(cx, ctx->ssl, bio);
    }
    X509_free(leaf);
    BIO_free(bio);
    return err;
}

static enum errcode
use_key(struct cx *cx, SSL_CTX *ssl, struct str pem)
{
    BIO *bio = open_text(pem);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    enum errcode err = ERR_NONE;

    if (key == NULL)
        err = fail(cx, ERR_CONFIG, "private key (PEM, without a passphrase)");
    else if (SSL_CTX_use_PrivateKey(ssl, key) != 1 || SSL_CTX_check_private_key(ssl) != 1)
        err = fail(cx, ERR_CONFIG, "private key");
    EVP_PKEY_free(key);
    BIO_free(bio);
    return err;
}

enum errcode
tls_context_new(struct cx *cx, struct str cert_pem, struct str key_pem, struct tls_context **out)
{
    struct tls_context *ctx;
    enum errcode err;

    *out = NULL;
    if (cert_pem.n > FILE_SIZE_MAX || key_pem.n > FILE_SIZE_MAX)
        return err_set(cx, ERR_LIMIT, "certificate or key: more than %d bytes", FILE_SIZE_MAX);
    err = refuse_mark(cx, "certificate", cert_pem);
    if (err == ERR_NONE)
        err = refuse_mark(cx, "private key", key_pem);
    if (err != ERR_NONE)
        return err;
    /* openssl.cnf could weaken these settings, and the front cannot read it anyway. */
    if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
        return fail(cx, ERR_CRYPTO, "OpenSSL");
    ERR_clear_error();
    ctx = calloc(1, sizeof *ctx);
    if (ctx == NULL)
        err_no_memory();
    ctx->ssl = SSL_CTX_new(TLS_server_method());
    err = ctx->ssl != NULL ? set_rules(cx, ctx->ssl) : fail(cx, ERR_CRYPTO, "OpenSSL");
    if (err == ERR_NONE)
        err = use_certificate(cx, ctx, cert_pem);
    if (err == ERR_NONE)
        err = use_key(cx, ctx->ssl, key_pem);
    if (err == ERR_NONE)
        *out = ctx;
    else
        tls_context_free(&ctx);
    return err;
}

/* Reads the whole file into p, FILE_SIZE_MAX + 1 bytes. */
static enum errcode
read_file(struct cx *cx, int fd, char *p, struct str *out)
{
    size_t n = 0;

    while (n <= FILE_SIZE_MAX) {
        ssize_t got = pread(fd, p + n, FILE_SIZE_MAX + 1 - n, (off_t)n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(cx, ERR_IO, "certificate or key: %s", strerror(errno));
        if (got == 0)
            break;
        n += (size_t)got;
    }
    *out = (struct str){p, n};
    return n <= FILE_SIZE_MAX
               ? ERR_NONE
               : err_set(cx, ERR_LIMIT, "certificate or key: more than %d bytes", FILE_SIZE_MAX);
}

enum errcode
tls_context_new_fds(struct cx *cx, int cert_fd, int key_fd, struct tls_context **out)
{
    char *room = malloc((size_t)2 * (FILE_SIZE_MAX + 1));
    struct str cert = STR_NULL, key = STR_NULL;
    enum errcode err;

    *out = NULL;
    if (room == NULL)
        err_no_memory();
    err = read_file(cx, cert_fd, room, &cert);
    if (err == ERR_NONE)
        err = read_file(cx, key_fd, room + FILE_SIZE_MAX + 1, &key);
    if (err == ERR_NONE)
        err = tls_context_new(cx, cert, key, out);
    secret_wipe(room + FILE_SIZE_MAX + 1, key.n);
    free(room);
    return err;
}

void
tls_context_free(struct tls_context **ctx)
{
    if (*ctx == NULL)
        return;
    SSL_CTX_free((*ctx)->ssl);
    free(*ctx);
    *ctx = NULL;
}

int64_t
tls_context_not_after(const struct tls_context *ctx)
{
    return ctx->not_after;
}

int64_t
tls_context_not_before(const struct tls_context *ctx)
{
    return ctx->not_before;
}

bool
tls_context_is_for(const struct tls_context *ctx, const char *host)
{
    X509 *leaf = SSL_CTX_get0_certificate(ctx->ssl);
    return X509_check_ip_asc(leaf, host, 0) == 1 || X509_check_host(leaf, host, 0, 0, NULL) == 1;
}

struct tls_conn *
tls_conn_new(const struct tls_context *ctx, int fd)
{
    struct tls_conn *c = calloc(1, sizeof *c);

    if (c == NULL)
        err_no_memory();
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
        take_reason(c->reason, sizeof c->reason);
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
