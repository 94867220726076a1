/* SPDX-License-Identifier: Apache-2.0 */
/* operator_once: a request of an operator that is carried out once, however often it is sent: its
 * Idempotency-Key (draft-ietf-httpapi-idempotency-key-header). The key is spent in the transaction of the
 * deed, by a row with the answer; what was refused spends nothing. The answer is sealed under a key that is
 * derived from the server's and from the Idempotency-Key, which itself is not stored: so a copy of the
 * database has no link and no password, and a copy of the server's key as well does not help without the
 * request.
 *
 * A key is its holder's: of an operator's sessions, or of one token. */
#ifndef COUNTERSIGN_ACCOUNTS_OPERATOR_ONCE_H
#define COUNTERSIGN_ACCOUNTS_OPERATOR_ONCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

#define OPERATOR_ONCE_LIFE CLOCK_DAY
/* MAX: of one holder within that time; a further one is refused, so that none is forgotten early. */
enum { OPERATOR_ONCE_KEY_MAX = 128, OPERATOR_ONCE_MAX = 10000 };

struct operator_once {
    struct str key;        /* null: none, and then nothing here applies */
    struct digest request; /* the operation and its members */
    int64_t id;            /* of the row with the answer */
    struct str answer;     /* what was answered before, sealed; null: nothing was */
};

/* Reads the header's text: a string (RFC 8941, 3.3.3), or the same without quotes. ERR_SYNTAX. */
enum errcode operator_once_read(struct cx *cx, struct str text, struct operator_once *once) MUST_CHECK;
/* Within a transaction: whether the holder has spent the key on this request (*is_done_out; once->answer).
 * ERR_EXISTS: on another one. */
enum errcode operator_once_look(struct cx *cx, struct operator_once *once, int64_t holder_id,
                                bool *is_done_out) MUST_CHECK;
/* Within the transaction of the deed, as its last step: spends the key. ERR_LIMIT: OPERATOR_ONCE_MAX. */
enum errcode operator_once_keep(struct cx *cx, const struct operator_once *once, int64_t holder_id,
                                struct str answer) MUST_CHECK;
/* once->answer, in the arena. ERR_CRYPTO: it does not open. */
enum errcode
operator_once_open(struct cx *cx, const struct operator_once *once, struct str *answer_out) MUST_CHECK;

#endif
