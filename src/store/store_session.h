/* SPDX-License-Identifier: Apache-2.0 */
/* store_session: rows of sessions. "Live" means: not ended, used recently enough, not too old. */
#ifndef COUNTERSIGN_STORE_STORE_SESSION_H
#define COUNTERSIGN_STORE_STORE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* Mirrors table session; strings are in the arena. */
struct session_row {
    int64_t id, company_id, technician_id, login_id;
    struct digest token_digest, ticket_digest;
    int64_t ticket_used_at, ticket_expires_at;
    bool has_second_factor; /* begun with one */
    struct str source, console;
    int64_t created_at, seen_at, idle_at, expires_at, ended_at;
    struct str end_reason;
};

/* Inserts it with the ticket_used_at, ended_at and end_reason of a new one. */
enum errcode store_session_insert(struct cx *cx, const struct session_row *row) MUST_CHECK;
/* Live or not; ERR_NOT_FOUND. */
enum errcode
store_session_by_token(struct cx *cx, const struct digest *token, struct session_row *row_out) MUST_CHECK;
enum errcode
store_session_by_ticket(struct cx *cx, const struct digest *ticket, struct session_row *row_out) MUST_CHECK;
enum errcode store_session_get(struct cx *cx, int64_t id, struct session_row *row_out) MUST_CHECK;

/* Selects sessions; a member that is 0 does not restrict the choice. */
struct session_choice {
    int64_t company_id, technician_id, except_id;
    int64_t after_at, after_id; /* of a list: only those after the one that was made then and has that id */
};
/* Live ones. */
enum errcode store_session_count(struct cx *cx, const struct session_choice *which, int64_t now,
                                 int64_t *n_out) MUST_CHECK;
/* Live ones, oldest first, at most `limit`. *rows_out is in the arena. */
enum errcode store_session_list(struct cx *cx, const struct session_choice *which, int64_t now, int64_t limit,
                                struct session_row **rows_out, size_t *n_out) MUST_CHECK;

/* For a live one; *changed_out false: it is not live. */
enum errcode
store_session_touch(struct cx *cx, int64_t id, int64_t now, int64_t idle_at, bool *changed_out) MUST_CHECK;
enum errcode
store_session_end(struct cx *cx, int64_t id, int64_t now, struct str reason, bool *changed_out) MUST_CHECK;
/* Ends all live ones of a technician, except one (0: no exception). */
enum errcode store_session_end_all(struct cx *cx, const struct session_choice *which, int64_t now,
                                   struct str reason, int64_t *n_out) MUST_CHECK;
enum errcode store_session_end_company(struct cx *cx, int64_t company_id, int64_t now, struct str reason,
                                       int64_t *n_out) MUST_CHECK;
/* Those among them that the password alone began. */
enum errcode store_session_end_alone(struct cx *cx, int64_t company_id, int64_t now, struct str reason,
                                     int64_t *n_out) MUST_CHECK;
/* For the sandbox alone, whose scripts sign in without a phone: the company's open sessions count as begun
 * with a second factor. */
enum errcode store_session_count_as_proved(struct cx *cx, int64_t company_id) MUST_CHECK;
/* Of the live ones of the company none lasts longer than `life` from its start, or `idle` from when it was
 * last used; one that is already past that ends at `now`. */
enum errcode
store_session_shorten(struct cx *cx, int64_t company_id, int64_t idle, int64_t life, int64_t now) MUST_CHECK;
/* Those that ended by themselves and are not marked yet, the oldest first, at most `limit`; in the arena. */
enum errcode store_session_lapsed(struct cx *cx, int64_t now, int64_t limit, struct session_row **rows_out,
                                  size_t *n_out) MUST_CHECK;
/* Marks one of those as ended at the time when it expired. */
enum errcode store_session_lapse(struct cx *cx, int64_t id, struct str reason) MUST_CHECK;
/* Spends the ticket of a live session once, before it expires. */
enum errcode store_session_spend_ticket(struct cx *cx, int64_t id, int64_t now, bool *won_out) MUST_CHECK;
/* Removes those that could last be live before `before`, at most `limit`. */
enum errcode store_session_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out) MUST_CHECK;

#endif
