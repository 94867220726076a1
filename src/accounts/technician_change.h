/* SPDX-License-Identifier: Apache-2.0 */
/* technician_change: what an operator does to an account. Each change is a transaction of its own, audited.
 */
#ifndef COUNTERSIGN_ACCOUNTS_TECHNICIAN_CHANGE_H
#define COUNTERSIGN_ACCOUNTS_TECHNICIAN_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

struct technician_new {
    int64_t company_id;
    struct str email;
    struct str name;     /* null: the address */
    struct str password; /* null: the account has none until it is reset */
    bool keeps_password; /* else the first sign-in asks for another one, which the operator does not know */
};
/* The password is checked against the policy. ERR_EXISTS, ERR_SYNTAX, ERR_POLICY (cx->detail says why, in
 * words for a person). */
enum errcode technician_add(struct cx *cx, const struct technician_new *new, int64_t *id_out) MUST_CHECK;
/* Within the open transaction, without a password; *t_out: the account. ERR_EXISTS, ERR_SYNTAX. */
struct technician;
enum errcode
technician_add_within(struct cx *cx, const struct technician_new *new, struct technician *t_out) MUST_CHECK;
/* What is to be another way; nulls stay as they are. */
struct technician_wish {
    struct str name;
    const bool *is_technician, *role_on;
};
/* All of it or nothing. Flags: ends sessions where either is off now. ERR_SYNTAX: the name. */
enum errcode technician_set(struct cx *cx, int64_t id, const struct technician_wish *wish) MUST_CHECK;
/* The same for the two flags. */
enum errcode technician_set_flags(struct cx *cx, int64_t id, bool is_technician, bool role_on) MUST_CHECK;
/* Ends sessions, frees the address, wipes the secrets and the phones (store_wipe.h), takes its reports
 * (reported.h); the row stays for the audit. A push that waits fails. Open logins are left: their check
 * answers NoSuchUser. */
enum errcode technician_delete(struct cx *cx, int64_t id) MUST_CHECK;
/* After this the right password alone enrols a phone again, as on a new account: for the person who lost
 * every second factor and whom no link reaches. Recovery codes that are left become void. ERR_POLICY: a phone
 * (also a disabled one) or an authenticator is left, which the operator removes first. */
enum errcode technician_allow_self_enrolment(struct cx *cx, int64_t id) MUST_CHECK;
/* Clears the operator's lock, failures and their lock, and ends every refusal of a source and the rest of the
 * push channel. */
enum errcode technician_unlock(struct cx *cx, int64_t id) MUST_CHECK;
/* Locks until unlocked. Ends what is open (revoke.h), the console ticket included. */
enum errcode technician_lock(struct cx *cx, int64_t id) MUST_CHECK;
/* The operator sets a password; must_change asks for a new one at the next sign-in. Ends sessions. ERR_POLICY
 * as above. */
enum errcode
technician_reset_password(struct cx *cx, int64_t id, struct str password, bool must_change) MUST_CHECK;

#endif
