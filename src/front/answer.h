/* SPDX-License-Identifier: Apache-2.0 */
/* answer: the response to one request, and its serialization into the bytes of a connection. */
#ifndef COUNTERSIGN_FRONT_ANSWER_H
#define COUNTERSIGN_FRONT_ANSWER_H

#include <stdbool.h>

#include "base/str.h"

struct connection;

/* Null views are left out. All of them are read before answer_send returns. */
struct answer {
    unsigned status;
    struct str cache_control, content_type, etag, allow, set_cookie, preference_applied, location;
    unsigned retry_after; /* seconds; 0: none */
    bool is_api;          /* extra headers of the JSON face: nosniff, and the challenge of a 401 */
    bool is_failure;      /* counts as a failure of the payer (throttle.h) */
    bool is_accepted;     /* a worker accepted the token of the request, */
    bool is_token_wrong;  /* or does not know it */
    bool has_public;      /* Public beside Allow, as IIS answers OPTIONS */
    bool is_page;         /* for a browser: what the page may load, and which pages may frame it */
    bool is_app;          /* a page that may also call the server: the approver */
    struct str body;
};

/* Appends the answer to c->out, framed as its request requires, with Strict-Transport-Security where the
 * request came over TLS. Afterwards c->to.keep_alive says whether the connection stays open. */
void answer_send(struct connection *c, const struct answer *a);

#endif
