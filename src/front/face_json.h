/* SPDX-License-Identifier: Apache-2.0 */
/* face_json: a JSON object POSTed to an operation below /api/, by phones and by the browser pages
 * (docs/device-api.md). */
#ifndef COUNTERSIGN_FRONT_FACE_JSON_H
#define COUNTERSIGN_FRONT_FACE_JSON_H

#include <stdbool.h>

#include "front/forwarded.h"
#include "front/route.h"

struct connection;

/* See dispatch_request; route is ROUTE_API or ROUTE_API_NONE. */
bool face_json_request(struct connection *c, const struct forwarded *who, const struct route *route);

/* The HTTP status for a result's bare name. */
unsigned face_json_status(struct str result);

/* Whether a browser's Origin may use the API: it must be the server's public address or, where none is
 * set, the loopback address that the request was sent to. */
bool face_json_origin_is_ours(struct str origin, struct str public_url, struct str host, bool is_secure);

#endif
