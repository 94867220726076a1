/* SPDX-License-Identifier: Apache-2.0 */
/* ece: the content encoding aes128gcm (RFC 8188) for a message of one record. Encodes only. */
#ifndef COUNTERSIGN_DELIVERY_ECE_H
#define COUNTERSIGN_DELIVERY_ECE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "crypto/aead.h"

enum {
    ECE_SALT = 16,
    ECE_TAG = AEAD_TAG,
    ECE_RECORD = 4096,
    ECE_KEYID_MAX = 255,
    ECE_HEADER = ECE_SALT + 4 + 1
};

struct ece {
    struct str key; /* the input keying material */
    unsigned char salt[ECE_SALT];
    struct str keyid;
};

/* The header block (section 2.1), then the encrypted text, the delimiter of a last record, and zeros up to
 * `padded` bytes in total (section 2). padded: from one more than the text to ECE_RECORD - ECE_TAG. The
 * length of the result depends only on `padded` and the key's id. In the arena. */
struct str ece_encrypt(struct arena *a, const struct ece *e, struct str text, size_t padded);

#endif
