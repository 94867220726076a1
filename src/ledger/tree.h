/* SPDX-License-Identifier: Apache-2.0 */
/* tree: the Merkle tree of the sealed events, as it is stored: of every fourth level, one row for each
 * perfect subtree. A hash in between is computed from at most eight below it; those of the leaves are in the
 * events' rows, and of archived events in rows of level 0. So a proof reads a number of rows that grows with
 * the logarithm of the tree's size. */
#ifndef COUNTERSIGN_LEDGER_TREE_H
#define COUNTERSIGN_LEDGER_TREE_H

#include "base/cx.h"
#include "base/err.h"
#include "crypto/merkle.h"
#include "store/store_ledger.h"

enum { TREE_STEP = 4 /* levels */ };

/* What merkle.h reads proofs from; `log` must stay valid. A hash that is not there is ERR_CRYPTO. */
struct merkle_source tree_source(const struct ledger_log *log);
/* Appends a leaf, and stores what becomes complete with it. The row of the leaf is the caller's. */
enum errcode tree_add(struct cx *cx, struct merkle *m, const struct digest *leaf) MUST_CHECK;

#endif
