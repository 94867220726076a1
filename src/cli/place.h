/* SPDX-License-Identifier: Apache-2.0 */
/* place: how far a command has read in the audit log. The events behind it are those that come after the one
 * that was read last, as long as that one is there: after a restore, other events have the same numbers, and
 * the first of them would be missed. */
#ifndef COUNTERSIGN_CLI_PLACE_H
#define COUNTERSIGN_CLI_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"
#include "store/store_audit.h"

struct place {
    int64_t after;        /* the number of the last event that was read; 0: none */
    struct digest digest; /* of that event */
    bool has_digest;      /* false: none was read, or it is archived and from before the tree */
};

/* SEQ or SEQ:DIGEST, as in --after. ERR_USAGE. */
enum errcode place_read(struct cx *cx, struct str word, struct place *place_out) MUST_CHECK;
/* Behind that event, whose digest is looked up if it is not known. ERR_CRYPTO, with words: the log does not
 * have it. */
enum errcode place_begin(struct cx *cx, struct place *place) MUST_CHECK;
/* Of what was read just before: whether it follows. ERR_CRYPTO, with words: the database was put back. */
enum errcode place_check(struct cx *cx, const struct place *place) MUST_CHECK;
void place_move(struct place *place, const struct audit_row *row);

#endif
