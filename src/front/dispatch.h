/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch: routes a request to the part of the front that answers it. Enter at dispatch_head as soon as
 * the head has arrived, then at dispatch_request once the request is complete. */
#ifndef COUNTERSIGN_FRONT_DISPATCH_H
#define COUNTERSIGN_FRONT_DISPATCH_H

#include <stdbool.h>

struct http_parser;
struct peer;

/* p->front->request holds the head. Decides how much of the body is kept. */
void dispatch_head(struct peer *p, struct http_parser *parser);
/* The request is complete. True: the response is in p->out. False: p->exchange resumes the
 * connection (peer.h). */
bool dispatch_request(struct peer *p);

#endif
