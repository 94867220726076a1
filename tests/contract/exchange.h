/* SPDX-License-Identifier: Apache-2.0 */
/* exchange: one recorded request, parsed as little as is needed, and the answer of countersign's SOAP room
 * to it, in process: decode, the fixture's operation, encode. */
#ifndef COUNTERSIGN_TESTS_CONTRACT_EXCHANGE_H
#define COUNTERSIGN_TESTS_CONTRACT_EXCHANGE_H

#include <stdbool.h>

#include "base/arena.h"
#include "soap/soap.h"

/* A file of the test's source, whole, in the arena; null when there is none. */
struct str exchange_file(struct arena *a, const char *folder, const char *name, const char *suffix);

/* A recorded request; very large ones are kept as a beginning (.request.head), to be filled with one
 * letter. */
struct str exchange_request(struct arena *a, const char *folder, const char *name);

/* What follows the head of a message. */
struct str exchange_body(struct str message);
/* The value of a head's field, without blanks around it; null when there is none. */
struct str exchange_field(struct str message, const char *name);

struct exchange_answer {
    struct soap_response answer;
    struct buf body;
    bool is_invoked; /* the operation ran */
};

/* Answers a request as the front and a worker do together. Clear answer->body when done. */
void exchange_run(struct soap_reader *r, struct arena *a, struct str request, struct exchange_answer *answer);

#endif
