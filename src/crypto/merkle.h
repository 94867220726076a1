/* SPDX-License-Identifier: Apache-2.0 */
/* merkle: the hash tree of RFC 6962, section 2, with SHA-256: pure functions. A tree grows at its end, as
 * the roots of its largest perfect subtrees; proofs read hashes of perfect subtrees from a source. */
#ifndef COUNTERSIGN_CRYPTO_MERKLE_H
#define COUNTERSIGN_CRYPTO_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

enum { MERKLE_LEVELS = 63, MERKLE_PATH = 2 * MERKLE_LEVELS };

/* The hash of a leaf with that content, and of a node above two others. */
struct digest merkle_leaf(struct str content);
struct digest merkle_node(const struct digest *left, const struct digest *right);

/* All zero: the empty tree. */
struct merkle {
    uint64_t size;
    struct digest
        peaks[MERKLE_LEVELS]; /* [n]: of 2^n leaves, where size has that bit; larger ones are first */
};

/* Appends a leaf. The subtrees that are complete with it, by level from the leaf itself at 0 on: their
 * hashes, and their number. */
size_t merkle_add(struct merkle *m, const struct digest *leaf, struct digest done_out[MERKLE_LEVELS]);
struct digest merkle_root(const struct merkle *m);

/* The hash of the perfect subtree number `at` of those with 2^level leaves. */
struct merkle_source {
    enum errcode (*hash)(struct cx *cx, const void *arg, unsigned level, uint64_t at,
                         struct digest *hash_out);
    const void *arg;
};
/* The tree of the source's first `size` leaves. */
enum errcode
merkle_load(struct cx *cx, const struct merkle_source *from, uint64_t size, struct merkle *m_out) MUST_CHECK;

struct merkle_path {
    size_t n;
    struct digest at[MERKLE_PATH];
};
/* That leaf `index` is in the tree of `size` leaves, index < size: PATH of section 2.1.1. */
enum errcode merkle_inclusion(struct cx *cx, const struct merkle_source *from, uint64_t index, uint64_t size,
                              struct merkle_path *path_out) MUST_CHECK;
/* That the tree of `size` leaves begins with that of `old`, old <= size: PROOF of section 2.1.2; empty for
 * old = 0 and old = size. */
enum errcode merkle_consistency(struct cx *cx, const struct merkle_source *from, uint64_t old, uint64_t size,
                                struct merkle_path *path_out) MUST_CHECK;

/* Of RFC 9162, sections 2.1.3.2 and 2.1.4.2. */
bool merkle_is_included(const struct digest *leaf, uint64_t index, uint64_t size,
                        const struct merkle_path *path, const struct digest *root);
bool merkle_is_consistent(uint64_t old, const struct digest *old_root, uint64_t size,
                          const struct digest *root, const struct merkle_path *path);

#endif
