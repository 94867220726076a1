/* SPDX-License-Identifier: Apache-2.0 */
/* soap: converts the body of an HTTP request to an operation's values, and its result to the bytes of the
 * answer, for SOAP 1.1 and 1.2, exactly as an ASP.NET .asmx endpoint of .NET Framework 4.x does.
 *
 * Not here: HTTP itself (methods, paths, PathInfo, status lines), pages, WSDL, forms; running an operation.
 * Section numbers in this room refer to docs/contract.md, which describes how a genuine endpoint behaves.
 *
 *   soap_decode -> SOAP_CALL: run message.op with message.in, then soap_encode (or soap_fault_server)
 *               -> SOAP_ANSWERED: the answer is complete: a fault, 400 or 415 */
#ifndef COUNTERSIGN_SOAP_SOAP_H
#define COUNTERSIGN_SOAP_SOAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "contract/ct.h"

/* The longest body that is accepted (maxRequestLength of 4096 KB); see soap_refuse_long. */
enum { SOAP_BODY_MAX = 4194304 };

enum soap_version { SOAP_11, SOAP_12 };

/* The parts of a POST that SOAP uses. Field values have no surrounding blanks, as HTTP trims them. */
struct soap_request {
    struct str content_type; /* null if the field is missing */
    struct str soap_action;  /* null if the field is missing; includes quotes */
    struct str body;         /* dechunked; empty: no body */
};

struct soap_message {
    enum soap_version version; /* for the answer */
    const struct ct_op *op;    /* an operation of the SOAP face */
    void *in;                  /* struct OP_in, in the arena */
};

/* What HTTP sends back. The caller sets `body` (a buf to append to) before each call that takes an answer;
 * the call fills in the rest. The two views are constants. */
struct soap_response {
    struct buf *body;
    int status; /* 200, 400, 415, 500 */
    struct str content_type;
    struct str cache_control;
    bool is_fault; /* status is 500 and the body is a fault */
};

enum soap_outcome { SOAP_CALL, SOAP_ANSWERED };

struct soap_reader; /* the XML parser and its buffers, kept from message to message; heap */
struct soap_reader *soap_reader_new(void);
void soap_reader_free(struct soap_reader **r);

/* Routes and reads one message. All allocations are in the arena. request->body must not change meanwhile,
 * and is not referenced afterwards. SOAP_CALL fills *message_out; SOAP_ANSWERED fills *answer. */
enum soap_outcome soap_decode(struct soap_reader *r, struct arena *a, const struct soap_request *request,
                              struct soap_message *message_out, struct soap_response *answer) MUST_CHECK;

/* The answer to a request whose body is longer than SOAP_BODY_MAX, from its head alone (request->body is
 * not used). Section 10: F1, F9 or the fault of a null reference, depending on where routing stops. */
void soap_refuse_long(struct arena *a, const struct soap_request *request, struct soap_response *answer);

/* The 200 answer with `out`, a struct OP_out. A value without a written form (an unnamed enumeration
 * value) becomes fault F8, as from .NET's serializer. */
void
soap_encode(enum soap_version version, const struct ct_op *op, const void *out, struct soap_response *answer);

/* F8: the operation threw. `message` is the exception's text, UTF-8. */
void soap_fault_server(enum soap_version version, struct str message, struct soap_response *answer);

#endif
