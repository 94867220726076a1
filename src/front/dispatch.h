/* dispatch: which part of the front a request is for, and what it is asked. Enter at dispatch_head, as soon
 * as the head is here, then dispatch_request once all of it is. */
#ifndef COUNTERSIGN_FRONT_DISPATCH_H
#define COUNTERSIGN_FRONT_DISPATCH_H

#include <stdbool.h>

struct connection;

/* c->front->request holds the head. Decides how much of the body is kept. */
void dispatch_head(struct connection *c);
/* The request is whole. True: the answer is in c->out; false: c->exchange will call connection_resume. */
bool dispatch_request(struct connection *c);

#endif
