/* SPDX-License-Identifier: Apache-2.0 */
/* seal: small secrets at rest: AES-256-GCM under the server's sealing key. */
#ifndef COUNTERSIGN_KEYS_SEAL_H
#define COUNTERSIGN_KEYS_SEAL_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* Nonce (12 random bytes), ciphertext, tag (16), in the arena. The row's id is the associated data, so
 * that a value sealed for one row does not open in another. */
struct str seal_close(struct cx *cx, const struct secret *plain, int64_t id);
/* ERR_CRYPTO when it is not authentic. The caller wipes *plain_out. */
enum errcode seal_open(struct cx *cx, struct str sealed, int64_t id, struct secret *plain_out) MUST_CHECK;

#endif
