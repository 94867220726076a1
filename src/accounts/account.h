/* SPDX-License-Identifier: Apache-2.0 */
/* account: everything that a decision needs to know about one account, read at one moment: inside the
 * transaction that decides. Only for accounts, signin and self. */
#ifndef COUNTERSIGN_ACCOUNTS_ACCOUNT_H
#define COUNTERSIGN_ACCOUNTS_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/audit.h"
#include "accounts/company.h"
#include "accounts/lockout.h"
#include "accounts/password.h"
#include "accounts/policy.h"
#include "accounts/signin_result.h"
#include "accounts/technician.h"
#include "base/cx.h"
#include "base/err.h"

struct account {
    struct technician t;
    struct company c;
    struct policy p;
    struct lockout l; /* for the account and the caller's address */
    bool is_address_allowed;
    struct password_facts password; /* set once account_saw_password was called */
    bool is_password_seen;
};

/* ERR_NOT_FOUND. A deleted account is read like any other. */
enum errcode account_read(struct cx *cx, int64_t technician_id, struct account *a_out) MUST_CHECK;
/* The properties of the present password, known to a caller that was just given it: from here on they are
 * checked against the current policy. */
void account_saw_password(struct account *a, const struct password_facts *facts);
/* As password_days_left; also 0 when the password was seen and violates a rule of the current policy. */
int32_t account_password_days(const struct cx *cx, const struct account *a);
/* By failures or by the operator. */
bool account_is_locked(const struct account *a);
/* lockout_fail for the account, from the caller's address. */
enum errcode account_fail(struct cx *cx, struct account *a) MUST_CHECK;
struct audit_of account_of(const struct account *a);

/* Whether the right password alone may enrol the first phone: only if no second factor was ever set up. A
 * factor that was set up and is gone (a lost phone that was removed, the last recovery code) counts. */
bool account_may_enrol_itself(const struct account *a);
/* METHOD_* that work now: the push channel may be resting. 0: only an operator's link helps. */
enum errcode account_methods(struct cx *cx, const struct account *a, unsigned *methods_out) MUST_CHECK;

/* The outputs besides the result, for a caller with the right password. except_session: does not count as
 * "another console". */
enum errcode account_tell(struct cx *cx, const struct account *a, int64_t except_session,
                          struct signin_outcome *answer) MUST_CHECK;
/* The sessions of the company that are live. */
struct account_seats {
    int64_t taken;
    bool is_full; /* a new one is refused; never where the oldest is ended instead */
};
enum errcode
account_seats(struct cx *cx, const struct account *a, struct account_seats *seats_out) MUST_CHECK;

/* sUrl, if the result itself determines it; otherwise null. */
struct str account_url(struct cx *cx, const struct account *a, enum signin_result result);

/* At most `max` bytes, with everything but printable ASCII replaced by '?'; empty for null: for outsiders'
 * descriptions of themselves, before they are stored and shown. */
struct str text_of_stranger(struct cx *cx, struct str text, size_t max);
enum { TEXT_CONSOLE = 200, TEXT_LANGUAGE = 35 };

/* Makes it the audit log's actor, unless the command line is acting. */
void account_acts(struct cx *cx, int64_t technician_id);

#endif
