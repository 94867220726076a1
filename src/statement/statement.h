/* SPDX-License-Identifier: Apache-2.0 */
/* statement: the texts that a phone signs, as both the phone and the server build them:
 * docs/device-api.md. Each starts with a line that names its kind and version, followed by one line for
 * each member: "NAME LENGTH VALUE\n", with the length in bytes, decimal, so that no value can imitate
 * another line. Nothing is signed or verified here. All functions append to `out`, whose limit the caller
 * chooses (buf_is_over). */
#ifndef COUNTERSIGN_STATEMENT_STATEMENT_H
#define COUNTERSIGN_STATEMENT_STATEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/* A null value is written as an empty one. */
void statement_add_line(struct buf *out, const char *name, struct str value);

/* What a phone shows of a challenge. The strings are signed; of the other members, so is the typed number. */
struct challenge_view {
    struct str id, nonce, audience, company, account, purpose, console, source, created, expires;
    struct str place, place_seen; /* not signed: "known" and when, "new", or nulls (signin/place.h) */
    bool number_required;
    uint8_t number_digits, tries_left;
    int32_t seconds_left;
};

enum decision { DECISION_APPROVE, DECISION_REJECT, DECISION_NOT_ME };
/* "approve", "reject", "not-me": as in the statement and the device API. */
const char *decision_name(enum decision decision);

/* The answer to a challenge, "countersign-assertion-v1": the strings of the view in order, then device,
 * decision and number. */
void statement_write_answer(struct buf *out, const struct challenge_view *v, struct str device_id,
                            struct str decision, struct str number);

/* An enrolment, "countersign-enrol-v1": the members in this order. audience: the server's public URL. */
struct statement_enrolment {
    struct str audience, ticket, name;
};
void statement_write_enrolment(struct buf *out, const struct statement_enrolment *e);

/* That a new key takes the place of an enrolled device, "countersign-replace-v1", signed by that device's
 * key: the members in this order. key: the new public key, base64url. The ticket makes it good once. */
struct statement_replacement {
    struct str audience, ticket, device, key;
};
void statement_write_replacement(struct buf *out, const struct statement_replacement *r);

/* The first lines of a change, "countersign-change-v1": the members in this order. The caller then adds
 * each argument of the operation with statement_add_line. */
struct statement_change {
    struct str audience, nonce, device, operation; /* "device/remove" */
};
void statement_open_change(struct buf *out, const struct statement_change *c);

/* The opening of the self-service, "countersign-self-v1": the members in this order. */
struct statement_self {
    struct str audience, nonce, company, account, device;
};
void statement_write_self(struct buf *out, const struct statement_self *s);

#endif
