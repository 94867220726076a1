/* decide: the ordered table of conditions behind every answer of a sign-in. The first that holds is the
 * answer; where none holds, OK. The facts were read in the transaction that acts on the answer. It is here
 * and not in signin, since sessions and enrolment links ask it as well. */
#ifndef COUNTERSIGN_ACCOUNTS_DECIDE_H
#define COUNTERSIGN_ACCOUNTS_DECIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "accounts/account.h"
#include "accounts/challenge.h"
#include "accounts/signin_result.h"

/* What a decision knows. */
struct facts {
    const struct account *account; /* NULL: the tokens are not good; nothing else is looked at then */
    bool is_password_current;      /* what this login proved is still the account's */
    enum challenge_state push;     /* of AT_SEND and AT_CODE: one that was refused, if there is one */
    bool is_push_over;             /* its time */
    bool is_code_wrong;
    bool is_password_expired; /* past its age, to be changed, or against the policy in force */
    bool brings_password;
    enum password_verdict new_password; /* by the policy in force now */
    bool is_change;                     /* a password change, not a sign-in */
    bool is_session_over;               /* of that change */
    bool is_full;                       /* every seat is taken, and the last is not given up for a new one */
};

/* Where a condition is looked at. */
enum decide_at {
    AT_LOGIN = 1, /* the password was right; the second factor is still to come */
    AT_ALONE = 2, /* the password was right, and is all that is asked for */
    AT_SEND = 4,  /* before a push is sent or a code looked at */
    AT_CHECK = 8, /* what became of a push */
    AT_CODE = 16, /* what became of a code */
    AT_SELF = 32, /* a phone uses the self-service or a self-enrolment ticket */
    /* A session goes on, or its ticket is redeemed. What failures locked is not looked at: a stranger could
     * end the owner's session. Nor is what is about signing in alone: addresses, SSO. */
    AT_SESSION = 64
};

struct condition {
    enum signin_result result;
    unsigned at;     /* enum decide_at, or-ed */
    const char *why; /* in words for an operator */
    bool (*holds)(const struct facts *f);
};

extern const struct condition conditions[];
extern const size_t conditions_n;

enum signin_result decide(const struct facts *f, enum decide_at at);

#endif
