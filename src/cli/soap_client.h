/* soap_client: one operation of the web service, over the wire. */
#ifndef COUNTERSIGN_CLI_SOAP_CLIENT_H
#define COUNTERSIGN_CLI_SOAP_CLIENT_H

#include "base/err.h"
#include "cli/cli.h"
#include "cli/web.h"
#include "contract/ct.h"

/* in: struct OP_in, out: struct OP_out, its strings in the arena. With the option --soap12, SOAP 1.2.
 * ERR_BUSY for HTTP 503, ERR_PROTOCOL for what is no answer, and the errors of web_post. What the result says
 * is the caller's to look at. */
enum errcode soap_client_call(struct cli *cli, struct web *web, const struct ct_op *op, const void *in,
                              void *out) MUST_CHECK;

#endif
