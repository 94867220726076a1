/* SPDX-License-Identifier: Apache-2.0 */
/* tls_tickets: what a ticket is bound to, and the keys that a context was given to seal and open tickets
 * with. */
#include "base/tickets.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/clock.h"
#include "base/rand.h"
#include "base/secret.h"
#include "http/tls_parts.h"

enum { HOST_MAX = 255 };
_Static_assert(SSL_MAX_SID_CTX_LENGTH == 32, "as long as a SHA-256 digest");

enum { FAILED = -1, UNKNOWN = 0, GOOD = 1, GOOD_BUT_RENEW = 2 }; /* SSL_CTX_set_tlsext_ticket_key_evp_cb(3) */

static unsigned char
lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Which of the chosen certificates are not valid now: a full handshake would tell the client. */
static uint32_t
find_invalid(const struct tls_context *ctx, uint32_t chosen)
{
    uint32_t invalid = 0;
    int64_t now = clock_wall();

    for (unsigned i = 0; i < ctx->n; i++)
        if (now < ctx->pairs[i].about.not_before || now > ctx->pairs[i].about.not_after)
            invalid |= UINT32_C(1) << i;
    return chosen & invalid;
}

bool
tls_tickets_bind(const struct tls_context *ctx, SSL *ssl, struct str host, uint32_t chosen)
{
    const uint32_t bits[2] = {chosen, find_invalid(ctx, chosen)};
    unsigned char text[TLS_SET_ID + sizeof bits + HOST_MAX], id[SSL_MAX_SID_CTX_LENGTH];
    size_t n =
        host.n < HOST_MAX ? host.n : HOST_MAX; /* a longer one is not a name (RFC 1035, section 2.3.4) */

    memcpy(text, ctx->set_id, TLS_SET_ID);
    memcpy(text + TLS_SET_ID, bits, sizeof bits);
    for (size_t i = 0; i < n; i++)
        text[TLS_SET_ID + sizeof bits + i] = lower(host.p[i]);
    return EVP_Digest(text, TLS_SET_ID + sizeof bits + n, id, NULL, EVP_sha256(), NULL) == 1 &&
           SSL_set_session_id_context(ssl, id, sizeof id) == 1;
}

static const struct tls_ticket_key *
find(const struct tls_tickets *t, const unsigned char *name)
{
    for (size_t i = 0; i < TLS_TICKET_KEYS; i++)
        if (memcmp(t->keys[i].name, name, TLS_TICKET_NAME) == 0) /* not a secret */
            return &t->keys[i];
    return NULL;
}

static bool
set_mac(EVP_MAC_CTX *mac, const struct tls_ticket_key *key)
{
    unsigned char copy[TLS_TICKET_KEY];
    char digest[] = "SHA256";

    memcpy(copy, key->mac, sizeof copy); /* the parameter is not const */
    OSSL_PARAM params[] = {OSSL_PARAM_octet_string(OSSL_MAC_PARAM_KEY, copy, sizeof copy),
                           OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, sizeof digest - 1),
                           OSSL_PARAM_END};
    bool is_set = EVP_MAC_CTX_set_params(mac, params) == 1;
    secret_wipe(copy, sizeof copy);
    return is_set;
}

static int
use_key(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac,
        int is_new)
{
    const struct tls_context *ctx = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    const struct tls_tickets *t = ctx->tickets;
    const struct tls_ticket_key *key = is_new ? &t->keys[0] : find(t, name);

    if (key == NULL)
        return UNKNOWN;
    if (is_new) {
        memcpy(name, key->name, TLS_TICKET_NAME);
        rand_bytes(iv, (size_t)EVP_CIPHER_get_iv_length(EVP_aes_256_cbc()));
    }
    if (EVP_CipherInit_ex2(cipher, EVP_aes_256_cbc(), key->cipher, iv, is_new, NULL) != 1 ||
        !set_mac(mac, key))
        return FAILED;
    /* A ticket of TLS 1.3 is to be used once (RFC 8446, appendix C.4), so there is a fresh one each time. */
    bool is_kept = key == &t->keys[0] && SSL_version(ssl) != TLS1_3_VERSION;
    return is_new || is_kept ? GOOD : GOOD_BUT_RENEW;
}

void
tls_context_use_tickets(struct tls_context *ctx, const struct tls_tickets *tickets)
{
    ctx->tickets = tickets;
    SSL_CTX_set_app_data(ctx->ssl, ctx);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx->ssl, use_key);
}
