/* SPDX-License-Identifier: Apache-2.0 */
/* soap_client: one operation of the web service, over the wire. */
#ifndef COUNTERSIGN_CLIENT_SOAP_CLIENT_H
#define COUNTERSIGN_CLIENT_SOAP_CLIENT_H

#include "base/cx.h"
#include "base/err.h"
#include "client/http_client.h"
#include "client/soap_message.h"
#include "contract/ct.h"

struct soap_client {
    struct cx *cx; /* for errors, and the memory of what comes back; outlives it */
    struct http_client *http;
    enum soap_message_version version;
};

/* in: struct OP_in, out: struct OP_out, its strings in the arena. ERR_LIMIT: more than a mebibyte to send;
 * ERR_BUSY for HTTP 503, ERR_PROTOCOL for what is not an answer, and the errors of http_client_post. The
 * caller checks the result. */
enum errcode
soap_client_call(struct soap_client *soap, const struct ct_op *op, const void *in, void *out) MUST_CHECK;

#endif
