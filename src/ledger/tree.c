/* SPDX-License-Identifier: Apache-2.0 */
/* tree: see tree.h. */
#include "ledger/tree.h"

#include <string.h>

enum { BELOW = 1 << (TREE_STEP - 1) };

static size_t
keep(struct digest below[BELOW], size_t n, const struct ledger_hash *rows, size_t n_rows, int64_t first)
{
    for (size_t i = 0; i < n_rows && n < BELOW && rows[i].pos == first + (int64_t)n; i++)
        below[n++] = rows[i].hash;
    return n;
}

/* Up to `wanted` neighbours of a stored level. */
static enum errcode
read_below(struct cx *cx, const struct ledger_log *log, unsigned level, int64_t first, int64_t wanted,
           struct digest below[BELOW], size_t *n_out)
{
    struct ledger_hash *rows = NULL;
    size_t n = 0;
    enum errcode err = ERR_NONE;
    *n_out = 0;
    if (level > 0 || log->archived > log->chained + first) {
        err = store_ledger_nodes(cx, level, first, wanted, &rows, &n);
        *n_out = keep(below, 0, rows, n, first);
    }
    if (err != ERR_NONE || level > 0 || (int64_t)*n_out == wanted)
        return err;
    const int64_t seq = log->chained + 1 + first;
    const int64_t had = (int64_t)*n_out;
    err = store_ledger_leaves(cx, seq + had, wanted - had, &rows, &n);
    *n_out = keep(below, *n_out, rows, n, seq);
    return err;
}

static enum errcode
hash_of(struct cx *cx, const void *arg, unsigned level, uint64_t at, struct digest *hash_out)
{
    const struct ledger_log *log = arg;
    const unsigned up = level % TREE_STEP;
    struct digest below[BELOW];
    size_t n = 0;
    enum errcode err = read_below(cx, log, level - up, (int64_t)(at << up), 1 << up, below, &n);
    if (err == ERR_NONE && n != (size_t)1 << up)
        err = err_set(cx, ERR_CRYPTO, "the audit log's tree is not whole: countersign audit verify");
    if (err != ERR_NONE)
        return err;
    for (; n > 1; n /= 2)
        for (size_t i = 0; i < n / 2; i++)
            below[i] = merkle_node(&below[2 * i], &below[2 * i + 1]);
    *hash_out = below[0];
    return ERR_NONE;
}

struct merkle_source
tree_source(const struct ledger_log *log)
{
    return (struct merkle_source){hash_of, log};
}

enum errcode
tree_add(struct cx *cx, struct merkle *m, const struct digest *leaf)
{
    struct digest done[MERKLE_LEVELS];
    const uint64_t at = m->size;
    const size_t n = merkle_add(m, leaf, done);
    enum errcode err = ERR_NONE;
    for (unsigned level = TREE_STEP; level < n && err == ERR_NONE; level += TREE_STEP)
        err = store_ledger_add_node(cx, level, (int64_t)(at >> level), &done[level]);
    return err;
}
