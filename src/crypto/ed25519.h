/* SPDX-License-Identifier: Apache-2.0 */
/* ed25519: signatures of RFC 8032, section 5.1: seeds and public keys of 32 bytes, signatures of 64. */
#ifndef COUNTERSIGN_CRYPTO_ED25519_H
#define COUNTERSIGN_CRYPTO_ED25519_H

#include <stdbool.h>

#include "base/secret.h"
#include "base/str.h"

enum { ED25519_SEED = 32, ED25519_PUBLIC = 32, ED25519_SIGNATURE = 64 };

/* The public key of a seed of ED25519_SEED bytes. */
void ed25519_public(const struct secret *seed, unsigned char public_out[ED25519_PUBLIC]);
void
ed25519_sign(const struct secret *seed, struct str message, unsigned char signature_out[ED25519_SIGNATURE]);
/* False also when the bytes are not a key. */
bool ed25519_verify(const unsigned char public_key[ED25519_PUBLIC], struct str message,
                    const unsigned char signature[ED25519_SIGNATURE]);

#endif
