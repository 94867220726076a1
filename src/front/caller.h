/* SPDX-License-Identifier: Apache-2.0 */
/* caller: who asks for an operation, as a worker and the watch list need to know it. */
#ifndef COUNTERSIGN_FRONT_CALLER_H
#define COUNTERSIGN_FRONT_CALLER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/inet.h"
#include "base/siphash.h"
#include "base/str.h"
#include "contract/call.h"
#include "front/forwarded.h"
#include "http/parser.h"

struct front;

/* Views of the request, or in the arena. */
struct caller {
    struct inet_addr address;
    struct call call;
    unsigned wait; /* seconds to hold the caller, 0: do not hold */
    bool has_wait; /* the caller gave a value; otherwise its company's policy decides */
};

void caller_read(struct front *f, const struct http_request *http, const struct forwarded *who,
                 struct caller *out);
/* Computes the key of this caller's question in the watch list. `parts` are everything that decides the
 * call besides the caller, and the form of the response. */
struct siphash caller_key(struct front *f, const struct caller *caller, const struct str *parts, size_t n);
/* The seconds that a caller may be held: those asked for, limited by the operator's bound; 0 in a drain. */
unsigned caller_cap_wait(const struct front *f, unsigned wait);

/* The seconds of Prefer: wait=N (RFC 7240, section 4.3). False: no such preference. */
bool caller_prefer_wait(struct str prefer, unsigned *wait_out);
/* f->scratch is empty again, and not large. */
void caller_empty_scratch(struct front *f);

#endif
