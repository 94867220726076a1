/* SPDX-License-Identifier: Apache-2.0 */
/* soap_client: HTTP around the envelopes of soap_message.c. */
#include "client/soap_client.h"

#include "base/buf.h"

enum { ENVELOPE_MAX = 1024 * 1024 };

enum errcode
soap_client_call(struct soap_client *soap, const struct ct_op *op, const void *in, void *out)
{
    struct cx *cx = soap->cx;
    struct str url = http_client_url(soap->http);
    struct buf envelope;
    buf_init(&envelope, ENVELOPE_MAX);
    soap_message_write(&envelope, soap->version, op, in);
    if (buf_is_over(&envelope)) {
        buf_clear(&envelope);
        return err_set(cx, ERR_LIMIT, "the request is too long");
    }
    struct http_client_request request = {CT_PATH, "text/xml; charset=utf-8", STR_NULL, buf_view(&envelope)};
    if (soap->version == SOAP_MESSAGE_12)
        request.content_type = "application/soap+xml; charset=utf-8";
    else
        request.header = arena_printf(&cx->arena, "SOAPAction: \"%s%.*s\"", CT_NAMESPACE, STR_ARG(op->name));
    struct http_client_response answer;
    enum errcode err = http_client_post(cx, soap->http, &request, &answer);
    buf_clear(&envelope); /* it may hold a password, and is wiped here */
    if (err != ERR_NONE)
        return err;
    if (answer.status == 503)
        return err_set(cx, ERR_BUSY, "%.*s: the server is too busy", STR_ARG(url));
    if (answer.status != 200 && answer.status != 500)
        return err_set(cx, ERR_PROTOCOL, "%.*s: HTTP status %ld", STR_ARG(url), answer.status);
    return soap_message_read(cx, op, answer.body, out);
}
