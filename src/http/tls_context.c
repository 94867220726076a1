/* SPDX-License-Identifier: Apache-2.0 */
/* tls_context: certificates and keys, and which of them a connection uses. The choice is made twice: from the
 * bytes of the ClientHello (greet), which binds tickets to it, and when a full handshake needs the
 * certificates themselves (choose_certificates). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/secret.h"
#include "http/tls.h"
#include "http/tls_parts.h"

/* The first message in OpenSSL's error queue, as one line; the queue is emptied. */
void
tls_take_reason(char *out, size_t n)
{
    unsigned long code = ERR_peek_error();
    const char *text = code != 0 ? ERR_reason_error_string(code) : NULL;

    (void)snprintf(out, n, "%s", text != NULL ? text : "no reason given");
    ERR_clear_error();
}

enum { FILE_SIZE_MAX = 1024 * 1024, CHAIN_MAX = 16 };

static enum errcode
fail(struct cx *cx, enum errcode code, const char *what)
{
    char reason[TLS_REASON_MAX];

    tls_take_reason(reason, sizeof reason);
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
        SSL_CTX_set_num_tickets(ssl, 1) != 1)
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
use_certificate(struct cx *cx, SSL_CTX *ssl, struct str pem)
{
    BIO *bio = open_text(pem);
    X509 *leaf = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
    enum errcode err;

    if (leaf == NULL || SSL_CTX_use_certificate(ssl, leaf) != 1 || SSL_CTX_clear_chain_certs(ssl) != 1)
        err = fail(cx, ERR_CONFIG, "certificate");
    else
        err = use_chain(cx, ssl, bio);
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

/* Keeps the pair that `ssl` has just verified, for choose_certificates. */
static enum errcode
keep_pair(struct cx *cx, struct tls_context *ctx, const char *name)
{
    struct tls_pair *pair = &ctx->pairs[ctx->n];
    X509 *leaf = SSL_CTX_get0_certificate(ctx->ssl);
    EVP_PKEY *key = SSL_CTX_get0_privatekey(ctx->ssl);
    STACK_OF(X509) *chain = NULL;
    enum errcode err;

    err = tls_about_read(cx, leaf, key, &pair->about);
    if (err != ERR_NONE)
        return err;
    if (SSL_CTX_get0_chain_certs(ctx->ssl, &chain) != 1)
        return fail(cx, ERR_CRYPTO, "certificate chain");
    if (X509_up_ref(leaf) != 1 || EVP_PKEY_up_ref(key) != 1)
        err_no_memory();
    pair->leaf = leaf;
    pair->key = key;
    pair->chain = chain == NULL ? NULL : X509_chain_up_ref(chain);
    (void)snprintf(pair->about.name, sizeof pair->about.name, "%s", name);
    uint32_t rivals = 0;
    for (unsigned i = 0; i < ctx->n; i++)
        if (EVP_PKEY_get_base_id(ctx->pairs[i].key) == EVP_PKEY_get_base_id(key))
            rivals |= UINT32_C(1) << i;
    return tls_about_add_names(cx, leaf, (unsigned)ctx->n++, rivals, &ctx->names);
}

enum errcode
tls_context_begin(struct cx *cx, struct tls_context **out)
{
    enum errcode err;

    *out = NULL;
    /* openssl.cnf could weaken these settings, and the front cannot read it anyway. */
    if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
        return fail(cx, ERR_CRYPTO, "OpenSSL");
    ERR_clear_error();
    struct tls_context *ctx = calloc(1, sizeof *ctx);
    if (ctx == NULL)
        err_no_memory();
    ctx->uses = 1;
    tls_names_init(&ctx->names);
    ctx->ssl = SSL_CTX_new(TLS_server_method());
    err = ctx->ssl != NULL ? set_rules(cx, ctx->ssl) : fail(cx, ERR_CRYPTO, "OpenSSL");
    if (err == ERR_NONE)
        *out = ctx;
    else
        tls_context_free(&ctx);
    return err;
}

enum errcode
tls_context_add(struct cx *cx, struct tls_context *ctx, const char *name, struct str cert_pem,
                struct str key_pem)
{
    enum errcode err;

    if (ctx->n == TLS_CERTIFICATES_MAX)
        return err_set(cx, ERR_LIMIT, "more than %d certificates", TLS_CERTIFICATES_MAX);
    if (cert_pem.n > FILE_SIZE_MAX || key_pem.n > FILE_SIZE_MAX)
        return err_set(cx, ERR_LIMIT, "certificate or key: more than %d bytes", FILE_SIZE_MAX);
    err = refuse_mark(cx, "certificate", cert_pem);
    if (err == ERR_NONE)
        err = refuse_mark(cx, "private key", key_pem);
    if (err == ERR_NONE)
        err = use_certificate(cx, ctx->ssl, cert_pem);
    if (err == ERR_NONE)
        err = use_key(cx, ctx->ssl, key_pem);
    return err == ERR_NONE ? keep_pair(cx, ctx, name) : err;
}

/* server_name of RFC 6066, section 3: a list with one host name. Null: absent or malformed, which the rest of
 * the handshake judges. */
static struct str
sent_name(SSL *ssl)
{
    const unsigned char *at = NULL;
    size_t n = 0;

    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &at, &n) != 1 || n < 5)
        return STR_NULL;
    size_t list = (size_t)at[0] << 8 | at[1], name = (size_t)at[3] << 8 | at[4];
    if (list != n - 2 || at[2] != TLSEXT_NAMETYPE_host_name || name != list - 3)
        return STR_NULL;
    return (struct str){(const char *)at + 5, name};
}

static uint32_t
choose(const struct tls_context *ctx, struct str host)
{
    uint32_t found = str_is_null(host) ? 0 : tls_names_find(&ctx->names, host);
    return found != 0 ? found : ctx->fallback;
}

/* Before a ticket is looked at. */
static int
greet(SSL *ssl, int *alert, void *arg)
{
    const struct tls_context *ctx = arg;
    struct str host = sent_name(ssl);

    *alert = SSL_AD_INTERNAL_ERROR;
    return tls_tickets_bind(ctx, ssl, host, choose(ctx, host)) ? SSL_CLIENT_HELLO_SUCCESS
                                                               : SSL_CLIENT_HELLO_ERROR;
}

/* Of a chosen certificate and one with another type of key, OpenSSL takes the one that the client can verify.
 */
static int
choose_certificates(SSL *ssl, void *arg)
{
    const struct tls_context *ctx = arg;
    const char *host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    uint32_t chosen = choose(ctx, host == NULL ? STR_NULL : str_from_cstr(host));

    SSL_certs_clear(ssl);
    for (unsigned i = 0; i < ctx->n; i++) {
        const struct tls_pair *pair = &ctx->pairs[i];
        if ((chosen & UINT32_C(1) << i) != 0 &&
            SSL_use_cert_and_key(ssl, pair->leaf, pair->key, pair->chain, 1) != 1)
            return 0;
    }
    return 1;
}

/* Tickets of one set of certificates must not be accepted with another. */
static enum errcode
name_set(struct cx *cx, struct tls_context *ctx)
{
    unsigned char leafs[TLS_CERTIFICATES_MAX * SHA256_DIGEST_LENGTH], digest[SHA256_DIGEST_LENGTH];
    size_t at = 0;

    for (size_t i = 0; i < ctx->n; i++, at += SHA256_DIGEST_LENGTH)
        if (X509_digest(ctx->pairs[i].leaf, EVP_sha256(), leafs + at, NULL) != 1)
            return fail(cx, ERR_CRYPTO, "digest of a certificate");
    if (EVP_Digest(leafs, at, digest, NULL, EVP_sha256(), NULL) != 1)
        return fail(cx, ERR_CRYPTO, "digest of the certificates");
    memcpy(ctx->set_id, digest, sizeof ctx->set_id);
    return ERR_NONE;
}

enum errcode
tls_context_end(struct cx *cx, struct tls_context *ctx)
{
    ASSERT(ctx != NULL && ctx->n > 0);
    const char *first = tls_about_first_name(ctx->pairs[0].leaf, &cx->arena);
    enum errcode err = name_set(cx, ctx);
    tls_names_sort(&ctx->names);
    ctx->fallback = first == NULL ? 0 : tls_names_find(&ctx->names, str_from_cstr(first));
    if ((ctx->fallback & 1) == 0)
        ctx->fallback = 1;
    SSL_CTX_set_client_hello_cb(ctx->ssl, greet, ctx);
    SSL_CTX_set_cert_cb(ctx->ssl, choose_certificates, ctx);
    return err;
}

enum errcode
tls_context_new(struct cx *cx, struct str cert_pem, struct str key_pem, struct tls_context **out)
{
    enum errcode err = tls_context_begin(cx, out);
    if (err == ERR_NONE)
        err = tls_context_add(cx, *out, "tls.certificate", cert_pem, key_pem);
    if (err == ERR_NONE)
        err = tls_context_end(cx, *out);
    if (err != ERR_NONE)
        tls_context_free(out);
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
tls_context_add_fds(struct cx *cx, struct tls_context *ctx, const char *name, int cert_fd, int key_fd)
{
    char *room = malloc((size_t)2 * (FILE_SIZE_MAX + 1));
    struct str cert = STR_NULL, key = STR_NULL;
    enum errcode err;

    if (room == NULL)
        err_no_memory();
    err = read_file(cx, cert_fd, room, &cert);
    if (err == ERR_NONE)
        err = read_file(cx, key_fd, room + FILE_SIZE_MAX + 1, &key);
    if (err == ERR_NONE)
        err = tls_context_add(cx, ctx, name, cert, key);
    secret_wipe(room + FILE_SIZE_MAX + 1, key.n);
    free(room);
    return err;
}

void
tls_context_free(struct tls_context **at)
{
    struct tls_context *ctx = *at;

    *at = NULL;
    if (ctx == NULL || --ctx->uses > 0)
        return;
    for (size_t i = 0; i < ctx->n; i++) {
        X509_free(ctx->pairs[i].leaf);
        EVP_PKEY_free(ctx->pairs[i].key);
        sk_X509_pop_free(ctx->pairs[i].chain, X509_free);
    }
    tls_names_clear(&ctx->names);
    SSL_CTX_free(ctx->ssl);
    free(ctx);
}

size_t
tls_context_count(const struct tls_context *ctx)
{
    return ctx->n;
}

const struct tls_certificate *
tls_context_certificate(const struct tls_context *ctx, size_t i)
{
    ASSERT(i < ctx->n);
    return &ctx->pairs[i].about;
}

bool
tls_context_is_for(const struct tls_context *ctx, const char *host)
{
    uint32_t chosen = choose(ctx, str_from_cstr(host));

    for (unsigned i = 0; i < ctx->n; i++) {
        X509 *leaf = ctx->pairs[i].leaf;
        if ((chosen & UINT32_C(1) << i) != 0 &&
            (X509_check_ip_asc(leaf, host, 0) == 1 || X509_check_host(leaf, host, 0, 0, NULL) == 1))
            return true;
    }
    return false;
}
