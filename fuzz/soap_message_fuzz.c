/* SPDX-License-Identifier: Apache-2.0 */
/* soap_message_fuzz: the console reads or refuses any answer of a server, for the operation with
 * the most kinds of values. */
#include "fuzz/fuzz.h"

#include "client/soap_message.h"

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 512 * 1024, .allocated_each = 256, .steps_base = 16 * 1024, .steps_each = 64};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct ct_op *op = &ct_ops[CT_OP_loginTechnicianFromStandalone_v7_2];
    struct loginTechnicianFromStandalone_v7_2_out out;
    struct cx cx;
    cx_init(&cx);
    cx_begin(&cx);
    struct str body = {size > 0 ? (const char *)data : "", size};
    enum errcode err = soap_message_read(&cx, op, body, &out);
    ASSERT(err == ERR_NONE || err == ERR_PROTOCOL);
    ASSERT(err != ERR_NONE || (int)out.result < login_v2_COUNT_);
    ASSERT(err == ERR_NONE || cx.detail[0] != '\0');
    cx_clear(&cx);
    return 0;
}
