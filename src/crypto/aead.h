/* aead: AES-GCM (NIST SP 800-38D) with a nonce of 96 bits and a tag of 128. A nonce is used once with a key.
 */
#ifndef COUNTERSIGN_CRYPTO_AEAD_H
#define COUNTERSIGN_CRYPTO_AEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum { AEAD_NONCE = 12, AEAD_TAG = 16, AEAD_KEY_128 = 16, AEAD_KEY_256 = 32 };

struct aead {
    struct str key;             /* AEAD_KEY_128 or AEAD_KEY_256 bytes */
    const unsigned char *nonce; /* AEAD_NONCE bytes */
    struct str ad;              /* authenticated and not encrypted; may be empty */
};

/* Writes plain.n bytes and the tag behind them; out may be where plain is. */
void aead_seal(const struct aead *a, struct str plain, unsigned char *out);
/* sealed: ciphertext and tag. Writes sealed.n - AEAD_TAG bytes; false, and nothing of use in out, where it
 * was not sealed so. */
bool aead_open(const struct aead *a, struct str sealed, unsigned char *out);

#endif
