/* SPDX-License-Identifier: Apache-2.0 */
/* vapid_key: the key pair that identifies this server to push services (VAPID, RFC 8292): on P-256, derived
 * from the server key, so that there is nothing more to store or back up. Phones subscribe with the public
 * point; with a new server key they must subscribe again. Worker 0 passes it to the courier, which signs
 * with it and has nothing else of the server key. */
#ifndef COUNTERSIGN_KEYS_VAPID_KEY_H
#define COUNTERSIGN_KEYS_VAPID_KEY_H

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "crypto/p256.h"

enum { VAPID_KEY_POINT = P256_POINT, VAPID_KEY_SCALAR = P256_SCALAR };

struct vapid_key {
    struct secret scalar;                 /* big-endian, 32 bytes */
    unsigned char point[VAPID_KEY_POINT]; /* uncompressed: SEC 1, section 2.3.3 */
};

void vapid_key_derive(struct secret *server_key, struct vapid_key *out);
/* From the server key's file, the rest of which is wiped. Errors as for server_key_read. */
enum errcode vapid_key_read(struct cx *cx, const char *key_file, struct vapid_key *out) MUST_CHECK;

#endif
