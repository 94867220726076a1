/* SPDX-License-Identifier: Apache-2.0 */
/* served: a server on loopback in a process of its own, which answers each request as the test says. */
#ifndef COUNTERSIGN_TESTS_UNIT_CLIENT_SERVED_H
#define COUNTERSIGN_TESTS_UNIT_CLIENT_SERVED_H

#include "tests/unit/unit.h"

#include <sys/types.h>

#include "base/cx.h"
#include "client/http_client.h"

enum { SERVED_REQUEST_MAX = 16 * 1024 };

struct served_answer {
    const char
        *head; /* status line's rest and fields: "200 OK\r\nA: b\r\n"; NULL: read, and never answered */
    const char *body;
    size_t filler; /* bytes behind the body */
};

struct served {
    struct cx cx;
    int listener, port, seen[2];
    pid_t process;
    char url[64];
    char request[SERVED_REQUEST_MAX + 1]; /* of the last served_request, NUL-terminated */
};

/* cmocka fixtures: *state is a struct served, which listens and answers nothing yet. */
int served_set_up(void **state);
int served_tear_down(void **state);
/* One answer to each connection in this order; the answers outlive the test. */
void served_answers(struct served *s, const struct served_answer *answers, size_t n);
/* Waits for the next request that came, whole: head and body. */
const char *served_request(struct served *s);
/* A client of it. */
struct http_client *served_client(struct served *s, struct http_client_options options);

#endif
