/* SPDX-License-Identifier: Apache-2.0 */
/* phone: the device API (docs/device-api.md) from the phone's side: requests and signatures. Knows no
 * command line and prints nothing. */
#ifndef COUNTERSIGN_CLIENT_PHONE_H
#define COUNTERSIGN_CLIENT_PHONE_H

#include <jansson.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "client/http_client.h"
#include "client/key_file.h"
#include "statement/statement.h"

struct phone {
    struct cx *cx;       /* for errors, and memory; outlives it */
    struct key_file key; /* after phone_open or phone_enrol */
    struct http_client *http;
};

/* Reads the key file and opens the way to the server that it names, in place of options->url. The errors of
 * key_file_read and http_client_open. phone_close in any case. */
enum errcode phone_open(struct cx *cx, struct phone *p, const char *key_path,
                        const struct http_client_options *options) MUST_CHECK;
/* A phone that has no key yet, for phone_enrol: opens the way to options->url. phone_close in any case. */
enum errcode
phone_open_new(struct cx *cx, struct phone *p, const struct http_client_options *options) MUST_CHECK;
void phone_close(struct phone *p);

/* What the server answered. */
struct phone_reply {
    json_t *document;  /* the caller's, to be released in any case; NULL if there is none */
    struct str result; /* a view into it: "OK" */
};
/* One operation: posts `members` (taken over) to /api/device/NAME. ERR_BUSY if the server answered
 * UnknownError, and the errors of http_client_post; other refusals are ERR_NONE here: see phone_check. */
enum errcode
phone_call(struct phone *p, const char *name, json_t *members, struct phone_reply *reply_out) MUST_CHECK;
/* ERR_NONE for OK, else ERR_DENIED with the contract's words. */
enum errcode phone_check(struct phone *p, struct str result) MUST_CHECK;

/* Makes a key and enrols it with a ticket, which is valid once; p->key is complete afterwards. name: what the
 * person calls the device. ERR_DENIED: refused; ERR_LIMIT: ticket and name are too long. */
enum errcode phone_enrol(struct phone *p, struct str ticket, struct str name) MUST_CHECK;
/* Takes the device off its account: a change, signed over a nonce that it requests first. As phone_call. */
enum errcode phone_remove(struct phone *p, struct phone_reply *reply_out) MUST_CHECK;

/* Asks for name "pending", or "fetch" with an id (else null), and checks the result. The challenges are the
 * member aChallenges of *document_out, which is the caller's, NULL on failure or not. */
enum errcode phone_ask(struct phone *p, const char *name, struct str id, json_t **document_out) MUST_CHECK;
/* Converts a challenge of the API to the values of its statement. Views into the document.
 * ERR_PROTOCOL when a member is missing; ERR_DENIED when it is another server's: the approval would be
 * valid there. */
enum errcode
phone_read_challenge(struct phone *p, const json_t *document, struct challenge_view *view_out) MUST_CHECK;
/* Signs the decision over the view and posts it. number: null for none. As phone_call, and
 * ERR_PROTOCOL: the challenge is too long. */
enum errcode phone_answer(struct phone *p, const struct challenge_view *view, enum decision decision,
                          struct str number, struct phone_reply *reply_out) MUST_CHECK;

#endif
