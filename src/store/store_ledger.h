/* SPDX-License-Identifier: Apache-2.0 */
/* store_ledger: what the sealed log has besides its events: where it begins, its tree, its checkpoints. Only
 * the sealer and the archive write here, each with db_begin_apart. */
#ifndef COUNTERSIGN_STORE_STORE_LEDGER_H
#define COUNTERSIGN_STORE_STORE_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

struct ledger_log {
    int64_t chained;               /* events of earlier versions; leaf 0 is event chained + 1 */
    struct str origin;             /* of the checkpoints; empty: nothing is sealed yet */
    int64_t archived;              /* the events up to this number are not in the table any more */
    struct digest archived_digest; /* of the last of them */
};
enum errcode store_ledger_log(struct cx *cx, struct ledger_log *log_out) MUST_CHECK;
enum errcode store_ledger_begin(struct cx *cx, struct str origin) MUST_CHECK;

/* A hash of the tree; or of a leaf, whose pos is its event's number. */
struct ledger_hash {
    int64_t pos;
    struct digest hash;
};
/* `n` of them from number `pos` on, as far as they are there, in order, in the arena. */
enum errcode store_ledger_nodes(struct cx *cx, unsigned level, int64_t pos, int64_t n,
                                struct ledger_hash **hashes_out, size_t *n_out) MUST_CHECK;
enum errcode store_ledger_leaves(struct cx *cx, int64_t seq, int64_t n, struct ledger_hash **hashes_out,
                                 size_t *n_out) MUST_CHECK;
enum errcode
store_ledger_add_node(struct cx *cx, unsigned level, int64_t pos, const struct digest *hash) MUST_CHECK;
enum errcode store_ledger_count_nodes(struct cx *cx, int64_t *n_out) MUST_CHECK;

/* Moves the sealed events after number log->archived up to `to` out of the table: what stays of those that
 * are leaves is their hashes. ERR_STORE: they are not all there. */
enum errcode store_ledger_archive(struct cx *cx, const struct ledger_log *log, int64_t to) MUST_CHECK;

struct ledger_checkpoint {
    int64_t size; /* 0: there is none */
    struct str note;
};
enum errcode store_ledger_newest(struct cx *cx, struct ledger_checkpoint *checkpoint_out) MUST_CHECK;
/* Those of more than `after` leaves, the smallest first, at most `limit`, in the arena. */
enum errcode store_ledger_checkpoints(struct cx *cx, int64_t after, int64_t limit,
                                      struct ledger_checkpoint **list_out, size_t *n_out) MUST_CHECK;
enum errcode
store_ledger_add_checkpoint(struct cx *cx, const struct ledger_checkpoint *checkpoint) MUST_CHECK;
enum errcode store_ledger_drop_checkpoint(struct cx *cx, int64_t size) MUST_CHECK;

#endif
