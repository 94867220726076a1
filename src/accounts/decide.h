/* SPDX-License-Identifier: Apache-2.0 */
/* decide: the ordered table of conditions (decide.def) behind every answer of a sign-in. The first one that
 * holds is the answer; if none holds, OK. The facts must be read in the transaction that acts on the answer.
 * It is here rather than in signin, since sessions and enrolment links use it as well. */
#ifndef COUNTERSIGN_ACCOUNTS_DECIDE_H
#define COUNTERSIGN_ACCOUNTS_DECIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "accounts/account.h"
#include "accounts/challenge.h"
#include "accounts/signin_result.h"

/* The facts of a decision. */
struct facts {
    const struct account *account;  /* NULL: the tokens are invalid; nothing else is examined then */
    bool is_password_current;       /* what this login proved still applies to the account */
    enum challenge_state challenge; /* for AT_SEND and AT_CODE: a refused one, if there is one */
    bool is_challenge_over;         /* its lifetime */
    bool is_code_wrong;
    bool is_password_expired; /* past its age, to be changed, or violating the current policy */
    bool brings_password;
    enum password_verdict new_password; /* required by the current policy */
    bool is_change;                     /* a password change, not a sign-in */
    bool is_session_over;               /* of the new password */
    bool is_alone;                      /* the session was begun by the password alone */
    bool is_full;                       /* every seat is taken, and the last is not given up for a new one */
};

/* The point in a sign-in at which a condition is checked. */
enum decide_at {
    AT_LOGIN = 1, /* the password was right; the second factor comes next */
    AT_ALONE = 2, /* the password was right, and nothing else is required */
    AT_SEND = 4,  /* before a push is sent or a code verified */
    AT_CHECK = 8, /* the outcome of a push */
    AT_CODE = 16, /* the outcome of a code */
    AT_SELF = 32, /* a phone uses the self-service or a self-made enrolment ticket */
    /* A session continues, or its ticket is redeemed. A lock caused by failures is ignored: an outsider
     * could end the owner's session with it. So are conditions about signing in only: addresses, SSO. What
     * becomes of everything granted when a policy changes: docs/operating.md, "When a policy changes". */
    AT_SESSION = 64
};

struct condition {
    enum signin_result result;
    unsigned at; /* enum decide_at values, combined with | */
    const char *id;
    const char *why; /* an explanation for the operator */
    bool (*holds)(const struct facts *f);
};

extern const struct condition conditions[];
extern const size_t conditions_n;

/* The first condition that holds there; NULL: none. */
const struct condition *decide_first(const struct facts *f, enum decide_at at);
enum signin_result decide(const struct facts *f, enum decide_at at);

#endif
