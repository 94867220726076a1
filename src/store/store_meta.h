/* SPDX-License-Identifier: Apache-2.0 */
/* store_meta: facts about the database itself other than its schema, by name. */
#ifndef COUNTERSIGN_STORE_STORE_META_H
#define COUNTERSIGN_STORE_STORE_META_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* Null where there is none. */
enum errcode store_meta_get(struct cx *cx, struct str name, struct str *value_out) MUST_CHECK;
/* Within the open transaction: ERR_CONFLICT if it exists. */
enum errcode store_meta_add(struct cx *cx, struct str name, struct str value) MUST_CHECK;

/* Something that was derived from the server's key. */
struct keyed_row {
    int64_t id;             /* 0: none */
    struct str nonce;       /* of a challenge */
    struct digest token;    /* of a challenge */
    struct str seed_sealed; /* of an account */
};
/* Any account's seed, and any challenge. */
enum errcode
store_meta_keyed(struct cx *cx, struct keyed_row *seed_out, struct keyed_row *challenge_out) MUST_CHECK;

#endif
