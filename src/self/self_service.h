/* SPDX-License-Identifier: Apache-2.0 */
/* self_service: what technicians can do with their own account, on their own phone: see, rename and remove
 * devices, see sign-ins, change the password, set up codes. It is opened by a fresh signature of the phone's
 * key over a nonce, for a few minutes and for that phone only.
 *
 * An ERR_* result means that the state is unknown and nothing was changed; refusals are results. Each
 * operation is one transaction, in which device, account and opening are read again. */
#ifndef COUNTERSIGN_SELF_SELF_SERVICE_H
#define COUNTERSIGN_SELF_SELF_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts/account.h"
#include "accounts/code.h"
#include "accounts/deed.h"
#include "accounts/device.h"
#include "accounts/passkey.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

#define SELF_LIFE (10 * CLOCK_MINUTE)

enum self_result {
    SELF_OK,
    SELF_UNKNOWN_DEVICE, /* of another account, or no longer there */
    SELF_PROOF_REQUIRED, /* the token is invalid: open the self-service again */
    SELF_LOCKED,         /* account or company cannot be used at present */
    SELF_BAD_SIGNATURE,
    SELF_BAD_PASSKEY,
    SELF_PASSKEY_REQUIRED, /* as for an approval: passkey.h */
    SELF_BAD_REQUEST,
    SELF_TOO_MANY, /* this address has used up its budget of failures: nothing is verified */
    SELF_WRONG_PASSWORD,
    SELF_PASSWORD_REFUSED,
    SELF_WRONG_CODE,
    SELF_LAST_FACTOR, /* no other one would be left */
    SELF_STALE_NONCE  /* DEED_STALE */
};

/* A nonce for the device to sign (deed_nonce: nothing is stored for it), and the rest of the statement. */
struct self_begun {
    struct str nonce, company, account; /* null unless SELF_OK */
};
enum errcode self_begin(struct cx *cx, const struct device *d, struct self_begun *begun_out,
                        enum self_result *result_out) MUST_CHECK;

/* What the device sends. The signature is over statement_write_self (statement/statement.h). */
struct self_signature {
    struct str nonce;
    struct str signature;             /* DEVICE_SIGNATURE_BYTES */
    struct passkey_assertion passkey; /* over the same statement; nulls: none */
};
/* Spends the nonce, as a change does (deed.h), and opens for SELF_LIFE; the device's earlier openings end.
 * A refusal spends nothing, and is audited. */
enum errcode self_open(struct cx *cx, const struct device *d, const struct self_signature *s,
                       struct str *token_out, enum self_result *result_out) MUST_CHECK;

/* After an operation other than self_open ended with that result: audits that the account cannot be used.
 * Other results are not audited here. */
enum errcode self_audit_refusal(struct cx *cx, const struct device *d, enum self_result result) MUST_CHECK;

/* The caller, and the token from self_open; relied on only after a look-up. Reading needs no deed; a
 * change without one is refused (SELF_STALE_NONCE). */
struct self_proof {
    const struct device *device;
    struct str token;
    const struct deed *deed;
};
enum errcode self_end(struct cx *cx, const struct self_proof *proof, enum self_result *result_out) MUST_CHECK;

/* device_id: as text. ERR_NONE and SELF_BAD_REQUEST: the name. */
enum errcode self_rename(struct cx *cx, const struct self_proof *proof, struct str device_id, struct str name,
                         enum self_result *result_out) MUST_CHECK;
enum errcode self_remove(struct cx *cx, const struct self_proof *proof, struct str device_id,
                         enum self_result *result_out) MUST_CHECK;

/* self_codes.c. In the arena: for an authenticator, and a QR code of its address (qr.h). Not used until it
 * is confirmed. */
struct self_codes {
    struct str uri, secret, qr;
};
enum errcode self_codes_begin(struct cx *cx, const struct self_proof *proof, struct self_codes *codes_out,
                              enum self_result *result_out) MUST_CHECK;
/* SELF_BAD_REQUEST: none is pending. A wrong code counts as a failure. */
enum errcode self_codes_confirm(struct cx *cx, const struct self_proof *proof, struct str code,
                                enum self_result *result_out) MUST_CHECK;
/* Removing nothing is not an error. */
enum errcode
self_codes_remove(struct cx *cx, const struct self_proof *proof, enum self_result *result_out) MUST_CHECK;
enum errcode self_recovery(struct cx *cx, const struct self_proof *proof,
                           struct str codes_out[RECOVERY_CODES], enum self_result *result_out) MUST_CHECK;

/* password_change.c: hashes. Failures of the old password count as usual; if it is right, the new one must
 * satisfy the policy, and every console's session ends. */
struct self_password {
    uint8_t attempts_left;
    const char *rule; /* for SELF_PASSWORD_REFUSED: "length", "well-known", "strength", "same", "used";
                       * otherwise NULL */
};
enum errcode
self_password(struct cx *cx, const struct self_proof *proof, struct str old_password, struct str new_password,
              struct self_password *password_out, enum self_result *result_out) MUST_CHECK;

/* self_overview.c. Everything is in the arena. */
enum { SIGN_INS_LISTED = 20, REFUSALS_READ = 500 };
/* A sign-in; or the refusals with one result, method and network among the newest REFUSALS_READ; or those
 * that were only counted, with result Counted (after the right password) or UserLockedOut. */
struct sign_in {
    int64_t at, since; /* the times of the newest and the oldest */
    int32_t times;
    struct str result, method, console; /* of the newest */
    struct str source;                  /* the address; for several of one IPv6 network: its /64 */
    struct str network;                 /* inet_source */
    int64_t id;                         /* of the newest, in the audit log */
};
struct self_device {
    struct device device;
    bool is_this, is_subscribed;
};
struct self_overview {
    struct self_device *devices;
    size_t n_devices;
    /* Newest first: at most SIGN_INS_LISTED granted ones, and as many groups each of refusals after the
     * right password, of refusals without it, and of those only counted. No kind displaces another. */
    struct sign_in *sign_ins;
    size_t n_sign_ins;
    bool has_codes;
    int64_t recovery_codes, minimum_length;
    int32_t password_days;   /* -1: never expires */
    int32_t password_notice; /* -1: no warning due */
    uint8_t minimum_strength;
};
enum errcode self_overview(struct cx *cx, const struct self_proof *proof, struct self_overview *overview_out,
                           enum self_result *result_out) MUST_CHECK;

/* Housekeeping: removes expired nonces and openings, at most `limit`; *more_out: call again. */
enum errcode self_sweep(struct cx *cx, int64_t limit, bool *more_out) MUST_CHECK;

/* For this room: looks up what the proof stands for, within a transaction of either kind. *self_out is
 * filled only if *result_out is SELF_OK. */
struct self {
    int64_t id;
    struct str seed_sealed; /* null: no codes are pending */
    struct account account;
};
enum errcode self_enter(struct cx *cx, const struct self_proof *proof, struct self *self_out,
                        enum self_result *result_out) MUST_CHECK;
/* The same for a change. self_may: without a transaction, and grants nothing. self_grant: within an open
 * one, and spends the nonce if *result_out is SELF_OK. */
enum errcode self_may(struct cx *cx, const struct self_proof *proof, struct self *self_out,
                      enum self_result *result_out) MUST_CHECK;
enum errcode self_grant(struct cx *cx, const struct self_proof *proof, struct self *self_out,
                        enum self_result *result_out) MUST_CHECK;
/* self_grant in a transaction that it begins, and that technician_end_change ends. On an error none is
 * open. */
enum errcode self_begin_change(struct cx *cx, const struct self_proof *proof, struct self *self_out,
                               enum self_result *result_out) MUST_CHECK;

#endif
