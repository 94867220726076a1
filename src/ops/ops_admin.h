/* SPDX-License-Identifier: Apache-2.0 */
/* ops_admin: what the operations of the operator's API share: whose right a call uses and what it is about,
 * read from the call and the members of its row in ops.def; and what an error of the domain answers. The
 * handlers are in ops_admin_*.c, one file for each subject. */
#ifndef COUNTERSIGN_OPS_OPS_ADMIN_H
#define COUNTERSIGN_OPS_OPS_ADMIN_H

#include <stdint.h>

#include "accounts/operator_right.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "contract/ct.h"

enum { OPS_PAGE = 50, OPS_PAGE_MAX = 200 };

/* Fills the right's need and subject from the row and its members, and checks it; from then on each
 * transaction of the request checks it again, and the handler's own has to. A member that names the subject
 * and is missing is ERR_SYNTAX. */
enum errcode ops_admin_enter(struct cx *cx, const struct ct_op *op, const void *in,
                             struct operator_right *right) MUST_CHECK;
/* After the handler: ends the transaction that a request with an Idempotency-Key holds. `err`: of the
 * handler; is_ok: its answer is OK, which is kept for the key and committed with the deed. Anything else is
 * rolled back. */
enum errcode ops_admin_leave(struct cx *cx, const struct ct_op *op, enum errcode err, bool is_ok,
                             const void *out) MUST_CHECK;
/* Turns an error that concerns the operator into the operation's result, with sReason; ERR_NONE then. */
enum errcode ops_admin_refuse(struct cx *cx, const struct ct_op *op, enum errcode err, void *out) MUST_CHECK;

/* RFC 3339; null for 0. */
struct str ops_time(struct cx *cx, int64_t at);
/* As much as an int of the contract can say. */
int32_t ops_count(int64_t n);
struct ct_array ops_array(void *items, size_t n);
/* iLimit of a list. ERR_RANGE. */
enum errcode ops_limit(struct cx *cx, int32_t given, int64_t *limit_out) MUST_CHECK;
/* A cursor or an id; `fallback` for null or empty. ERR_SYNTAX. */
enum errcode
ops_number(struct cx *cx, struct str text, const char *member, int64_t fallback, int64_t *n_out) MUST_CHECK;
/* "on" or "off": *on_out, and *given_out points to it; NULL for null or empty. ERR_SYNTAX. */
enum errcode ops_switch(struct cx *cx, struct str text, const char *member, bool *on_out,
                        const bool **given_out) MUST_CHECK;
/* The result of what was done; an error is passed on. */
enum errcode ops_done(enum errcode err, enum AdminRet *result_out) MUST_CHECK;
/* An empty text of a message is the same as none. */
struct str ops_given(struct str text);

#endif
