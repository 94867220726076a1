/* SPDX-License-Identifier: Apache-2.0 */
/* attempt: one login on its way from a right password to its end: opened, read again with all its facts,
 * and ended once, by a grant or by a final refusal. Only for signin and self. */
#ifndef COUNTERSIGN_SIGNIN_ATTEMPT_H
#define COUNTERSIGN_SIGNIN_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/account.h"
#include "accounts/challenge.h"
#include "accounts/decide.h"
#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "signin/signin.h"
#include "store/store_challenge.h"
#include "store/store_login.h"

#define LOGIN_LIFE (10 * CLOCK_MINUTE)
/* A password alone opens any number of logins: an older one that has led to no push ends when so many were
 * opened since, from its source or from all. The newest is always served. */
enum { LOGINS_OF_SOURCE = 20, LOGINS_OF_ACCOUNT = 200 };
#define OK_REPEATED (30 * CLOCK_S)

#define PURPOSE_SIGN_IN STR_LIT("sign-in")
#define PURPOSE_NEW_PASSWORD STR_LIT("new-password")
#define PURPOSE_CHANGE STR_LIT("change-password")
#define PURPOSE_SELF STR_LIT("self-service") /* not of a login, but of a change on the phone */

/* A new password that comes with a login or a change: the facts to record while it is visible. */
struct brought {
    struct str hash;    /* empty: it is not acceptable at all */
    struct str verdict; /* "", "weak", "same", "used" */
    int64_t strength, length;
    struct digest context; /* password_context */
};
/* Hashes: not for the fast lane, not inside a transaction. */
enum errcode
brought_look(struct cx *cx, const struct account *a, struct str password, struct brought *b_out) MUST_CHECK;
/* Whether what it was judged by, such as the account's name, still holds. */
bool brought_is_of(struct cx *cx, const struct account *a, const struct brought *b);
/* By the policy, the words and the history of now, inside the transaction that stores it: WEAK also when what
 * it was judged by has changed since. */
enum password_verdict brought_judge(struct cx *cx, const struct account *a, const struct brought *b);

struct attempt {
    struct login_row login;
    struct challenge_row challenge; /* id 0: none was named */
    struct account account;
    struct facts facts;
    bool is_repeat; /* spent by an OK that may still be repeated */
};

struct opening {
    struct str purpose, language;
    const struct brought *brought; /* NULL: none */
    int64_t session_id;            /* for a change; otherwise 0 */
};
/* Within the open transaction: inserts the login, and fills in the attempt as attempt_read would.
 * a->account must be filled. *token_out may be NULL: the token is not returned. */
enum errcode
attempt_open(struct cx *cx, const struct opening *o, struct attempt *a, struct str *token_out) MUST_CHECK;

/* Within a transaction of either kind: looks up what the tokens stand for. Bad tokens are not an error:
 * facts.account is NULL then. challenge_token NULL: none is named. */
enum errcode attempt_read(struct cx *cx, struct str login_token, const struct str *challenge_token,
                          struct attempt *a_out) MUST_CHECK;

/* Within the open transaction: ends the attempt. OK grants: the new password is stored, the session and
 * its seat are taken. Anything else is a final refusal. Both spend the login and its push, and are
 * audited. method: "push", "totp", "recovery", "password". */
enum errcode attempt_end(struct cx *cx, struct attempt *a, enum signin_result result, const char *method,
                         struct signin_outcome *outcome_out) MUST_CHECK;
/* Repeats an OK, unchanged. */
enum errcode
attempt_repeat(struct cx *cx, const struct attempt *a, struct signin_outcome *outcome_out) MUST_CHECK;
/* Builds the answer only. session: the caller's own session, 0: that of the login. */
enum errcode attempt_tell(struct cx *cx, const struct attempt *a, int64_t session, enum signin_result result,
                          struct signin_outcome *outcome_out) MUST_CHECK;

/* signin.c. Within the open transaction: the password was proved, and the second factor comes next: opens
 * a login that waits for it or, if no factor was ever set up, answers OkTwoFactorSetupRequired with an
 * enrolment link. a->account must be filled. */
enum errcode signin_second_factor(struct cx *cx, struct attempt *a, const struct opening *o,
                                  struct signin_outcome *outcome_out) MUST_CHECK;
/* After the commit: logs it if the answer has such a link. */
void signin_log_setup(struct cx *cx, const struct account *a, const struct signin_outcome *answer);

/* The login's number, as the audit log has it. */
struct str attempt_id(struct cx *cx, const struct attempt *a);

/* The answer to an outsider: a result and nothing else. */
struct signin_outcome outcome_for_stranger(enum signin_result result);

#endif
