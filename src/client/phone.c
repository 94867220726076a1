/* SPDX-License-Identifier: Apache-2.0 */
/* phone: JSON over HTTPS, and signatures over the displayed values. */
#include "client/phone.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/secret.h"
#include "contract/ct.h"

enum { STATEMENT_MAX = 64 * 1024, NONCE_MAX = 256 };

enum errcode
phone_open(struct cx *cx, struct phone *p, const char *key_path, const struct http_client_options *options)
{
    struct http_client_options at = *options;
    *p = (struct phone){.cx = cx};
    enum errcode err = key_file_read(cx, key_path, &p->key);
    at.url = p->key.url;
    return err == ERR_NONE ? http_client_open(cx, &at, &p->http) : err;
}

enum errcode
phone_open_new(struct cx *cx, struct phone *p, const struct http_client_options *options)
{
    *p = (struct phone){.cx = cx};
    return http_client_open(cx, options, &p->http);
}

void
phone_close(struct phone *p)
{
    http_client_close(&p->http);
    key_file_clear(&p->key);
}

/* Null if it is absent or not text. */
static struct str
text_of(const json_t *document, const char *name)
{
    const json_t *value = json_object_get(document, name);
    return json_is_string(value) ? (struct str){json_string_value(value), json_string_length(value)}
                                 : STR_NULL;
}

static json_t *
new_object(void)
{
    json_t *object = json_object();
    if (object == NULL)
        err_no_memory();
    return object;
}

/* A person's text may have any bytes; JSON is UTF-8. */
static void
put(struct phone *p, json_t *object, const char *name, struct str value)
{
    struct str text = utf8_repair(&p->cx->arena, value);
    if (json_object_set_new(object, name, json_stringn(text.p, text.n)) != 0)
        err_no_memory();
}

/* The signature as requests have it, or null if the statement is too long. Clears the statement. */
static struct str
sign(struct phone *p, struct buf *statement)
{
    unsigned char signature[P256_SIGNATURE];
    struct str text = STR_NULL;
    if (!buf_is_over(statement)) {
        p256_sign(p->key.key, buf_view(statement), signature);
        text = codec_base64url(&p->cx->arena, signature, sizeof signature);
    }
    buf_clear(statement);
    return text;
}

/* members are taken over. */
static enum errcode
post(struct phone *p, const char *name, json_t *members, struct http_client_response *answer_out)
{
    struct arena *a = &p->cx->arena;
    char *body = json_dumps(members, JSON_COMPACT);
    json_decref(members);
    if (body == NULL)
        err_no_memory();
    struct http_client_request request = {.content_type = "application/json", .body = str_from_cstr(body)};
    request.path = arena_cstr(a, arena_printf(a, "/api/device/%s", name));
    if (!str_is_null(p->key.token))
        request.header = arena_printf(a, "Authorization: Bearer %.*s", STR_ARG(p->key.token));
    enum errcode err = http_client_post(p->cx, p->http, &request, answer_out);
    secret_wipe(body, strlen(body)); /* a ticket may be in it */
    free(body);
    return err;
}

enum errcode
phone_call(struct phone *p, const char *name, json_t *members, struct phone_reply *reply_out)
{
    struct http_client_response answer;
    struct str url = http_client_url(p->http);
    *reply_out = (struct phone_reply){NULL, STR_NULL};
    enum errcode err = post(p, name, members, &answer);
    if (err != ERR_NONE)
        return err;
    json_t *document = json_loadb(answer.body.p, answer.body.n, JSON_REJECT_DUPLICATES, NULL);
    struct str result = text_of(document, "result");
    if (str_is_null(result))
        err = err_set(p->cx, ERR_PROTOCOL, "%.*s: not an answer of the device API (HTTP status %ld)",
                      STR_ARG(url), answer.status);
    else if (str_eq(result, STR_LIT("UnknownError")))
        err = err_set(p->cx, ERR_BUSY, "%.*s: the server could not find out; nothing was changed",
                      STR_ARG(url));
    else if (str_eq(result, STR_LIT("TooManyRequests")))
        err = err_set(p->cx, ERR_BUSY, "%.*s: too many failures from this address: wait", STR_ARG(url));
    if (err == ERR_NONE)
        *reply_out = (struct phone_reply){document, result};
    else
        json_decref(document);
    return err;
}

enum errcode
phone_check(struct phone *p, struct str result)
{
    if (str_eq(result, STR_LIT("OK")))
        return ERR_NONE;
    if (str_eq(result, STR_LIT("PasskeyRequired")))
        return err_set(
            p->cx, ERR_DENIED,
            "PasskeyRequired: the company asks for a passkey, and this program has no authenticator: "
            "enrol the approver in a browser instead");
    const struct ct_enum *values = ct_ops[CT_OP_device_answer].out.fields[0].en;
    for (size_t i = 0; i < values->n; i++)
        if (str_ends(values->values[i].name, result) &&
            values->values[i].name.n == strlen(values->prefix) + 1 + result.n)
            return err_set(p->cx, ERR_DENIED, "%.*s: %s", STR_ARG(result), values->values[i].doc);
    return err_set(p->cx, ERR_DENIED, "%.*s", STR_ARG(result));
}

/* The server's values for the new device: views into the document, which the key file owns from now on. */
static enum errcode
take_enrolment(struct phone *p, json_t *document)
{
    p->key.document = document;
    p->key.url = http_client_url(p->http);
    p->key.device = text_of(document, "sDeviceId");
    p->key.token = text_of(document, "sDeviceToken");
    p->key.account = text_of(document, "sAccount");
    if (str_is_empty(p->key.device) || str_is_empty(p->key.token) || str_is_null(p->key.account))
        return err_set(p->cx, ERR_PROTOCOL, "the server's answer is not whole");
    return ERR_NONE;
}

enum errcode
phone_enrol(struct phone *p, struct str ticket, struct str name)
{
    const struct statement_enrolment e = {http_client_url(p->http), ticket, name};
    unsigned char point[P256_POINT];
    struct phone_reply reply;
    struct buf statement;
    key_file_generate(&p->key);
    p256_point(p->key.key, point);
    buf_init(&statement, STATEMENT_MAX);
    statement_write_enrolment(&statement, &e);
    struct str signature = sign(p, &statement);
    if (str_is_null(signature))
        return err_set(p->cx, ERR_LIMIT, "the ticket or the device's name is too long");
    json_t *members = new_object();
    put(p, members, "sTicket", ticket);
    put(p, members, "sPublicKey", codec_base64url(&p->cx->arena, point, sizeof point));
    put(p, members, "sName", name);
    put(p, members, "sSignature", signature);
    enum errcode err = phone_call(p, "enrol", members, &reply);
    if (err == ERR_NONE)
        err = phone_check(p, reply.result);
    if (err == ERR_NONE)
        return take_enrolment(p, reply.document);
    json_decref(reply.document);
    return err;
}

/* A change that has no arguments. */
static enum errcode
call_change(struct phone *p, const char *name, struct str nonce, struct phone_reply *reply_out)
{
    struct buf statement;
    buf_init(&statement, STATEMENT_MAX);
    const struct statement_change change = {.audience = p->key.url,
                                            .nonce = nonce,
                                            .device = p->key.device,
                                            .operation = arena_printf(&p->cx->arena, "device/%s", name)};
    statement_open_change(&statement, &change);
    struct str signature = sign(p, &statement);
    ASSERT(!str_is_null(signature)); /* the key file and the nonce are bounded */
    json_t *members = new_object();
    put(p, members, "sNonce", nonce);
    put(p, members, "sSignature", signature);
    return phone_call(p, name, members, reply_out);
}

enum errcode
phone_remove(struct phone *p, struct phone_reply *reply_out)
{
    enum errcode err = phone_call(p, "nonce", new_object(), reply_out);
    if (err != ERR_NONE || !str_eq(reply_out->result, STR_LIT("OK")))
        return err;
    struct str nonce = text_of(reply_out->document, "sNonce");
    nonce = nonce.n <= NONCE_MAX ? arena_str(&p->cx->arena, nonce) : STR_NULL;
    json_decref(reply_out->document);
    *reply_out = (struct phone_reply){NULL, STR_NULL};
    if (str_is_null(nonce))
        return err_set(p->cx, ERR_PROTOCOL, "the answer has no nonce");
    return call_change(p, "remove", nonce, reply_out);
}

enum errcode
phone_ask(struct phone *p, const char *name, struct str id, json_t **document_out)
{
    struct phone_reply reply;
    json_t *members = new_object();
    if (!str_is_null(id))
        put(p, members, "sChallengeId", id);
    enum errcode err = phone_call(p, name, members, &reply);
    *document_out = reply.document;
    return err == ERR_NONE ? phone_check(p, reply.result) : err;
}

enum errcode
phone_read_challenge(struct phone *p, const json_t *document, struct challenge_view *view_out)
{
    *view_out = (struct challenge_view){0};
    const struct {
        const char *name;
        struct str *to;
    } members[] = {
        {"sChallengeId", &view_out->id},    {"sNonce", &view_out->nonce},
        {"sAudience", &view_out->audience}, {"sCompany", &view_out->company},
        {"sAccount", &view_out->account},   {"sPurpose", &view_out->purpose},
        {"sConsole", &view_out->console},   {"sSource", &view_out->source},
        {"sCreated", &view_out->created},   {"sExpires", &view_out->expires},
    };
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        *members[i].to = text_of(document, members[i].name);
        if (str_is_null(*members[i].to))
            return err_set(p->cx, ERR_PROTOCOL, "the challenge has no %s", members[i].name);
    }
    view_out->number_required = json_is_true(json_object_get(document, "bNumberRequired"));
    view_out->number_digits = (uint8_t)json_integer_value(json_object_get(document, "iNumberDigits"));
    view_out->tries_left = (uint8_t)json_integer_value(json_object_get(document, "iTriesRemaining"));
    view_out->seconds_left = (int32_t)json_integer_value(json_object_get(document, "iSecondsRemaining"));
    if (!str_eq(view_out->audience, p->key.url))
        return err_set(p->cx, ERR_DENIED, "the challenge is for another server, %.*s",
                       STR_ARG(view_out->audience));
    return ERR_NONE;
}

enum errcode
phone_answer(struct phone *p, const struct challenge_view *view, enum decision decision, struct str number,
             struct phone_reply *reply_out)
{
    struct str name = str_from_cstr(decision_name(decision));
    struct buf statement;
    *reply_out = (struct phone_reply){NULL, STR_NULL};
    buf_init(&statement, STATEMENT_MAX);
    statement_write_answer(&statement, view, p->key.device, name, number);
    struct str signature = sign(p, &statement);
    if (str_is_null(signature))
        return err_set(p->cx, ERR_PROTOCOL, "the challenge is too long");
    json_t *members = new_object();
    put(p, members, "sChallengeId", view->id);
    put(p, members, "sDecision", name);
    if (!str_is_null(number))
        put(p, members, "sNumber", number);
    put(p, members, "sSignature", signature);
    return phone_call(p, "answer", members, reply_out);
}
