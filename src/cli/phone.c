/* phone: JSON over HTTPS, and signatures over what was shown. */
#include "cli/phone.h"

#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "base/secret.h"
#include "cli/print.h"
#include "contract/ct.h"

const char *
phone_key_path(struct cli *cli)
{
    struct str given = args_option(&cli->args, "key-file");
    if (!str_is_null(given))
        return given.p;
    const char *home = getenv("HOME");
    struct str path = arena_printf(&cli->cx.arena, "%s/.countersign-device.json", home != NULL ? home : ".");
    return arena_cstr(&cli->cx.arena, path);
}

enum errcode
phone_open(struct phone *p, struct cli *cli, const struct interrupt *interrupt)
{
    *p = (struct phone){.cli = cli};
    enum errcode err = key_file_read(&cli->cx, phone_key_path(cli), &p->key);
    return err == ERR_NONE ? web_open(cli, p->key.url, interrupt, &p->web) : err;
}

void
phone_close(struct phone *p)
{
    web_close(&p->web);
    key_file_clear(&p->key);
}

enum errcode
phone_call(struct phone *p, const char *name, json_t *members, json_t **answer_out, struct str *result_out)
{
    struct cx *cx = &p->cli->cx;
    char *body = json_dumps(members, JSON_COMPACT);
    json_decref(members);
    if (body == NULL)
        err_no_memory();
    struct web_request request = {.content_type = "application/json", .body = str_from_cstr(body)};
    request.path = arena_cstr(&cx->arena, arena_printf(&cx->arena, "/api/device/%s", name));
    if (!str_is_null(p->key.token))
        request.header = arena_printf(&cx->arena, "Authorization: Bearer %.*s", STR_ARG(p->key.token));
    struct web_answer answer;
    enum errcode err = web_post(p->web, &request, &answer);
    secret_wipe(body, strlen(body)); /* a ticket may be in it */
    free(body);
    if (err != ERR_NONE)
        return err;

    json_t *document = json_loadb(answer.body.p, answer.body.n, JSON_REJECT_DUPLICATES, NULL);
    const json_t *result = json_object_get(document, "result");
    if (!json_is_string(result)) {
        json_decref(document);
        return err_set(cx, ERR_PROTOCOL, "%.*s: not an answer of the device API (HTTP status %ld)",
                       STR_ARG(web_url(p->web)), answer.status);
    }
    *answer_out = document;
    *result_out = (struct str){json_string_value(result), json_string_length(result)};
    if (!str_eq(*result_out, STR_LIT("UnknownError")) && !str_eq(*result_out, STR_LIT("TooManyRequests")))
        return ERR_NONE;
    err = err_set(cx, ERR_BUSY, "%.*s: %s", STR_ARG(web_url(p->web)),
                  str_eq(*result_out, STR_LIT("UnknownError"))
                      ? "the server could not find out; nothing was changed"
                      : "too many failures from this address: wait");
    json_decref(document);
    *answer_out = NULL;
    return err;
}

/* Signs a change that has no arguments. */
static json_t *
signed_change(struct phone *p, struct str operation, struct str nonce)
{
    unsigned char signature[P256_SIGNATURE];
    struct buf statement;
    buf_init(&statement, (size_t)64 * 1024);
    statement_open_change(&statement, &(struct statement_change){.audience = p->key.url,
                                                                 .nonce = nonce,
                                                                 .device = p->key.device,
                                                                 .operation = operation});
    ASSERT(!buf_is_over(&statement));
    p256_sign(p->key.key, buf_view(&statement), signature);
    buf_clear(&statement);
    json_t *members = print_object();
    print_put_str(members, "sNonce", nonce);
    print_put_str(members, "sSignature", codec_base64url(&p->cli->cx.arena, signature, sizeof signature));
    return members;
}

enum errcode
phone_remove(struct phone *p, json_t **answer_out, struct str *result_out)
{
    enum { NONCE_MAX = 256 };
    enum errcode err = phone_call(p, "nonce", print_object(), answer_out, result_out);
    if (err != ERR_NONE || !str_eq(*result_out, STR_LIT("OK")))
        return err;
    const json_t *value = json_object_get(*answer_out, "sNonce");
    struct str nonce = STR_NULL;
    if (json_is_string(value) && json_string_length(value) <= NONCE_MAX)
        nonce =
            arena_str(&p->cli->cx.arena, (struct str){json_string_value(value), json_string_length(value)});
    json_decref(*answer_out);
    *answer_out = NULL;
    if (str_is_null(nonce))
        return err_set(&p->cli->cx, ERR_PROTOCOL, "the answer has no nonce");
    return phone_call(p, "remove", signed_change(p, STR_LIT("device/remove"), nonce), answer_out, result_out);
}

enum errcode
phone_refusal(struct phone *p, struct str result)
{
    if (str_eq(result, STR_LIT("OK")))
        return ERR_NONE;
    if (str_eq(result, STR_LIT("PasskeyRequired")))
        return err_set(
            &p->cli->cx, ERR_DENIED,
            "PasskeyRequired: the company asks for a passkey, and this program has no authenticator: "
            "enrol the approver in a browser instead");
    const struct ct_enum *values = ct_ops[CT_OP_device_answer].out.fields[0].en;
    for (size_t i = 0; i < values->n; i++)
        if (str_ends(values->values[i].name, result) &&
            values->values[i].name.n == strlen(values->prefix) + 1 + result.n)
            return err_set(&p->cli->cx, ERR_DENIED, "%.*s: %s", STR_ARG(result), values->values[i].doc);
    return err_set(&p->cli->cx, ERR_DENIED, "%.*s", STR_ARG(result));
}

enum errcode
phone_read_link(struct cli *cli, struct str link, struct str *url_out, struct str *ticket_out)
{
    const struct str middle = STR("/approve/#");
    size_t at = str_find_str(link, middle);
    struct str url = args_option(&cli->args, "url");
    if (at < link.n) {
        *ticket_out = str_sub(link, at + middle.n, link.n);
        *url_out = str_is_null(url) ? str_sub(link, 0, at) : url;
    } else if (!str_is_null(url) && str_find(link, '/') == link.n) {
        *ticket_out = link;
        *url_out = url;
    } else {
        return err_set(&cli->cx, ERR_USAGE,
                       "'%.*s' is not a link of countersign enrol (nor a ticket with --url)", STR_ARG(link));
    }
    while (url_out->n > 0 && url_out->p[url_out->n - 1] == '/')
        url_out->n--;
    if (ticket_out->n == 0)
        return err_set(&cli->cx, ERR_USAGE, "the link holds no ticket");
    return ERR_NONE;
}

enum errcode
phone_read_challenge(struct phone *p, const json_t *document, struct challenge_view *view)
{
    *view = (struct challenge_view){0};
    const struct {
        const char *name;
        struct str *to;
    } members[] = {
        {"sChallengeId", &view->id},  {"sNonce", &view->nonce},     {"sAudience", &view->audience},
        {"sCompany", &view->company}, {"sAccount", &view->account}, {"sPurpose", &view->purpose},
        {"sConsole", &view->console}, {"sSource", &view->source},   {"sCreated", &view->created},
        {"sExpires", &view->expires},
    };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const json_t *value = json_object_get(document, members[i].name);
        if (!json_is_string(value))
            return err_set(&p->cli->cx, ERR_PROTOCOL, "the challenge has no %s", members[i].name);
        *members[i].to = (struct str){json_string_value(value), json_string_length(value)};
    }
    view->number_required = json_is_true(json_object_get(document, "bNumberRequired"));
    view->tries_left = (uint8_t)json_integer_value(json_object_get(document, "iTriesRemaining"));
    view->seconds_left = (int32_t)json_integer_value(json_object_get(document, "iSecondsRemaining"));
    if (!str_eq(view->audience, p->key.url))
        return err_set(&p->cli->cx, ERR_DENIED, "the challenge is for another server, %.*s",
                       STR_ARG(view->audience));
    return ERR_NONE;
}

enum errcode
phone_answer(struct phone *p, const struct challenge_view *view, enum decision decision, struct str number,
             json_t **answer_out, struct str *result_out)
{
    struct cx *cx = &p->cli->cx;
    const char *name = decision_name(decision);
    unsigned char signature[P256_SIGNATURE];
    struct buf statement;
    buf_init(&statement, (size_t)64 * 1024);
    statement_write_answer(&statement, view, p->key.device, str_from_cstr(name),
                           str_is_null(number) ? STR_LIT("") : number);
    if (buf_is_over(&statement)) {
        buf_clear(&statement);
        return err_set(cx, ERR_PROTOCOL, "the challenge is too long");
    }
    p256_sign(p->key.key, buf_view(&statement), signature);
    buf_clear(&statement);

    json_t *members = print_object();
    print_put_str(members, "sChallengeId", view->id);
    print_put_cstr(members, "sDecision", name);
    if (!str_is_null(number))
        print_put_str(members, "sNumber", number);
    print_put_str(members, "sSignature", codec_base64url(&cx->arena, signature, sizeof signature));
    return phone_call(p, "answer", members, answer_out, result_out);
}
