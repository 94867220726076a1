/* SPDX-License-Identifier: Apache-2.0 */
/* ops: where the contract meets the domain: one handler for each operation of ops.def, which maps its struct
 * to a call of the domain and the answer back, and decides nothing. An operation without a handler does not
 * link, and one whose handler does not take the proof of its caller (caller.h) does not compile.
 */
#ifndef COUNTERSIGN_OPS_OPS_H
#define COUNTERSIGN_OPS_OPS_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "contract/call.h"
#include "contract/ct.h"
#include "ops/caller.h"

/* Runs one operation. in and out are its structs; cx->call and cx->reply are set (cx->reply to CALL_DONE
 * and nothing else). Sets cx->source, cx->console and cx->actor from the call. out is the answer in every
 * case: on an error, which is returned and stays in cx for the log, it is the operation's UnknownError.
 * cx->woken has the technicians whose challenge changed: before the reply, the worker sends FRAME_WAKE
 * with the ops_topic (ops_topic.h) of each. */
enum errcode ops_run(struct cx *cx, enum ct_op_id op, const void *in, void *out) MUST_CHECK;

/* Counts and logs an answer that decides about a sign-in: not "ask again", nor "prove more", nor one that
 * only says that a token means nothing. Once for each call, however often it had to run. */
void ops_note(const struct cx *cx, const struct ct_op *op, const void *out);

/* Those of a sandbox are play/play.h's. */
#define HANDLER_SOAP(op, by) \
    enum errcode op_##op(struct cx *cx, BY_##by const struct op##_in *in, struct op##_out *out) MUST_CHECK;
#define HANDLER_JSON(op, by) HANDLER_SOAP(op, by)
#define HANDLER_ADMIN(op, by) HANDLER_SOAP(op, by)
#define HANDLER_SANDBOX(op, by)
#define OP_BEGIN(op, ret, face, lane, who, pace, doc) HANDLER_##face(op, who)
#include "contract/ops.def"
#undef HANDLER_SOAP
#undef HANDLER_JSON
#undef HANDLER_ADMIN
#undef HANDLER_SANDBOX

#endif
