/* SPDX-License-Identifier: Apache-2.0 */
/* face_json: a JSON object POSTed to an operation below /api/, by phones and by the browser pages
 * (docs/device-api.md). */
#ifndef COUNTERSIGN_FRONT_FACE_JSON_H
#define COUNTERSIGN_FRONT_FACE_JSON_H

#include <stdbool.h>

#include "front/forwarded.h"
#include "pages/route.h"

struct peer;

/* See dispatch_request; route is ROUTE_API or ROUTE_API_NONE. */
bool face_json_request(struct peer *p, const struct forwarded *who, const struct route *route);

/* The HTTP status for a result's bare name. */
unsigned face_json_status(struct str result);

#endif
