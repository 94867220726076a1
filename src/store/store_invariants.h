/* SPDX-License-Identifier: Apache-2.0 */
/* store_invariants: how many rows of a whole database break what its readers rely on (store_invariants.def).
 */
#ifndef COUNTERSIGN_STORE_STORE_INVARIANTS_H
#define COUNTERSIGN_STORE_STORE_INVARIANTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"

struct store_invariant {
    const char *table, *sql; /* SELECT of the number of rows that break it */
    const char *words;       /* what it is, and what to do */
};
const struct store_invariant *store_invariants(size_t *n_out);
enum errcode
store_invariant_broken(struct cx *cx, const struct store_invariant *invariant, int64_t *n_out) MUST_CHECK;

#endif
