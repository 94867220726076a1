/* account: all that a decision must know of one account, read at one moment: inside the transaction that
 * decides. For accounts, signin and self alone. */
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
    struct lockout l; /* of the account and the caller's address */
    bool is_address_allowed;
    struct password_facts password; /* where account_saw_password was called since */
    bool is_password_seen;
};

/* ERR_NOT_FOUND. A deleted account is read like any other. */
enum errcode account_read(struct cx *cx, int64_t technician_id, struct account *a_out) MUST_CHECK;
/* What the present password is like, known to one who was just given it: the policy in force is held against
 * it from here on. */
void account_saw_password(struct account *a, const struct password_facts *facts);
/* As password_days_left; 0 as well where the password was seen and breaks a rule of the policy in force. */
int32_t account_password_days(const struct cx *cx, const struct account *a);
/* By failures or by the operator. */
bool account_is_locked(const struct account *a);
/* lockout_fail of the account, from the caller's address. */
enum errcode account_fail(struct cx *cx, struct account *a) MUST_CHECK;
struct audit_of account_of(const struct account *a);

/* The right password alone may enrol the first phone: no second factor was ever set up. What was set up and
 * is gone (a lost phone that was removed, the last recovery code) does not count as never. */
bool account_may_enrol_itself(const struct account *a);
/* METHOD_* that work now: the push channel may rest. 0: only an operator's link helps. */
enum errcode account_methods(struct cx *cx, const struct account *a, unsigned *methods_out) MUST_CHECK;

/* The outputs beside the result, for one who had the right password. except_session: not "another console".
 */
enum errcode account_tell(struct cx *cx, const struct account *a, int64_t except_session,
                          struct signin_answer *answer) MUST_CHECK;
/* sUrl where the result itself says where to go; else null. */
struct str account_url(struct cx *cx, const struct account *a, enum signin_result result);

/* At most `max` bytes, everything but printable ASCII made '?'; empty for null: what a stranger says of
 * themselves, before it is stored and shown. */
struct str text_of_stranger(struct cx *cx, struct str text, size_t max);
enum { TEXT_CONSOLE = 200, TEXT_LANGUAGE = 35 };

/* Becomes the audit's actor, unless the command line acts. */
void account_acts(struct cx *cx, int64_t technician_id);

#endif
