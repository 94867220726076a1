/* SPDX-License-Identifier: Apache-2.0 */
/* soap_message: the console's half of SOAP: an operation's inputs as an envelope, an answer as its outputs.
 * It walks the contract's tables, so it can call every operation of the SOAP face. The server's half is
 * src/soap. */
#ifndef COUNTERSIGN_CLIENT_SOAP_MESSAGE_H
#define COUNTERSIGN_CLIENT_SOAP_MESSAGE_H

#include "base/buf.h"
#include "base/cx.h"
#include "base/err.h"
#include "contract/ct.h"

enum soap_message_version { SOAP_MESSAGE_11, SOAP_MESSAGE_12 };

/* in: struct OP_in; its members are strings. Null ones are omitted. */
void soap_message_write(struct buf *out, enum soap_message_version version, const struct ct_op *op,
                        const void *in);

/* Reads the answer's body into `out` (struct OP_out, zeroed first; strings in the arena). ERR_PROTOCOL
 * when it is not this operation's answer: a fault (its text is the detail), malformed, or without a
 * result. */
enum errcode soap_message_read(struct cx *cx, const struct ct_op *op, struct str body, void *out) MUST_CHECK;

#endif
