/* SPDX-License-Identifier: Apache-2.0 */
/* revoke: ends what an account has open besides its password and second factors: sessions, pushes, enrolment
 * links and openings of the self-service. An act against an account calls it in its own transaction; undoing
 * the act does not restore them. Open logins are left: their check reads every condition again. */
#ifndef COUNTERSIGN_ACCOUNTS_REVOKE_H
#define COUNTERSIGN_ACCOUNTS_REVOKE_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"

/* Within the open transaction, audited. Spares except_session (0: none), and the self-service of the
 * acting phone (cx->device). */
enum errcode
revoke_account(struct cx *cx, int64_t technician_id, int64_t except_session, const char *reason) MUST_CHECK;
/* The same for all accounts of a company. */
enum errcode revoke_company(struct cx *cx, int64_t company_id, const char *reason) MUST_CHECK;

#endif
