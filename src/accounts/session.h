/* SPDX-License-Identifier: Apache-2.0 */
/* session: a signed-in console; its cookie, its seat, its end. */
#ifndef COUNTERSIGN_ACCOUNTS_SESSION_H
#define COUNTERSIGN_ACCOUNTS_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

struct session {
    int64_t id, company_id, technician_id;
    bool has_second_factor; /* begun with one */
    struct str source, console;
    int64_t created_at, seen_at, idle_at, expires_at, ended_at;
};

struct account;

/* A live session by its cookie's value, and its account as it is now. ERR_NOT_FOUND: none, ended, idle,
 * too old, or its account may not continue (AT_SESSION of decide.h). Must be called in the transaction of
 * what it authorizes. */
enum errcode session_enter(struct cx *cx, struct str token, struct session *session_out,
                           struct account *account_out) MUST_CHECK;
/* Whether this cookie's session ended only because its account was deleted. */
enum errcode session_of_deleted(struct cx *cx, struct str token, bool *is_out) MUST_CHECK;
/* *alive_out false: no such live session; one whose account may not continue is ended. */
enum errcode session_keep_alive(struct cx *cx, struct str token, bool *alive_out) MUST_CHECK;
enum errcode session_log_out(struct cx *cx, struct str token, bool *was_alive_out) MUST_CHECK;
/* Live ones; 0: of all technicians, of all companies. */
enum errcode session_list(struct cx *cx, int64_t company_id, int64_t technician_id,
                          struct session **sessions_out, size_t *n_out) MUST_CHECK;
/* At most `limit` of them, the oldest first, after the one that was made then and has that id (0: from the
 * first one on). *more_out: there are more after them. */
struct session_page {
    int64_t company_id, technician_id, after_at, after_id, limit;
};
enum errcode session_page(struct cx *cx, const struct session_page *page, struct session **sessions_out,
                          size_t *n_out, bool *more_out) MUST_CHECK;
/* By the operator. ERR_NOT_FOUND when it is not live. */
enum errcode session_end(struct cx *cx, int64_t id, const char *reason) MUST_CHECK;
/* Within the open transaction: all live ones of the technician except one (0: no exception). */
enum errcode
session_end_all(struct cx *cx, int64_t technician_id, int64_t except_session, const char *reason) MUST_CHECK;
/* Within the open transaction: those of a whole company; those that the password alone began. */
enum errcode session_end_company(struct cx *cx, int64_t company_id, const char *reason) MUST_CHECK;
enum errcode session_end_alone(struct cx *cx, int64_t company_id, const char *reason) MUST_CHECK;

/* Housekeeping: removes sessions that ended more than a week ago, at most `limit`; *more_out: call again. */
enum errcode session_sweep(struct cx *cx, int64_t limit, bool *more_out) MUST_CHECK;

struct redeemed {
    struct str account, company, session_id;
    int32_t password_notice; /* password.h */
};
/* Spends the ticket of sUrl. ERR_NOT_FOUND: unknown, spent, expired, its session has ended, or the account
 * may not continue: AT_SESSION of decide.h. */
enum errcode session_redeem(struct cx *cx, struct str ticket, struct redeemed *redeemed_out) MUST_CHECK;

/* Within the open transaction: shortens the company's open sessions to the lifetimes of its policy. */
enum errcode session_shorten(struct cx *cx, int64_t company_id, int64_t idle, int64_t life) MUST_CHECK;

#endif
