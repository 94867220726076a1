/* SPDX-License-Identifier: Apache-2.0 */
/* exchange: see exchange.h. */
#include "exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_op.h"

enum { FILE_MAX = 1 << 20, REQUEST_MAX = 5 << 20 };

struct str
exchange_file(struct arena *a, const char *folder, const char *name, const char *suffix)
{
    struct str path = arena_printf(a, "%s/%s/%s%s", CONTRACT_DIR, folder, name, suffix);
    FILE *f = fopen(path.p, "rb");
    if (f == NULL)
        return STR_NULL;
    char *bytes = arena_alloc(a, FILE_MAX);
    size_t n = fread(bytes, 1, FILE_MAX, f);
    (void)fclose(f);
    return (struct str){bytes, n};
}

static size_t
head_length(struct str message)
{
    size_t at = str_find_str(message, STR_LIT("\r\n\r\n"));
    return at == message.n ? at : at + 4;
}

struct str
exchange_body(struct str message)
{
    return str_sub(message, head_length(message), SIZE_MAX);
}

struct str
exchange_field(struct str message, const char *name)
{
    struct str rest = str_sub(message, 0, head_length(message));
    while (!str_is_null(rest)) {
        struct str line = str_cut(&rest, '\n');
        struct str value = line;
        struct str key = str_cut(&value, ':');
        if (!str_is_null(value) && str_eq_nocase(key, str_from_cstr(name)))
            return str_trim(value, " \t\r");
    }
    return STR_NULL;
}

struct str
exchange_request(struct arena *a, const char *folder, const char *name)
{
    struct str request = exchange_file(a, folder, name, ".request");
    if (!str_is_null(request))
        return request;
    request = exchange_file(a, folder, name, ".request.head");
    uint64_t length = 0;
    if (str_is_null(request) ||
        str_to_u64(exchange_field(request, "Content-Length"), REQUEST_MAX, &length) != ERR_NONE)
        return STR_NULL;
    bool is_12 = str_find_str(request, STR_LIT("<soap12:")) < request.n;
    const char *prefix = is_12 ? "soap12" : "soap";
    struct str tail = arena_printf(a,
                                   "</sLoginToken><sPushToken>def</sPushToken></twoFactorCheckPushAuthStatus>"
                                   "</%s:Body></%s:Envelope>",
                                   prefix, prefix);
    size_t n = head_length(request) + length;
    char *whole = arena_alloc(a, n);
    memset(whole, request.p[request.n - 1], n);
    memcpy(whole, request.p, request.n);
    memcpy(whole + n - tail.n, tail.p, tail.n);
    return (struct str){whole, n};
}

static struct str
dechunk(struct arena *a, struct str body)
{
    char *whole = arena_alloc(a, body.n + 1);
    size_t n = 0;
    while (!str_is_empty(body)) {
        size_t size = strtoul(body.p, NULL, 16);
        struct str chunk = str_sub(body, str_find(body, '\n') + 1, SIZE_MAX);
        if (size == 0 || size > chunk.n)
            break;
        memcpy(whole + n, chunk.p, size);
        n += size;
        body = str_sub(chunk, size + 2, SIZE_MAX);
    }
    return (struct str){whole, n};
}

void
exchange_run(struct soap_reader *r, struct arena *a, struct str request, struct exchange_answer *answer)
{
    struct soap_request soap = {exchange_field(request, "Content-Type"),
                                exchange_field(request, "SOAPAction"), exchange_body(request)};
    if (str_eq(exchange_field(request, "Transfer-Encoding"), STR_LIT("chunked")))
        soap.body = dechunk(a, soap.body);
    buf_init(&answer->body, REQUEST_MAX);
    answer->answer.body = &answer->body;
    answer->is_invoked = false;
    if (soap.body.n > SOAP_BODY_MAX) {
        soap_refuse_long(a, &soap, &answer->answer);
        return;
    }
    struct soap_message message;
    if (soap_decode(r, a, &soap, &message, &answer->answer) == SOAP_ANSWERED)
        return;
    ASSERT(message.op->id == CT_OP_twoFactorCheckPushAuthStatus);
    struct twoFactorCheckPushAuthStatus_out out;
    struct str thrown = fixture_check_push(a, message.in, &out);
    answer->is_invoked = true;
    if (str_is_null(thrown))
        soap_encode(message.version, message.op, &out, &answer->answer);
    else
        soap_fault_server(message.version, thrown, &answer->answer);
}
