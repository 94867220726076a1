/* SPDX-License-Identifier: Apache-2.0 */
/* phone: a key pair that enrols and signs as a phone does. */
#ifndef COUNTERSIGN_TESTS_AUTH_PHONE_H
#define COUNTERSIGN_TESTS_AUTH_PHONE_H

#include "accounts/device_change.h"
#include "tests/unit/accounts/fixture.h"

#include "accounts/device.h"
#include "accounts/subscription.h"
#include "crypto/p256.h"

struct phone {
    struct p256_key *key;
    unsigned char public_key[P256_POINT];
};

void phone_init(struct phone *p);
void phone_clear(struct phone *p);
struct str phone_public(const struct phone *p);
/* r and s, in the arena. */
struct str phone_sign(struct fixture *f, const struct phone *p, struct str message);
/* What is signed to enrol; in the arena. */
struct str phone_enrol_statement(struct fixture *f, struct str ticket, const char *name);
/* Behind the # of a link. */
struct str phone_ticket(struct str link);
/* Enrols with a new ticket; the device's row id. *token_out may be NULL. */
int64_t phone_enrol(struct fixture *f, const struct phone *p, int64_t technician, struct str *token_out);
/* The same by this ticket, as device_enrol answers. */
enum errcode phone_enrol_by(struct fixture *f, const struct phone *p, struct str ticket, struct device *d_out,
                            struct str *token_out);
/* A link as the right password alone is given one, good for an hour. */
struct str phone_self_link(struct fixture *f, int64_t technician);

/* subscription.h, each in a transaction of its own. */
enum errcode
phone_subscribe(struct cx *cx, const struct device *d, const struct subscription *wanted, bool is_again);
enum errcode phone_unsubscribe(struct cx *cx, const struct device *d);

#endif
