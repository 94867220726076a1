/* SPDX-License-Identifier: Apache-2.0 */
/* self_signed: a certificate that vouches for itself, for a trial: who connects has to trust it at first
 * use. */
#ifndef COUNTERSIGN_CRYPTO_SELF_SIGNED_H
#define COUNTERSIGN_CRYPTO_SELF_SIGNED_H

#include "base/arena.h"
#include "base/str.h"
#include "crypto/p256.h"

/* An X.509 certificate in PEM, in the arena: for a host name or a numeric address, from a day ago for that
 * many days, of this key. Null when OpenSSL refuses the name. */
struct str self_signed_make(struct arena *a, const struct p256_key *key, struct str host, int days);

#endif
