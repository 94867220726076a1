/* SPDX-License-Identifier: Apache-2.0 */
/* archive: events in a file, from the oldest in the database up to a number. It can be verified without the
 * database, with the public key alone, and each event in it still has its proof (prove.h).
 *
 *     countersign-audit-archive 1
 *     origin NAME
 *     events FIRST LAST
 *     chained N
 *     chain BASE64
 *     peak BASE64
 *     (an empty line)
 *     BASE64 {"seq":FIRST,...}
 *     ...
 *     (an empty line)
 *     the checkpoint of the log up to LAST
 *     (an empty line)
 *     the proof that the log of a later checkpoint begins with it (prove_since)
 *
 * `chained` is the number of events of earlier versions in the log. `chain`, if the first event is one of
 * them, or the first leaf: the digest before it. `peak`, for each of the largest perfect subtrees of the
 * leaves before the first event, the largest first: its hash. An event is a line of its digest and its leaf
 * (leaf.h); the id of one of an earlier version is its number. So every byte is covered by the signature of
 * the checkpoint, or given by it. */
#ifndef COUNTERSIGN_LEDGER_ARCHIVE_H
#define COUNTERSIGN_LEDGER_ARCHIVE_H

#include <stdint.h>
#include <stdio.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"
#include "ledger/checkpoint.h"

struct archive {
    struct str origin; /* in the arena */
    int64_t first, last, chained;
    struct digest before, root; /* of the tree without its events and with them */
    int64_t later;              /* leaves of the later checkpoint */
    int64_t bad;                /* of a file that is not right: the first event that does not fit; 0: none */
};

/* Outside of a transaction, of a log that is sealed: writes the events up to `last` that are in the database.
 * Each is verified, and all of them against the newest checkpoint. ERR_RANGE: there are none, or `last` is
 * not before the newest sealed event, or is one of an earlier version; ERR_CRYPTO: the log was changed;
 * ERR_IO. */
enum errcode archive_write(struct cx *cx, FILE *to, int64_t last, struct archive *out) MUST_CHECK;

struct archive_event {
    int64_t seq;
    struct digest digest;
    struct str leaf;
};
struct archive_reading {
    const struct checkpoint_signer *by; /* NULL: this server */
    const struct checkpoint *kept;      /* NULL, or one that the archive must agree with */
    /* For each event, as it comes, before the signature that covers it is known; NULL: none. */
    enum errcode (*event)(struct cx *cx, void *arg, const struct archive_event *e);
    void *arg;
};
/* Reads and verifies all of a file, in memory that does not depend on its size. ERR_SYNTAX: it is not an
 * archive; ERR_CRYPTO: it was changed, is not whole, or is signed by another key: the context's error says
 * what, and out->bad where; ERR_RANGE: `kept` is of a log that ends outside of it. */
enum errcode
archive_read(struct cx *cx, FILE *from, const struct archive_reading *r, struct archive *out) MUST_CHECK;

/* The leaf of one event, in the arena, without a look at the rest. ERR_NOT_FOUND: it is not in the file. */
enum errcode archive_find(struct cx *cx, FILE *from, int64_t seq, struct str *leaf_out) MUST_CHECK;

/* The same as archive_read, and each event against the database's hashes: it is a part of this log. */
enum errcode
archive_compare(struct cx *cx, FILE *from, const struct checkpoint *kept, struct archive *out) MUST_CHECK;

/* Moves the events of an archive that was compared out of the database, in transactions of some hundreds,
 * the first of which has the event audit.archived, with `name` for the file. When it was interrupted it can
 * be done again, with an event of its own if something is left to remove. ERR_RANGE: there is a gap between
 * those that are in archives and this one; ERR_BUSY: another process has held the log for too long.
 * *removed_out: how many. */
enum errcode
archive_remove(struct cx *cx, const struct archive *a, struct str name, int64_t *removed_out) MUST_CHECK;

#endif
