/* SPDX-License-Identifier: Apache-2.0 */
/* argon2id: the hash of passwords (RFC 9106, version 1.3, one lane), and the text that it is stored as. The
 * only use of libsodium. */
#ifndef COUNTERSIGN_ACCOUNTS_ARGON2ID_H
#define COUNTERSIGN_ACCOUNTS_ARGON2ID_H

#include <stdint.h>

#include "base/arena.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* The most is what passwords.memory and passwords.passes can be set to (config.def). */
enum {
    ARGON2ID_SALT = 16,
    ARGON2ID_TAG = 32,
    ARGON2ID_KIB_LEAST = 8,
    ARGON2ID_KIB_MOST = 4 * 1024 * 1024,
    ARGON2ID_PASSES_MOST = 100
};

struct argon2id_cost {
    uint32_t kib, passes;
};

struct argon2id {
    struct argon2id_cost cost;
    unsigned char salt[ARGON2ID_SALT], tag[ARGON2ID_TAG];
};

/* Computes the tag of the input from the cost and the salt: at least ARGON2ID_KIB_LEAST and one pass. The
 * memory is taken for each call, and returned to the system. ERR_CRYPTO. */
enum errcode argon2id_run(struct cx *cx, struct str input, struct argon2id *hash) MUST_CHECK;
/* "$argon2id$v=19$m=KIB,t=PASSES,p=1$SALT$TAG" (the PHC string format), in the arena. */
struct str argon2id_text(struct arena *a, const struct argon2id *hash);
/* Reads what argon2id_text has written. ERR_STORE for any other text. */
enum errcode argon2id_read(struct cx *cx, struct str text, struct argon2id *hash_out) MUST_CHECK;

#endif
