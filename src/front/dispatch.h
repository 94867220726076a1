/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch: routes a request to the part of the front that answers it. Enter at dispatch_head as soon as
 * the head has arrived, then at dispatch_request once the request is complete. */
#ifndef COUNTERSIGN_FRONT_DISPATCH_H
#define COUNTERSIGN_FRONT_DISPATCH_H

#include <stdbool.h>

struct connection;

/* c->front->request holds the head. Decides how much of the body is kept. */
void dispatch_head(struct connection *c);
/* The request is complete. True: the answer is in c->out. False: c->exchange will call connection_resume. */
bool dispatch_request(struct connection *c);

#endif
