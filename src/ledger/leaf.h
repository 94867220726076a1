/* SPDX-License-Identifier: Apache-2.0 */
/* leaf: the bytes of an event that its hash in the tree covers, and the digests of the chain of earlier
 * versions.
 *
 * A leaf is one line of JSON without its end, in UTF-8:
 *
 *     {"seq":7,"at":1795449600000000,"id":42,"event":"login.granted","actor":"system","source":"192.0.2.7",
 *     "company":1,"technician":2,"detail":{...}}
 *
 * without the break and the blanks after it; numbers are decimal, strings as json_add_string writes them,
 * detail is the row's text as it is. company and technician are 0 if the event has none. Two rows of valid
 * UTF-8 have the same leaf only if all of these are equal. */
#ifndef COUNTERSIGN_LEDGER_LEAF_H
#define COUNTERSIGN_LEDGER_LEAF_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "store/store_audit.h"
#include "store/store_ledger.h"

/* The room that it needs at most. */
size_t leaf_most(const struct audit_row *row);
void leaf_put(struct buf *out, const struct audit_row *row);
/* Whether the texts are UTF-8, and the detail on one line: what the program writes always is. */
bool leaf_is_text(const struct audit_row *row);
/* Of the row with its number: RFC 6962, section 2.1. */
struct digest leaf_hash(const struct audit_row *row);

/* Reads one; *row_out has views of the text, and its digest is zero. ERR_SYNTAX: leaf_put would not write it
 * so. */
enum errcode leaf_read(struct cx *cx, struct str leaf, struct audit_row *row_out) MUST_CHECK;
/* Whether the event is the first leaf of that log: it says where the log begins, and with which digest the
 * chain before it ends. */
bool leaf_is_first(struct cx *cx, const struct audit_row *row, const struct ledger_log *log,
                   const struct digest *chain);

/* Of an event of an earlier version: SHA-256 over the digest before (32 zero bytes for the first one), and
 * these, each preceded by its length in 8 bytes (big-endian): seq, at, company, technician (8 bytes,
 * big-endian; 0: none), event, actor, source, detail. */
struct digest leaf_chained(const struct digest *before, const struct audit_row *row);

#endif
