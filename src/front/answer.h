/* answer: what is said to a request, and how it becomes the bytes of a connection. */
#ifndef COUNTERSIGN_FRONT_ANSWER_H
#define COUNTERSIGN_FRONT_ANSWER_H

#include <stdbool.h>

#include "base/str.h"

struct connection;

/* Null views are left out. All is read before answer_send returns. */
struct answer {
    unsigned status;
    struct str cache_control, content_type, etag, allow, set_cookie, preference_applied, location;
    unsigned retry_after; /* seconds; 0: none */
    bool is_api;          /* what the JSON face says beside: nosniff, the challenge of a 401 */
    bool is_failure;      /* counts against who pays (throttle.h) */
    bool is_accepted;     /* a worker took the token that came with it, */
    bool is_token_wrong;  /* or knows no such token */
    bool has_public;      /* Public beside Allow, as IIS says it to OPTIONS */
    bool is_page;         /* for a browser: what it may load and who may frame it */
    bool is_app;          /* a page that may also ask the server: the approver */
    struct str body;
};

/* Appends the answer to c->out, in the frame that its request asked for; Strict-Transport-Security where the
 * request came by TLS. Whether the connection goes on is in c->to.keep_alive afterwards. */
void answer_send(struct connection *c, const struct answer *a);

#endif
