/* SPDX-License-Identifier: Apache-2.0 */
/* cookie: the service's two cookies, which hold a console's session and an operator's (RFC 6265). */
#ifndef COUNTERSIGN_FRONT_COOKIE_H
#define COUNTERSIGN_FRONT_COOKIE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"
#include "http/parser.h"

#define COOKIE_SESSION "countersign_session"
/* With this prefix, browsers take it from this host alone, with Secure, and for all its paths. */
#define COOKIE_OPERATOR "__Host-countersign_operator"

enum { COOKIE_VALUE_MAX = 256 };

/* The session of a request: the value of the cookie of that name. Null when there is none, when there are
 * two with different values, or when the value cannot be ours (RFC 6265, section 4.1.1, and
 * COOKIE_VALUE_MAX). A view of the request. */
struct str cookie_session(const struct http_request *req);
struct str cookie_operator(const struct http_request *req);

/* The value of Set-Cookie, in the arena: a session, or "" to delete it. Null when the value is not allowed
 * in a cookie. Secure is set where the request was secure, so that a console on plain loopback can send it
 * back. */
struct str cookie_set_session(struct arena *a, struct str value, bool is_secure);
/* Always Secure: browsers treat a loopback name like https. */
struct str cookie_set_operator(struct arena *a, struct str value);

#endif
