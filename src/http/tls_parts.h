/* SPDX-License-Identifier: Apache-2.0 */
/* tls_parts: a TLS context from the inside, shared by tls_context.c and tls.c. The interface is tls.h. */
#ifndef COUNTERSIGN_HTTP_TLS_PARTS_H
#define COUNTERSIGN_HTTP_TLS_PARTS_H

#include <openssl/ssl.h>

#include "http/tls.h"
#include "http/tls_names.h"

enum { TLS_REASON_MAX = 160, TLS_SET_ID = 32 };

/* One certificate as a connection uses it. */
struct tls_pair {
    X509 *leaf;
    EVP_PKEY *key;
    STACK_OF(X509) * chain; /* NULL: the leaf alone */
    struct tls_certificate about;
};

struct tls_context {
    SSL_CTX *ssl;
    size_t uses; /* by its owner, and by each connection */
    struct tls_pair pairs[TLS_CERTIFICATES_MAX];
    size_t n;
    struct tls_names names;
    uint32_t fallback;                 /* which pairs serve clients without a known name */
    unsigned char set_id[TLS_SET_ID];  /* digest of all leafs: tickets of another set are not accepted */
    const struct tls_tickets *tickets; /* NULL: keys of its own, which end with it */
};

/* What a leaf says about itself, but not its name. ERR_CONFIG: its dates cannot be read. */
enum errcode tls_about_read(struct cx *cx, X509 *leaf, EVP_PKEY *key, struct tls_certificate *out) MUST_CHECK;
/* Adds its DNS names (subjectAltName alone: RFC 9525) to the table: see tls_names_add. */
enum errcode tls_about_add_names(struct cx *cx, X509 *leaf, unsigned i, uint32_t rivals,
                                 struct tls_names *names) MUST_CHECK;
/* The first of them, in the arena; NULL: none. */
const char *tls_about_first_name(X509 *leaf, struct arena *a);

/* The first message in OpenSSL's error queue, as one line; the queue is emptied. */
void tls_take_reason(char *out, size_t n);

/* What a session is bound to: it is resumed only under the name that it was begun with (RFC 6066, section 3),
 * and where a full handshake would use the same certificates, no less valid than then. False: OpenSSL fails.
 */
bool tls_tickets_bind(const struct tls_context *ctx, SSL *ssl, struct str host, uint32_t chosen);

#endif
