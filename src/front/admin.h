/* SPDX-License-Identifier: Apache-2.0 */
/* admin: what the operator's API asks of a request beyond the JSON face: that no other site's page can make a
 * browser send it, and who sends it. The right itself is the worker's business (ops/ops_admin.h). */
#ifndef COUNTERSIGN_FRONT_ADMIN_H
#define COUNTERSIGN_FRONT_ADMIN_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"
#include "contract/call.h"
#include "http/parser.h"

/* Why the head is refused, or null. A browser sends a session's cookie whatever page asks for it: without a
 * bearer token there must be an Origin (the JSON face has compared it with ours) and the header
 * X-Countersign-Console, which no other site's page can add without being asked first (Fetch, CORS). */
struct str admin_refuse_head(const struct http_request *http);
/* The credentials and the key of the request; a token takes precedence over the cookie. Views of the request,
 * or in the arena. */
void admin_read(const struct http_request *http, struct call *call);
/* The token of "Authorization: Bearer TOKEN" (RFC 6750, section 2.1), or null. */
struct str admin_bearer(const struct http_request *http);

#endif
