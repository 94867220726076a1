/* SPDX-License-Identifier: Apache-2.0 */
/* soap_fuzz: whole messages: a line with the Content-Type, a line with the SOAPAction (either may be empty:
 * no such field), and the body. There is always an answer, of a known kind; the texts of a call are
 * valid; and its answer is well-formed. */
#include "fuzz/fuzz.h"

#include "base/codec.h"
#include "soap/soap.h"
#include "xml/xml.h"

enum { MAX = 1 << 16 };

static struct str
cut_field(struct str *rest)
{
    struct str field = str_cut(rest, '\n');
    if (str_is_null(*rest))
        *rest = STR_LIT("");
    return field.n == 0 ? STR_NULL : field;
}

static void
check_refusal(const struct soap_response *answer)
{
    ASSERT(answer->status == 400 || answer->status == 415 || answer->status == 500);
    ASSERT(answer->is_fault == (answer->status == 500));
    ASSERT((answer->body->len > 0) == answer->is_fault);
    ASSERT(utf8_is_valid(buf_view(answer->body)));
    ASSERT(!buf_is_over(answer->body));
}

/* A result that echoes the request, so that the encoder sees it too. */
static void
answer_call(struct arena *a, const struct soap_message *m, struct soap_response *answer)
{
    struct twoFactorCheckPushAuthStatus_out out = {.result = loginTwoFactorRet_OK};
    if (m->op->in.n > 0)
        out.sUrl =
            *(const struct str *)(const void *)((const unsigned char *)m->in + m->op->in.fields[0].offset);
    ASSERT(str_is_null(out.sUrl) || utf8_is_valid(out.sUrl));
    soap_encode(m->version, &ct_ops[CT_OP_twoFactorCheckPushAuthStatus], &out, answer);
    ASSERT(answer->status == 200);
    struct xml_reader *r = xml_reader_new();
    struct xml_source source = xml_source(a, buf_view(answer->body), STR_LIT("utf-8"), false);
    xml_open(r, &source, STR_LIT(""));
    while (xml_read(r)->kind != XML_EOF)
        ASSERT(xml_node(r)->kind != XML_FAIL);
    xml_reader_free(&r);
}

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 512 * 1024, .allocated_each = 1024, .steps_base = 16 * 1024, .steps_each = 256};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > MAX)
        return 0;
    struct str rest = {(const char *)data, size};
    struct soap_request request;
    request.content_type = cut_field(&rest);
    request.soap_action = cut_field(&rest);
    request.body = rest;
    struct soap_reader *r = soap_reader_new();
    struct arena a;
    arena_init(&a);
    struct buf body;
    buf_init(&body, (size_t)MAX * 8);
    struct soap_response answer = {.body = &body};
    struct soap_message message;
    if (soap_decode(r, &a, &request, &message, &answer) == SOAP_CALL)
        answer_call(&a, &message, &answer);
    else
        check_refusal(&answer);
    buf_reset(&body);
    soap_refuse_long(&a, &request, &answer);
    check_refusal(&answer);
    buf_clear(&body);
    arena_clear(&a);
    soap_reader_free(&r);
    return 0;
}
