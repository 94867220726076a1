/* store_wipe: takes the secrets of an account out of the store. */
#ifndef COUNTERSIGN_STORE_STORE_WIPE_H
#define COUNTERSIGN_STORE_STORE_WIPE_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"

/* Within the open transaction: removes the account's password hashes (its own, the former ones, those that
 * open logins brought), its seed, its recovery codes, its enrolment tickets, what hangs on its phones, and
 * their keys and tokens. What stays is the account's row, its phones as removed ones, its logins and sessions
 * until they are swept, and the audit. Schema version 3 does the same for accounts that were deleted before
 * it: keep both in step. */
enum errcode store_account_wipe(struct cx *cx, int64_t technician_id) MUST_CHECK;

#endif
