/* SPDX-License-Identifier: Apache-2.0 */
/* store_passkey: the passkeys of phones. */
#ifndef COUNTERSIGN_STORE_STORE_PASSKEY_H
#define COUNTERSIGN_STORE_STORE_PASSKEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* Mirrors table passkey; strings are in the arena. */
struct passkey_row {
    int64_t device_id;
    struct str credential_id;
    int64_t algorithm;
    struct str public_key;
    int64_t sign_count;
    bool backup_eligible, backed_up;
};

/* ERR_CONFLICT: another device has that credential. */
enum errcode store_passkey_insert(struct cx *cx, const struct passkey_row *row) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum errcode store_passkey_get(struct cx *cx, int64_t device_id, struct passkey_row *row_out) MUST_CHECK;
/* Writes the new counter and backup state while the counter is still `before`; *changed_out false: it is
 * not. */
enum errcode
store_passkey_use(struct cx *cx, const struct passkey_row *row, int64_t before, bool *changed_out) MUST_CHECK;
enum errcode store_passkey_remove(struct cx *cx, int64_t device_id) MUST_CHECK;

#endif
