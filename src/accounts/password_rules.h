/* SPDX-License-Identifier: Apache-2.0 */
/* password_rules: the form in which passwords are hashed and compared. Internal to accounts; the rules are
 * declared in password.h. */
#ifndef COUNTERSIGN_ACCOUNTS_PASSWORD_RULES_H
#define COUNTERSIGN_ACCOUNTS_PASSWORD_RULES_H

#include "base/cx.h"
#include "base/str.h"

enum { PASSWORD_BYTES_MAX = 256, PASSWORD_LENGTH_MIN = 8, PASSWORD_LENGTH_MIN_ALONE = 15 };

/* NFKC; null for text that is not UTF-8, is empty, or exceeds PASSWORD_BYTES_MAX (before or after). */
struct str password_normalise(struct cx *cx, struct str password);

#endif
