/* soap_client: HTTP around the envelopes of soap_message.c. */
#include "cli/soap_client.h"

#include "cli/soap_message.h"

enum errcode
soap_client_call(struct cli *cli, struct web *web, const struct ct_op *op, const void *in, void *out)
{
    bool is_12 = args_has(&cli->args, "soap12");
    struct buf envelope;
    buf_init(&envelope, (size_t)1024 * 1024);
    soap_message_write(&envelope, is_12 ? SOAP_MESSAGE_12 : SOAP_MESSAGE_11, op, in);
    ASSERT(!buf_is_over(&envelope)); /* every input is a line of a file or of the command line */
    struct web_request request = {CT_PATH, "text/xml; charset=utf-8", STR_NULL, buf_view(&envelope)};
    if (is_12)
        request.content_type = "application/soap+xml; charset=utf-8";
    else
        request.header =
            arena_printf(&cli->cx.arena, "SOAPAction: \"%s%.*s\"", CT_NAMESPACE, STR_ARG(op->name));
    struct web_answer answer;
    enum errcode err = web_post(web, &request, &answer);
    buf_clear(&envelope); /* it may hold a password, and is wiped here */
    if (err != ERR_NONE)
        return err;
    if (answer.status == 503)
        return err_set(&cli->cx, ERR_BUSY, "%.*s: the server is too busy", STR_ARG(web_url(web)));
    if (answer.status != 200 && answer.status != 500)
        return err_set(&cli->cx, ERR_PROTOCOL, "%.*s: HTTP status %ld", STR_ARG(web_url(web)), answer.status);
    return soap_message_read(&cli->cx, op, answer.body, out);
}
