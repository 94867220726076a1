/* ece: the content encoding aes128gcm (RFC 8188) of a message of one record. Writes only. */
#ifndef COUNTERSIGN_PUSH_ECE_H
#define COUNTERSIGN_PUSH_ECE_H

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

/* The header block (section 2.1), and the text behind a delimiter of a last record with zeros up to `padded`
 * bytes in all (section 2); padded: at least one more than the text, ECE_RECORD - ECE_TAG at most. Its length
 * depends on `padded` and the key's id alone. In the arena. */
struct str ece_encrypt(struct arena *a, const struct ece *e, struct str text, size_t padded);

#endif
