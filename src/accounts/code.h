/* SPDX-License-Identifier: Apache-2.0 */
/* code: typed second factors: TOTP (RFC 6238, SHA-1, 6 digits, 30 s, 160-bit seed, one step of drift,
 * never accepted twice) and recovery codes (80 bits, base32 in groups, each used once). Seeds are stored
 * sealed, recovery codes as HMAC. */
#ifndef COUNTERSIGN_ACCOUNTS_CODE_H
#define COUNTERSIGN_ACCOUNTS_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/technician.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

enum { RECOVERY_CODES = 10 };

/* Sets a new seed, replacing the old one; *uri_out is the otpauth:// address for an authenticator. In its
 * own transaction, audited. */
enum errcode totp_enrol(struct cx *cx, int64_t technician_id, struct str *uri_out) MUST_CHECK;
enum errcode totp_remove(struct cx *cx, int64_t technician_id) MUST_CHECK;
/* Makes ten new codes, replacing the old ones; in the arena; shown once. In its own transaction, audited. */
enum errcode
recovery_codes_new(struct cx *cx, int64_t technician_id, struct str codes_out[RECOVERY_CODES]) MUST_CHECK;
enum errcode recovery_codes_left(struct cx *cx, int64_t technician_id, int64_t *n_out) MUST_CHECK;

/* The same within the open transaction; t is as read in it. */
enum errcode totp_remove_within(struct cx *cx, const struct technician *t) MUST_CHECK;
enum errcode recovery_codes_new_within(struct cx *cx, const struct technician *t,
                                       struct str codes_out[RECOVERY_CODES]) MUST_CHECK;

/* A new seed that is not in use yet: as an address for an authenticator, and sealed for the row in which
 * it is kept. In the arena. */
struct totp {
    struct str uri, secret; /* the otpauth:// address, and the seed in base32 */
    struct str sealed;
};
enum errcode
totp_new(struct cx *cx, const struct technician *t, int64_t row, struct totp *totp_out) MUST_CHECK;
/* Within the open transaction: if the code belongs to the pending seed, that seed replaces the account's;
 * for any other code *right_out is false, and nothing is changed. The code is spent: no sign-in accepts
 * it. */
struct totp_waiting {
    struct str sealed;
    int64_t row;
};
enum errcode totp_confirm_within(struct cx *cx, const struct technician *t, const struct totp_waiting *w,
                                 struct str code, bool *right_out) MUST_CHECK;

/* What a typed code can be, judged by its length and letters (text_typed). CODE_NONE is a typing mistake
 * and never a guess: it is refused without counting as a failure. */
enum code_kind { CODE_NONE, CODE_TOTP, CODE_RECOVERY };
enum code_kind code_kind(struct cx *cx, struct str code);

/* The latest step whose code could be accepted now: of a database that is older than now, any up to it may
 * have been used. */
int64_t code_latest_step(void);

/* Within the open transaction: spends the code if it is right, by a conditional update that advances the
 * time step or marks the recovery code as used; *right_out is false for a wrong, outdated or used one.
 * *kind_out: "totp" or "recovery". */
enum errcode code_spend(struct cx *cx, int64_t technician_id, struct str code, bool *right_out,
                        const char **kind_out) MUST_CHECK;

/* RFC 6238 for one step; for tests against oathtool. */
uint32_t totp_at(const unsigned char *seed, size_t n, uint64_t step);

#endif
