/* SPDX-License-Identifier: Apache-2.0 */
/* redirect: what the plain listeners (tls.redirect_listen) serve: every request is sent to the same path of
 * the public address, and the challenges of a certificate authority are answered. See front_set_redirect. No
 * operation is offered there. */
#ifndef COUNTERSIGN_FRONT_REDIRECT_H
#define COUNTERSIGN_FRONT_REDIRECT_H

struct peer;

/* The budget of such a front, where the configuration allows more. */
enum {
    REDIRECT_CONNECTIONS = 256,
    REDIRECT_PER_SOURCE = 32,
    REDIRECT_BODY = 64 * 1024 /* read and dropped, so that its sender sees the answer */
};

/* Answers any request, and closes the connection: 301 (GET, HEAD) or 308 to the address that public_url and
 * the request's path name, whatever Host it sent; below /.well-known/acme-challenge/ 200 or 404. */
void redirect_respond(struct peer *p);

#endif
