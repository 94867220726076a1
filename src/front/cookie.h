/* SPDX-License-Identifier: Apache-2.0 */
/* cookie: the service's only cookie, which holds a console's session (RFC 6265). */
#ifndef COUNTERSIGN_FRONT_COOKIE_H
#define COUNTERSIGN_FRONT_COOKIE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"
#include "http/parser.h"

#define COOKIE_SESSION "countersign_session"

enum { COOKIE_VALUE_MAX = 256 };

/* The session of a request: the first cookie of that name. Null when there is none, or when its value
 * cannot be ours (RFC 6265, section 4.1.1, and COOKIE_VALUE_MAX). A view of the request, or in the arena. */
struct str cookie_session(const struct http_request *req, struct arena *a);

/* The value of Set-Cookie, in the arena: a session, or "" to delete it. Null when the value is not allowed
 * in a cookie. Secure is set where the request was secure, so that a console on plain loopback can send it
 * back. */
struct str cookie_set_session(struct arena *a, struct str value, bool is_secure);

#endif
