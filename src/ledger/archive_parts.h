/* SPDX-License-Identifier: Apache-2.0 */
/* archive_parts: what the files of archive.h share. */
#ifndef COUNTERSIGN_LEDGER_ARCHIVE_PARTS_H
#define COUNTERSIGN_LEDGER_ARCHIVE_PARTS_H

#include <stdbool.h>

#include "ledger/archive.h"

#define ARCHIVE_FIRST_LINE "countersign-audit-archive 1"
enum { ARCHIVE_LEAF_MAX = 1024 * 1024 /* bytes */ };

/* Whether the head has the digest of the chain before the first event. */
static inline bool
archive_has_chain(const struct archive *a)
{
    return a->first <= a->chained + 1;
}

static inline bool
archive_is_same(const struct digest *a, const struct digest *b)
{
    return secret_equal(a->bytes, b->bytes, sizeof a->bytes);
}

#endif
