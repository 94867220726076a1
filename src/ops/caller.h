/* SPDX-License-Identifier: Apache-2.0 */
/* caller: who asks, resolved from the caller column of ops.def before a handler runs. A handler's prototype
 * (ops.h) takes the proof of its row and of no other, so a handler that does without it does not compile, and
 * a row that changes its caller breaks its handler's build.
 *
 * DEVICE is verified here. All others are rights that have to be granted within the transaction that uses
 * them: here the proof is prepared, the function of the domain that takes it verifies it and notes that in
 * cx->proofs, and ops_run lets no OK out without that note. */
#ifndef COUNTERSIGN_OPS_CALLER_H
#define COUNTERSIGN_OPS_CALLER_H

#include <stdbool.h>

#include "accounts/deed.h"
#include "accounts/device.h"
#include "accounts/operator_right.h"
#include "accounts/passkey.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "contract/ct.h"
#include "self/self_service.h"

struct by_login {
    struct str token;
};
struct by_session {
    struct str cookie;
};
struct by_ticket { /* of an enrolment */
    struct str ticket;
};
struct by_console {
    struct str ticket;
};
struct by_link { /* of an operator */
    struct str link;
};
struct by_signed {
    const struct device *device;
    struct str signature;
    struct passkey_assertion passkey; /* nulls: none */
};

/* Filled as far as the operation's caller needs. */
struct caller {
    struct by_login login;
    struct by_session session;
    struct by_ticket ticket;
    struct by_console console;
    struct device device; /* known and active; the audit's actor */
    struct by_signed signs;
    struct deed deed;
    struct self_proof self;
    struct by_link link;
    struct operator_right right; /* checked once; again in each transaction from now on */
};

/* What a handler takes between cx and in, and where it comes from. */
#define BY_NOBODY
#define BY_LOGIN const struct by_login *by,
#define BY_SESSION const struct by_session *by,
#define BY_TICKET const struct by_ticket *by,
#define BY_CONSOLE const struct by_console *by,
#define BY_DEVICE const struct device *by,
#define BY_SIGNED const struct by_signed *by,
#define BY_DEED const struct deed *by,
#define BY_SELF const struct self_proof *by,
#define BY_SELF_DEED const struct self_proof *by,
#define BY_LINK const struct by_link *by,
#define BY_OPERATOR const struct operator_right *by,
#define BY_AUDITOR BY_OPERATOR
#define BY_HELPDESK BY_OPERATOR
#define BY_ADMIN BY_OPERATOR
#define BY_OWNER BY_OPERATOR

#define FROM_NOBODY
#define FROM_LOGIN &c->login,
#define FROM_SESSION &c->session,
#define FROM_TICKET &c->ticket,
#define FROM_CONSOLE &c->console,
#define FROM_DEVICE &c->device,
#define FROM_SIGNED &c->signs,
#define FROM_DEED &c->deed,
#define FROM_SELF &c->self,
#define FROM_SELF_DEED &c->self,
#define FROM_LINK &c->link,
#define FROM_OPERATOR &c->right,
#define FROM_AUDITOR &c->right,
#define FROM_HELPDESK &c->right,
#define FROM_ADMIN &c->right,
#define FROM_OWNER &c->right,

/* *refusal_out: the result that refuses the call, or null; c is not to be used then. Its pointers are into c
 * and the arena. An error is the store's, or, of an operation of the operator's API, one for
 * ops_admin_refuse. */
enum errcode caller_resolve(struct cx *cx, const struct ct_op *op, const void *in, struct caller *c,
                            struct str *refusal_out) MUST_CHECK;
/* Whether the domain has verified all that this caller has to prove. */
bool caller_is_proved(const struct cx *cx, enum ct_caller_id as);

#endif
