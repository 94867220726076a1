/* SPDX-License-Identifier: Apache-2.0 */
/* challenge_answer: what a phone sees of its pending pushes, and its answer to one. */
#ifndef COUNTERSIGN_SIGNIN_CHALLENGE_ANSWER_H
#define COUNTERSIGN_SIGNIN_CHALLENGE_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "accounts/challenge.h"
#include "accounts/device.h"
#include "accounts/passkey.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "statement/statement.h"

enum answer {
    ANSWER_OK,
    ANSWER_UNKNOWN,   /* belongs to another account than this device */
    ANSWER_ALREADY,   /* answered or used */
    ANSWER_WITHDRAWN, /* cancelled or failed before an answer was of use */
    ANSWER_EXPIRED,
    ANSWER_BAD_SIGNATURE, /* audited; changes nothing */
    ANSWER_WRONG_NUMBER,
    ANSWER_NUMBER_REQUIRED,
    ANSWER_BAD_REQUEST,
    ANSWER_PASSKEY_REQUIRED, /* audited; changes nothing */
    ANSWER_BAD_PASSKEY       /* the same */
};

/* The pending challenges of the device's account, newest first, at most CHALLENGE_LISTED. Strings of views
 * are in the arena. */
enum errcode challenge_pending(struct cx *cx, const struct device *d, struct challenge_view **views_out,
                               size_t *n_out) MUST_CHECK;
enum errcode challenge_fetch(struct cx *cx, const struct device *d, struct str public_id,
                             enum answer *answer_out, struct challenge_view *view_out) MUST_CHECK;

struct challenge_reply {
    struct str public_id;
    enum decision decision;
    struct str number;                /* as typed; null: none */
    struct str signature;             /* DEVICE_SIGNATURE_BYTES, over statement_write_answer */
    struct passkey_assertion passkey; /* for an approval: over the same statement; nulls: none */
};
/* *tries_left_out: how many more numbers may be tried. */
enum errcode challenge_answer(struct cx *cx, const struct device *d, const struct challenge_reply *reply,
                              enum answer *answer_out, uint8_t *tries_left_out) MUST_CHECK;

#endif
