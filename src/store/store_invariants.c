/* SPDX-License-Identifier: Apache-2.0 */
/* store_invariants: see store_invariants.h. */
#include "store/store_invariants.h"

#include "db/rows.h"

static const struct store_invariant invariants[] = {
#define INVARIANT(table, broken, words) {table, "SELECT count(*) FROM " table " WHERE " broken, words},
#include "store/store_invariants.def"
};

const struct store_invariant *
store_invariants(size_t *n_out)
{
    *n_out = ARRAY_LEN(invariants);
    return invariants;
}

enum errcode
store_invariant_broken(struct cx *cx, const struct store_invariant *invariant, int64_t *n_out)
{
    return rows_number(cx, n_out, invariant->sql, "");
}
