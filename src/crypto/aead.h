/* SPDX-License-Identifier: Apache-2.0 */
/* aead: AES-GCM (NIST SP 800-38D) with a 96-bit nonce and a 128-bit tag. A nonce must be used only once
 * with a key. */
#ifndef COUNTERSIGN_CRYPTO_AEAD_H
#define COUNTERSIGN_CRYPTO_AEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum { AEAD_NONCE = 12, AEAD_TAG = 16, AEAD_KEY_128 = 16, AEAD_KEY_256 = 32 };

struct aead {
    struct str key;             /* AEAD_KEY_128 or AEAD_KEY_256 bytes */
    const unsigned char *nonce; /* AEAD_NONCE bytes */
    struct str ad;              /* authenticated but not encrypted; may be empty */
};

/* Writes plain.n bytes, followed by the tag; out may be the same memory as plain. */
void aead_seal(const struct aead *a, struct str plain, unsigned char *out);
/* sealed: ciphertext and tag. Writes sealed.n - AEAD_TAG bytes. False when the text or tag is not
 * authentic; out is undefined then. */
bool aead_open(const struct aead *a, struct str sealed, unsigned char *out);

#endif
