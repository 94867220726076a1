/* SPDX-License-Identifier: Apache-2.0 */
/* operator_right: the right of the operator who asks. Who that is is read from the request once, and what
 * it may do from rows, again and again: operator_right_use makes db_begin and db_begin_read run the check in
 * every transaction of the request, once it has begun. So no deed is done, and nothing is read, by a right
 * that was taken away before, whatever function of the domain does it. A request without a right (the
 * command line, a phone, a console) is not concerned.
 *
 * The subject is the company, account, device or session that the request names: the check looks up whose
 * it is, in the same transaction, and treats what is out of reach as if it did not exist. */
#ifndef COUNTERSIGN_ACCOUNTS_OPERATOR_RIGHT_H
#define COUNTERSIGN_ACCOUNTS_OPERATOR_RIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/operator.h"
#include "accounts/operator_once.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_company.h"

/* What the request is about: the words of its members, null where it has none. */
struct operator_subject {
    bool is_own;           /* about the operator alone: no reach is needed */
    bool is_list;          /* company may be absent: then all that is in reach */
    bool is_of_several;    /* also where that is several companies: operator_right_holders chooses them */
    struct str company;    /* its name */
    struct str technician; /* id, or address */
    struct str device, session; /* ids */
};

enum operator_refusal {
    OPERATOR_NOT_REFUSED,
    OPERATOR_SIGNED_OUT, /* no proof, or one that is not good any more */
    OPERATOR_ROLE,
    OPERATOR_OUT_OF_REACH,  /* it concerns more than some companies */
    OPERATOR_NEEDS_COMPANY, /* a list, by an operator who reaches several companies */
    OPERATOR_ALREADY_DONE,  /* the request of this Idempotency-Key: once.answer */
    OPERATOR_KEY_REUSED     /* its Idempotency-Key is that of another request */
};

struct operator_right {
    /* Given: one of the two, and what is asked for. */
    struct str session, token;
    enum operator_role needs;
    struct operator_subject subject;
    struct operator_once once;
    /* As of the last transaction. */
    int64_t operator_id, session_id, token_id; /* 0: none */
    enum operator_role role;
    bool everything;
    int64_t company, technician, device, console; /* the subject's ids; 0: none, or all in reach */
    bool own_everything, token_everything;        /* the two of which `everything` is made */
    int64_t idle_at, token_seen, token_ends;      /* as in their rows */
    enum operator_refusal refusal;                /* of ERR_DENIED */
};

/* From now on, each transaction of cx checks the right, which must outlive the request, and notes
 * CX_PROOF_OPERATOR. A transaction begins with ERR_DENIED where the proof is not good any more, or the role
 * or the operator's reach does not suffice, and with ERR_NOT_FOUND where there is no such subject within
 * reach; cx->detail is fit for the operator. What the right allows is then refused where its Idempotency-Key
 * was spent before (operator_once.h): ERR_DENIED, OPERATOR_ALREADY_DONE or OPERATOR_KEY_REUSED. */
void operator_right_use(struct cx *cx, struct operator_right *right);

/* Whose keys those of the request are: the token's, or the operator's. */
int64_t operator_right_holder(const struct operator_right *right);
/* Whose rows of operator_reach restrict what is listed, an operator's and a token's; 0: none restricts it. */
void operator_right_holders(const struct cx *cx, int64_t holders_out[2]);
/* Within a transaction: the companies within reach of the one who asks, without a right all. Ordered by name,
 * at most `limit`, after that name (null: from the first one on). *more_out: there are more after them. */
enum errcode
operator_right_companies(struct cx *cx, struct str after, int64_t limit, struct company **companies_out,
                         size_t *n_out, bool *more_out) MUST_CHECK;
/* Within a transaction: ERR_DENIED where the one who asks has less than the grant. Without a right: fine. */
enum errcode operator_right_covers(struct cx *cx, const struct operator_grant *grant) MUST_CHECK;

#endif
