/* SPDX-License-Identifier: Apache-2.0 */
/* listener: one item of server.listen as a value. Resolves and opens nothing. */
#ifndef COUNTERSIGN_CONFIG_LISTENER_H
#define COUNTERSIGN_CONFIG_LISTENER_H

#include <stdbool.h>

#include "base/err.h"
#include "base/inet.h"
#include "base/str.h"
#include "config/config.h"

enum { LISTENER_PATH_MAX = 107 /* of a socket: unix(7) */ };

enum listener_kind {
    LISTENER_ADDRESS, /* ADDRESS:PORT or [ADDRESS]:PORT */
    LISTENER_NAME,    /* NAME:PORT */
    LISTENER_UNIX,    /* unix:/PATH */
};

struct listener_item {
    enum listener_kind kind;
    struct inet_endpoint at; /* ADDRESS; of a NAME only the port */
    struct str host;         /* NAME */
    struct str path;         /* UNIX */
};

/* A view of the text. ERR_SYNTAX; a name's last label is not a number, as in a mistyped address. */
enum errcode listener_parse(struct str text, struct listener_item *out) MUST_CHECK;
/* Only this machine can reach it: a loopback address, localhost, or a socket of the file system. */
bool listener_is_local(const struct listener_item *item);
/* Whether server.proxy_protocol lists that item of server.listen. */
bool listener_expects_proxy(const struct config *c, struct str text);

/* Letters, digits and hyphens between dots (RFC 1123, section 2.1). */
bool listener_is_host_name(struct str host);

/* server.socket_mode as a number: nothing for others, since a caller at such a socket says itself where it
 * calls from. False: not a mode, or one with rights for others. */
bool listener_read_mode(struct str text, unsigned *out);

#endif
