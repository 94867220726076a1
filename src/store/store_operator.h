/* SPDX-License-Identifier: Apache-2.0 */
/* store_operator: the rows of operators, of the companies that they reach, and of their enrolment links. */
#ifndef COUNTERSIGN_STORE_STORE_OPERATOR_H
#define COUNTERSIGN_STORE_STORE_OPERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* Each includes those before it. */
enum operator_role { OPERATOR_AUDITOR, OPERATOR_HELPDESK, OPERATOR_ADMIN, OPERATOR_OWNER };
enum operator_state { OPERATOR_ACTIVE, OPERATOR_DISABLED, OPERATOR_DELETED };

/* As in the table and on the command line: "auditor"; "active". */
extern const char *const operator_role_names[4];
extern const char *const operator_state_names[3];

struct operator
{
    int64_t id;
    struct str email, email_key, name;
    enum operator_role role;
    bool everything; /* reaches all companies, those of later included */
    enum operator_state state;
    int64_t created_at;
};

enum errcode store_operator_insert(struct cx *cx, const struct operator* o) MUST_CHECK;
/* ERR_NOT_FOUND. A deleted one is found by its id alone. */
enum errcode store_operator_get(struct cx *cx, int64_t id, struct operator* o_out) MUST_CHECK;
enum errcode store_operator_find(struct cx *cx, struct str email_key, struct operator* o_out) MUST_CHECK;
/* Without deleted ones, ordered by address, in the arena. */
enum errcode store_operator_list(struct cx *cx, struct operator** list_out, size_t *n_out) MUST_CHECK;
/* At most `limit` of them, after that address (null: from the first one on). */
enum errcode store_operator_page(struct cx *cx, struct str after, int64_t limit, struct operator** list_out,
                                 size_t *n_out) MUST_CHECK;
/* Writes everything but the id and created_at. */
enum errcode store_operator_update(struct cx *cx, const struct operator* o) MUST_CHECK;
/* How many active owners there are besides this one. Writes to their rows, so that of two transactions that
 * ask side by side one fails. */
enum errcode store_operator_other_owners(struct cx *cx, int64_t id, int64_t *n_out) MUST_CHECK;

/* The companies of an operator or a token, in place of those before. */
enum errcode store_reach_set(struct cx *cx, int64_t holder_id, const int64_t *companies, size_t n) MUST_CHECK;
enum errcode
store_reach_list(struct cx *cx, int64_t holder_id, int64_t **companies_out, size_t *n_out) MUST_CHECK;
enum errcode store_reach_has(struct cx *cx, int64_t holder_id, int64_t company_id, bool *has_out) MUST_CHECK;

struct operator_link {
    int64_t operator_id, created_at, expires_at;
};
/* In place of the operator's open one. */
enum errcode store_operator_link_put(struct cx *cx, const struct operator_link *link,
                                     const struct digest *digest) MUST_CHECK;
/* One that is open now. ERR_NOT_FOUND. */
enum errcode store_operator_link_get(struct cx *cx, const struct digest *digest,
                                     struct operator_link *link_out) MUST_CHECK;
/* *was_open_out: the operator had one that was open. */
enum errcode store_operator_link_remove(struct cx *cx, int64_t operator_id, bool *was_open_out) MUST_CHECK;
/* The end of the operator's open link; 0: there is none. */
enum errcode store_operator_link_end(struct cx *cx, int64_t operator_id, int64_t *expires_out) MUST_CHECK;
/* Those that ended before then. */
enum errcode
store_operator_link_sweep(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out) MUST_CHECK;

#endif
