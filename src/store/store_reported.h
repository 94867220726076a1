/* SPDX-License-Identifier: Apache-2.0 */
/* store_reported: sign-ins that a phone reported as not its person's. */
#ifndef COUNTERSIGN_STORE_STORE_REPORTED_H
#define COUNTERSIGN_STORE_STORE_REPORTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* Mirrors table reported; strings are in the arena. */
struct reported_row {
    int64_t id, technician_id, company_id, login_id;
    struct str source;
    int64_t created_at, taken_at;
    struct str taken_by;
};

enum errcode store_reported_insert(struct cx *cx, const struct reported_row *row) MUST_CHECK;
/* Whose: company_id 0: of all that both holders reach, an operator and a token; 0: does not restrict the
 * choice. */
struct reported_choice {
    int64_t company_id, holders[2], limit;
};
/* Those that wait, the oldest first; those that somebody took, the newest first. At most `limit`, in the
 * arena. */
enum errcode store_reported_open(struct cx *cx, const struct reported_choice *choice,
                                 struct reported_row **rows_out, size_t *n_out) MUST_CHECK;
enum errcode store_reported_taken(struct cx *cx, const struct reported_choice *choice,
                                  struct reported_row **rows_out, size_t *n_out) MUST_CHECK;
/* *changed_out false: there is none of that account, or somebody took it before. */
struct reported_take {
    int64_t id, technician_id, at; /* id: of one report */
    struct str by;
};
enum errcode
store_reported_take(struct cx *cx, const struct reported_take *take, bool *changed_out) MUST_CHECK;
/* The same for all that wait of an account: those that it took, in the arena. */
enum errcode store_reported_take_all(struct cx *cx, int64_t company_id, const struct reported_take *take,
                                     struct reported_row **rows_out, size_t *n_out) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum errcode store_reported_get(struct cx *cx, int64_t id, struct reported_row *row_out) MUST_CHECK;
/* Removes those taken before then, at most `limit`. */
enum errcode store_reported_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out) MUST_CHECK;

#endif
