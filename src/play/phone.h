/* SPDX-License-Identifier: Apache-2.0 */
/* phone: the phones of a sandbox. All have one key, kept in a file beside the sandbox's database; they
 * enrol with a ticket and sign their answers, and the server verifies both as for any phone. */
#ifndef COUNTERSIGN_PLAY_PHONE_H
#define COUNTERSIGN_PLAY_PHONE_H

#include "accounts/challenge.h"
#include "accounts/device.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "signin/challenge_answer.h"

struct phone {
    struct p256_key *key;
    unsigned char public_key[DEVICE_KEY_BYTES];
};

/* "FOLDER/phone.key" for a database in that folder; in the arena. */
const char *phone_key_file(struct arena *a, struct str store_path);
/* Creates the key's file, mode 0600. ERR_IO. */
enum errcode phone_make(struct cx *cx, const char *key_file) MUST_CHECK;
/* ERR_IO, ERR_SYNTAX. phone_close must be called in any case. */
enum errcode phone_open(struct cx *cx, const char *key_file, struct phone *phone_out) MUST_CHECK;
void phone_close(struct phone *phone);

/* Enrols a phone for the account. */
enum errcode phone_enrol(struct cx *cx, const struct phone *phone, int64_t technician_id) MUST_CHECK;

struct phone_act {
    enum decision decision;
    bool is_number_wrong; /* approve: with a number other than the one that the console shows */
};
struct phone_heard {
    bool was_pending; /* false: no challenge is pending, or there is no phone */
    enum answer answer;
    uint8_t tries_left;
};
/* Answers the newest pending challenge of the account. In a transaction of its own. */
enum errcode phone_answer(struct cx *cx, const struct phone *phone, int64_t technician_id,
                          struct phone_act act, struct phone_heard *heard_out) MUST_CHECK;

#endif
