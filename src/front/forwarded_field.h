/* SPDX-License-Identifier: Apache-2.0 */
/* forwarded_field: the field Forwarded (RFC 7239), from left to right, one element after the other. It knows
 * no proxies: what an element is worth is forwarded.c's to decide. */
#ifndef COUNTERSIGN_FRONT_FORWARDED_FIELD_H
#define COUNTERSIGN_FRONT_FORWARDED_FIELD_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/inet.h"
#include "base/str.h"

/* Views of the field, or in the arena; null where the element does not have the parameter. */
struct forwarded_element {
    struct str node; /* for= */
    struct str proto, host;
};

/* Cuts the first element off *rest, which is null afterwards if it was the last. Parameters other than the
 * three are checked and skipped. ERR_SYNTAX: not as in section 4, or a parameter given twice; whatever
 * follows has no reliable meaning then, since a quote that was left open hides the elements behind it. */
enum errcode
forwarded_field_next(struct str *rest, struct arena *a, struct forwarded_element *out) MUST_CHECK;

/* The address of a node (section 6): "192.0.2.1", "192.0.2.1:80", "192.0.2.1:_port", "[2001:db8::1]" and
 * the last with a port. ERR_SYNTAX: anything else, such as "unknown" and names that a proxy made up. */
enum errcode forwarded_node_parse(struct str node, struct inet_addr *out) MUST_CHECK;

#endif
