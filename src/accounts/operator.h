/* SPDX-License-Identifier: Apache-2.0 */
/* operator: those who operate the server by accounts of their own: role, reach, state, and what changes
 * them. struct operator is store_operator.h's. Links, passkeys and sessions: operator_session.h; tokens:
 * operator_token.h; how a right is used: operator_right.h.
 *
 * Each change is a transaction of its own, audited. One that takes a role, a reach or the account away ends
 * the operator's sessions in it; tokens have no more than their operator at any moment. An active owner is
 * always left: ERR_POLICY. */
#ifndef COUNTERSIGN_ACCOUNTS_OPERATOR_H
#define COUNTERSIGN_ACCOUNTS_OPERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_operator.h"

enum { OPERATOR_REACH_MAX = 200 };

/* What an operator or a token may do, and where. */
struct operator_grant {
    enum operator_role role;
    bool everything;
    const int64_t *companies; /* unless everything */
    size_t n;
};

/* role: one of operator_role_names. reach: the word everything, or names of companies with commas between
 * them. An owner reaches everything. ERR_USAGE; ERR_NOT_FOUND: a company. */
enum errcode operator_read_role(struct cx *cx, struct str role, enum operator_role *role_out) MUST_CHECK;
enum errcode
operator_read_reach(struct cx *cx, struct str reach, struct operator_grant *grant_out) MUST_CHECK;
/* "everything", or the companies' names with commas between them; in the arena. */
enum errcode
operator_reach_text(struct cx *cx, int64_t holder_id, bool everything, struct str *reach_out) MUST_CHECK;

struct operator_new {
    struct str email, name; /* name null: the address */
    struct operator_grant grant;
};
/* Within the open transaction. ERR_SYNTAX: the address or the name; ERR_EXISTS; ERR_DENIED: the one who asks
 * has less than that; ERR_USAGE: an owner who does not reach everything. */
enum errcode
operator_add_within(struct cx *cx, const struct operator_new *new, struct operator* o_out) MUST_CHECK;
/* ERR_NOT_FOUND. Deleted ones are found by id, never by address. */
enum errcode operator_get(struct cx *cx, int64_t id, struct operator* o_out) MUST_CHECK;
enum errcode operator_find(struct cx *cx, struct str email, struct operator* o_out) MUST_CHECK;

/* What is to be another way; nulls stay as they are. */
struct operator_change {
    struct str name;
    const enum operator_role *role;
    const struct operator_grant *reach; /* its role is not read */
};
/* ERR_SYNTAX, ERR_DENIED, ERR_POLICY, ERR_NOT_FOUND, ERR_USAGE. */
enum errcode operator_set(struct cx *cx, int64_t id, const struct operator_change *change) MUST_CHECK;
/* Disabled: no sign-in, no session, no token; its passkeys stay, its link is void. ERR_POLICY,
 * ERR_NOT_FOUND. */
enum errcode operator_set_state(struct cx *cx, int64_t id, bool active) MUST_CHECK;
/* Frees the address, removes passkeys, revokes tokens; the row stays for the audit. */
enum errcode operator_delete(struct cx *cx, int64_t id) MUST_CHECK;

/* For the domain's own files: begins a transaction, reads the operator, and refuses (ERR_DENIED) where the
 * one who asks has less. A deleted one is ERR_NOT_FOUND. On an error no transaction is open. */
enum errcode operator_begin_change(struct cx *cx, int64_t id, struct operator* o_out) MUST_CHECK;

#endif
