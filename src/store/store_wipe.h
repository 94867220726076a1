/* SPDX-License-Identifier: Apache-2.0 */
/* store_wipe: removes the secrets of an account from the store. */
#ifndef COUNTERSIGN_STORE_STORE_WIPE_H
#define COUNTERSIGN_STORE_STORE_WIPE_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"

/* Within the open transaction: removes the account's password hashes (the current one, earlier ones, those
 * of open logins), its seed, its recovery codes, its enrolment tickets, everything attached to its phones,
 * and the phones' keys and tokens. What stays is the account's row, its phones as removed ones, its logins
 * and sessions until they are swept, and the audit log. Schema version 3 does the same for accounts
 * deleted before it: keep both in step. */
enum errcode store_account_wipe(struct cx *cx, int64_t technician_id) MUST_CHECK;

#endif
