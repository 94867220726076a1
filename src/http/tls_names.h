/* SPDX-License-Identifier: Apache-2.0 */
/* tls_names: which certificates serve a host name. Names only choose among certificates; nothing is decided
 * by them. A set of certificates is a mask: bit i is the i-th. */
#ifndef COUNTERSIGN_HTTP_TLS_NAMES_H
#define COUNTERSIGN_HTTP_TLS_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

enum { TLS_NAME_MAX = 253, TLS_NAMES_MAX = 4096 };

struct tls_name {
    char text[TLS_NAME_MAX + 1]; /* lower case; may start with "*." */
    uint32_t mask;
};

struct tls_names {
    struct tls_name *items; /* heap */
    size_t n, room;
};

/* Empty. */
void tls_names_init(struct tls_names *names);
void tls_names_clear(struct tls_names *names);
/* The certificate `i` is for this name, unless one of `rivals` is already. What is not a DNS name, or not one
 * with "*" for its first label, is ignored: no client can match it. ERR_LIMIT above TLS_NAMES_MAX. */
enum errcode tls_names_add(struct cx *cx, struct tls_names *names, struct str name, unsigned i,
                           uint32_t rivals) MUST_CHECK;
/* Must be called between the last tls_names_add and the first tls_names_find. */
void tls_names_sort(struct tls_names *names);
/* The certificates for a host as a client sends it, in any case; those for the name itself before those for
 * "*" and the rest of it. 0: none, or not a host name. */
uint32_t tls_names_find(const struct tls_names *names, struct str host);

#endif
