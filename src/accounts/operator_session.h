/* SPDX-License-Identifier: Apache-2.0 */
/* operator_session: how an operator gets in: a one-time link brings in a passkey, a passkey opens a session.
 * User verification is always required. The browser signs the SHA-256 of a challenge's text, as phones do
 * (passkey.h). What a session may do is never in the session: operator_right.h. */
#ifndef COUNTERSIGN_ACCOUNTS_OPERATOR_SESSION_H
#define COUNTERSIGN_ACCOUNTS_OPERATOR_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/operator.h"
#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_operator_key.h"
#include "webauthn/webauthn.h"

enum { OPERATOR_PASSKEYS_MAX = 10, OPERATOR_PASSKEY_NAME_MAX = 64 };
#define OPERATOR_LINK_LIFE_MAX (7 * CLOCK_DAY)
#define OPERATOR_CHALLENGE_LIFE (5 * CLOCK_MINUTE)
#define OPERATOR_IDLE (30 * CLOCK_MINUTE)
#define OPERATOR_LIFE (12 * CLOCK_HOUR)

/* "PUBLIC_URL/console/admin/#TICKET", in place of the operator's open link. forget: a passkey was lost; all
 * of them, the sessions, and the tokens that the operator made end in the same transaction. ERR_POLICY: the
 * operator is disabled, or this server cannot have passkeys; ERR_NOT_FOUND; ERR_USAGE: the life; ERR_DENIED.
 */
enum errcode
operator_link_new(struct cx *cx, int64_t id, int64_t life, bool forget, struct str *link_out) MUST_CHECK;

/* Adds an operator with such a link, or neither. Errors as operator_add_within, and the link's. */
enum errcode operator_invite(struct cx *cx, const struct operator_new *new, int64_t life, int64_t *id_out,
                             struct str *link_out) MUST_CHECK;

/* What the holder of a link's ticket needs for WebAuthn. ERR_NOT_FOUND: unknown, used or expired. */
struct operator_welcome {
    struct str email, name, challenge, relying_party;
    struct str user; /* 32 bytes, base64url */
};
enum errcode
operator_link_look(struct cx *cx, struct str ticket, struct operator_welcome *welcome_out) MUST_CHECK;
/* Spends the link. ERR_NOT_FOUND: the link; ERR_SYNTAX: the name; ERR_PROTOCOL: the passkey; ERR_LIMIT: there
 * are OPERATOR_PASSKEYS_MAX. Whatever is refused spends nothing. */
enum errcode operator_enrol(struct cx *cx, struct str ticket, struct str name,
                            const struct passkey_registration *registration) MUST_CHECK;
/* ERR_NOT_FOUND. The operator's sessions end. */
enum errcode operator_passkey_remove(struct cx *cx, int64_t operator_id, int64_t passkey_id) MUST_CHECK;

/* A new challenge of a sign-in; no row is written. *site_out: strings are null where passkeys are not
 * possible. */
struct str operator_challenge(struct cx *cx, struct webauthn_site *site_out);
struct operator_sign_in {
    struct str challenge, credential_id;
    struct passkey_assertion assertion;
};
/* Opens a session, once for each challenge. *token_out is the cookie's value. ERR_DENIED: the challenge, the
 * passkey or the operator; nothing is written then. */
enum errcode
operator_sign_in(struct cx *cx, const struct operator_sign_in *in, struct str *token_out) MUST_CHECK;
/* Ends the session of the right (operator_right.h). */
enum errcode operator_sign_out(struct cx *cx) MUST_CHECK;
/* The session or token of the right was used: moves the time until which it may be silent. Writes once a
 * minute at most. */
enum errcode operator_seen(struct cx *cx) MUST_CHECK;

/* Housekeeping. */
enum errcode operator_sweep(struct cx *cx, int64_t limit, bool *more_out) MUST_CHECK;

#endif
