/* SPDX-License-Identifier: Apache-2.0 */
/* p256: keys, signatures and key agreement on P-256 (FIPS 186-5, SEC 1): uncompressed points of 65 bytes;
 * signatures of 64 bytes (ES256). Used by phones, by Web Push, and by the command line's phone. */
#ifndef COUNTERSIGN_CRYPTO_P256_H
#define COUNTERSIGN_CRYPTO_P256_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

enum { P256_POINT = 65, P256_SCALAR = 32, P256_SIGNATURE = 64, P256_WIDE = 48 };

/* A key, with or without its private scalar. Heap; p256_free. */
struct p256_key;
/* Wipes the scalar; NULL is allowed, and *key is NULL afterwards. */
void p256_free(struct p256_key **key);

/* NULL unless the bytes are an uncompressed point on the curve (SEC 1, section 2.3.3). The hybrid forms
 * are refused: they would give one key two encodings, and so two fingerprints. */
struct p256_key *p256_public(struct str point);
/* From a scalar and its point. */
struct p256_key *p256_pair(const struct secret *scalar, const unsigned char point[P256_POINT]);
struct p256_key *p256_generate(void);
/* The key pair derived from P256_WIDE uniform bytes (FIPS 186-5, A.2.1): 128 bits more than the order, so
 * that the scalar's bias is negligible. */
void p256_derive(const unsigned char wide[P256_WIDE], struct secret *scalar_out,
                 unsigned char point_out[P256_POINT]);

/* PKCS 8 in PEM, with the private key, in the arena: the caller must keep it secret. */
struct str p256_write_pem(struct arena *a, const struct p256_key *key);
/* NULL unless it is a private key on P-256. */
struct p256_key *p256_read_pem(struct str pem);

void p256_point(const struct p256_key *key, unsigned char point_out[P256_POINT]);
/* ECDH: the x coordinate. `ours` must have its scalar. */
void
p256_agree(const struct p256_key *ours, const struct p256_key *theirs, unsigned char shared_out[P256_SCALAR]);
/* ES256 (RFC 7518, section 3.4): ECDSA with SHA-256, r and s as 32 bytes each. */
void p256_sign(const struct p256_key *key, struct str message, unsigned char signature_out[P256_SIGNATURE]);
/* False also when the signature has any other length. */
bool p256_verify(const struct p256_key *key, struct str message, struct str signature);

/* The same for a key in its 65-byte form. ERR_CRYPTO when the signature does not verify, or the key is not
 * a point. */
enum errcode
es256_verify(struct cx *cx, struct str public_key, struct str message, struct str signature) MUST_CHECK;
/* ERR_CRYPTO unless p256_public accepts it. */
enum errcode es256_check_key(struct cx *cx, struct str public_key) MUST_CHECK;

#endif
