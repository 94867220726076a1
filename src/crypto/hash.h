/* SPDX-License-Identifier: Apache-2.0 */
/* hash: SHA-256, HMAC and HKDF with it, and the HMAC-SHA-1 of time-based codes. Fails only for lack of
 * memory, which ends the process. Keys may be secret; the caller wipes outputs. */
#ifndef COUNTERSIGN_CRYPTO_HASH_H
#define COUNTERSIGN_CRYPTO_HASH_H

#include <stddef.h>

#include "base/secret.h"
#include "base/str.h"

enum { SHA1_BYTES = 20, HKDF_INFO_MAX = 256, HKDF_MAX = 4 * DIGEST_BYTES };

/* FIPS 180-4. */
struct digest sha256(struct str message);
/* RFC 2104. */
struct digest hmac_sha256(struct str key, struct str message);
/* For RFC 4226 only. */
void hmac_sha1(struct str key, struct str message, unsigned char mac_out[SHA1_BYTES]);
/* RFC 5869, both steps. An empty salt is the standard's "not provided". info: at most HKDF_INFO_MAX bytes;
 * n: at most HKDF_MAX. */
void hkdf_sha256(struct str salt, struct str key, struct str info, unsigned char *out, size_t n);

#endif
