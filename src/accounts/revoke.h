/* revoke: ends what an account has open beside its password and its second factors: sessions, enrolment links
 * and openings of the self-service. An act against an account calls it in its own transaction; what was open
 * does not come back when the act is undone. Open logins are left: their check reads every condition again.
 */
#ifndef COUNTERSIGN_ACCOUNTS_REVOKE_H
#define COUNTERSIGN_ACCOUNTS_REVOKE_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"

/* Within the open transaction, audited. except_session (0: none) goes on, and so does the self-service of the
 * phone that acts (cx->device). */
enum errcode
revoke_account(struct cx *cx, int64_t technician_id, int64_t except_session, const char *reason) MUST_CHECK;
/* The same for all accounts of a company. */
enum errcode revoke_company(struct cx *cx, int64_t company_id, const char *reason) MUST_CHECK;

#endif
