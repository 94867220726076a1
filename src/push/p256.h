/* p256: keys and signatures on P-256 as Web Push has them: points of 65 bytes, signatures of 64. */
#ifndef COUNTERSIGN_PUSH_P256_H
#define COUNTERSIGN_PUSH_P256_H

#include <openssl/evp.h>

#include "base/secret.h"
#include "base/str.h"

enum { P256_POINT = 65, P256_SCALAR = 32, P256_SIGNATURE = 64 };

/* NULL unless the bytes are an uncompressed point on the curve (SEC 1, section 2.3.3). EVP_PKEY_free. */
EVP_PKEY *p256_public(struct str point);
/* Of a scalar and its own point. EVP_PKEY_free. */
EVP_PKEY *p256_pair(const struct secret *scalar, const unsigned char point[P256_POINT]);
/* A fresh pair. EVP_PKEY_free. */
EVP_PKEY *p256_generate(void);
void p256_point(EVP_PKEY *key, unsigned char point_out[P256_POINT]);
/* ECDH: the x coordinate. ours has its scalar. */
void p256_agree(EVP_PKEY *ours, EVP_PKEY *theirs, unsigned char shared_out[P256_SCALAR]);
/* ES256 (RFC 7518, section 3.4): r and s. */
void p256_sign(EVP_PKEY *key, struct str message, unsigned char signature_out[P256_SIGNATURE]);

#endif
