/* audit: the append-only log of what matters, chained by digests, written in the transaction of what it
 * tells. */
#ifndef COUNTERSIGN_AUTH_AUDIT_H
#define COUNTERSIGN_AUTH_AUDIT_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* Subjects of an event; 0 where there is none. */
struct audit_of {
    int64_t company, technician;
};

/* Appends one event inside the open transaction; actor, source and time are the context's. `event` is a
 * constant dotted name of audit.def ("login.refused"). detail: pairs of key and value until a NULL key,
 * written as a JSON object of strings; never a secret: audit_append(cx, of, "login.refused", "result",
 * STR_LIT("InvalidPassword"), NULL). */
enum errcode audit_append(struct cx *cx, struct audit_of of, const char *event, ...) MUST_CHECK;

struct audit_row {
    int64_t seq, at;
    struct str event, actor, source, detail;
    int64_t company, technician;
};

/* Up to `limit` rows after `after`, oldest first, of one technician or company (0: all). *rows_out is in the
 * arena. */
enum errcode audit_list(struct cx *cx, struct audit_of of, int64_t after, int64_t limit,
                        struct audit_row **rows_out, size_t *n_out) MUST_CHECK;

/* Recomputes the chain. ERR_CRYPTO when a row was changed, added or removed: *bad_out is the first such seq.
 * *last_out and *digest_out (may be NULL) are the end of the chain, for the operator to keep elsewhere. */
enum errcode
audit_verify(struct cx *cx, int64_t *last_out, struct str *digest_hex_out, int64_t *bad_out) MUST_CHECK;

#endif
