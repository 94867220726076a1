/* SPDX-License-Identifier: Apache-2.0 */
/* prove: what a stranger can verify offline with the public key alone: that an event is in the log of a
 * checkpoint, and that a checkpoint's log begins with that of an earlier one. */
#ifndef COUNTERSIGN_LEDGER_PROVE_H
#define COUNTERSIGN_LEDGER_PROVE_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "ledger/checkpoint.h"

/* The newest checkpoint, in the arena. ERR_NOT_FOUND: nothing is sealed yet. */
struct prove_checkpoint {
    struct str note, origin, key; /* key: as verifiers take it (ledger/checkpoint.h) */
    int64_t size;
};
enum errcode prove_newest(struct cx *cx, struct prove_checkpoint *out) MUST_CHECK;

/* The proof of that event, as of c2sp.org/tlog-proof: the extra data are the leaf itself (ledger/leaf.h).
 * leaf: what an archive has for it; null: it is in the database.
 * ERR_NOT_FOUND: there is no such event, or it is in an archive; ERR_USAGE: it is one of an earlier version,
 * which has no leaf of its own; ERR_CRYPTO: the log was changed, and there is no proof. */
enum errcode prove_event(struct cx *cx, int64_t seq, struct str leaf, struct str *proof_out) MUST_CHECK;

/* That the log of the newest checkpoint begins with that of an older note of this server: a request of
 * c2sp.org/tlog-witness, "old SIZE", the hashes, and the newest checkpoint. ERR_SYNTAX: it is not a
 * checkpoint; ERR_CRYPTO: it is another log's, or the database was put back to an earlier state, or changed.
 */
enum errcode prove_since(struct cx *cx, struct str older, struct str *proof_out) MUST_CHECK;
/* Reads and verifies such a proof about `older`, without a database; by: who signs, NULL: this server.
 * ERR_SYNTAX, ERR_CRYPTO. *newer_out has views of the text. */
enum errcode prove_read(struct cx *cx, const struct checkpoint_signer *by, const struct checkpoint *older,
                        struct str proof, struct checkpoint *newer_out) MUST_CHECK;

#endif
