/* SPDX-License-Identifier: Apache-2.0 */
/* device_replace: a phone that is enrolled again, for the account that it has already, takes the place of its
 * former self. Only that phone can ask for it: with the token and a signature of the former device's key. */
#ifndef COUNTERSIGN_ACCOUNTS_DEVICE_REPLACE_H
#define COUNTERSIGN_ACCOUNTS_DEVICE_REPLACE_H

#include <stdint.h>

#include "accounts/device_change.h"
#include "base/cx.h"
#include "base/err.h"

/* Within the open transaction: the active device of this account that the enrolment may replace. id 0: none
 * was named, or it is no longer there, or it is of another account: then there is nothing to remove.
 * ERR_DENIED: its signature does not verify over statement_write_replacement (statement/statement.h). */
enum errcode device_replace_find(struct cx *cx, int64_t technician_id, const struct enrolment *e,
                                 struct device *former_out) MUST_CHECK;

#endif
