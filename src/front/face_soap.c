/* SPDX-License-Identifier: Apache-2.0 */
/* face_soap: see face_soap.h. soap/soap.h defines the messages; this file only carries them. */
#include "front/face_soap.h"

#include "contract/ct_bound.h"
#include "pages/response.h"
#include "front/peer.h"
#include "front/exchange.h"
#include "front/parts.h"
#include "soap/soap.h"

/* Longer than any toolkit's check: a longer body is decoded before the watch list is searched, since the
 * search costs a pass over it. */
enum { KEYED_FIRST = 16 * 1024 };

static void
take_over(struct front *f, const struct soap_response *from, struct response *to)
{
    to->status = (unsigned)from->status;
    to->content_type = from->content_type;
    to->cache_control = from->cache_control;
    to->body = buf_view(&f->body);
}

static void
respond(struct front *f, const struct ct_op *op, unsigned form, const void *out, struct str fault,
        struct response *r)
{
    struct soap_response said = {.body = &f->body};

    if (out == NULL)
        soap_fault_server((enum soap_version)form, fault, &said);
    else
        soap_encode((enum soap_version)form, op, out, &said);
    if (said.status == 200)
        f->soap_form[form] = said;
    take_over(f, &said, r);
}

static void
again(struct front *f, unsigned form, struct str body, struct response *r)
{
    take_over(f, &f->soap_form[form], r);
    r->body = body;
}

static void
busy(struct front *f, struct response *r)
{
    (void)f;
    *r = (struct response){.status = 503,
                           .cache_control = STR("private"),
                           .content_type = STR("text/plain; charset=utf-8"),
                           .retry_after = 1,
                           .body = STR("Busy: ask again.\r\n")};
}

static const struct face soap = {.respond = respond, .again = again, .busy = busy};

bool
face_soap_request(struct peer *p, const struct forwarded *who)
{
    struct front *f = p->front;
    const struct http_request *http = &f->request;
    struct soap_request request = {.content_type =
                                       http_header_joined(http, HTTP_NAME_CONTENT_TYPE, &f->arena),
                                   .soap_action = http_header_joined(http, HTTP_NAME_SOAPACTION, &f->arena),
                                   .body = http->body};
    const struct str parts[] = {request.content_type, request.soap_action, request.body};
    struct soap_response said = {.body = &f->body};
    struct soap_message message;
    struct caller caller;
    struct response r = {.status = 0};

    buf_reset(&f->body);
    if (http->is_cut) {
        soap_refuse_long(&f->arena, &request, &said);
    } else {
        caller_read(f, http, who, &caller);
        struct siphash key = {0};
        bool has_key = request.body.n <= KEYED_FIRST;
        if (has_key)
            key = caller_key(f, &caller, parts, ARRAY_LEN(parts));
        if (has_key && exchange_again(p, &caller, &key, &soap))
            return true;
        if (soap_decode(f->soap, &f->arena, &request, &message, &said) == SOAP_CALL) {
            if (!has_key && message.op->pace == CT_PACE_WAITS)
                key = caller_key(f, &caller, parts, ARRAY_LEN(parts));
            ct_bound_texts(&message.op->in, message.in, (size_t)f->config->limits_text_size);
            struct exchange_request call = {.caller = &caller,
                                            .key = key,
                                            .face = &soap,
                                            .form = message.version,
                                            .op = message.op,
                                            .in = message.in};
            return exchange_start(p, &call);
        }
    }
    take_over(f, &said, &r);
    peer_respond(p, &r);
    return true;
}
