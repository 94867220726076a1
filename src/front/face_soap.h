/* SPDX-License-Identifier: Apache-2.0 */
/* face_soap: POST of a SOAP message to the service. */
#ifndef COUNTERSIGN_FRONT_FACE_SOAP_H
#define COUNTERSIGN_FRONT_FACE_SOAP_H

#include <stdbool.h>

#include "front/forwarded.h"

struct peer;

/* See dispatch_request; the request is p->front->request. */
bool face_soap_request(struct peer *p, const struct forwarded *who);

#endif
