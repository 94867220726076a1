/* SPDX-License-Identifier: Apache-2.0 */
/* login: this program as a console: the whole flow of the TechnicianConsole web service, explained step by
 * step. */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/digits.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include "cli/prompt.h"
#include "cli/server.h"
#include "client/soap_client.h"

struct console {
    struct cli *cli;
    struct soap_client soap;
    struct interrupt interrupt;
    json_t *steps;
    struct str email, password, new_password, code;
};

/* The outputs that all three ways to a result have, by the contract; read from each operation's struct. */
struct outcome {
    struct str result; /* as written: "loginTwoFactorRet_OK" */
    struct str url;
    int32_t password_days;
    uint8_t attempts, strength;
    bool is_running;
};

#define OUTCOME(op, out)                                             \
    ((struct outcome){.result = result_name(op, (int)(out)->result), \
                      .url = (out)->sUrl,                            \
                      .password_days = (out)->iPasswordExpiresIn,    \
                      .attempts = (out)->iAttemptRemaining,          \
                      .strength = (out)->minimumPasswordStrength,    \
                      .is_running = (out)->bIsTCRunning})

static struct str
result_name(enum ct_op_id op, int value)
{
    return ct_enum_name(ct_ops[op].out.fields[0].en, value);
}

static const char *
result_doc(enum ct_op_id op, struct str name)
{
    const struct ct_enum *values = ct_ops[op].out.fields[0].en;
    for (size_t i = 0; i < values->n; i++)
        if (str_eq(values->values[i].name, name))
            return values->values[i].doc;
    return "";
}

/* Calls one operation over the wire, and announces it; tell_result reports its result. */
static enum errcode
call(struct console *c, enum ct_op_id op, const void *in, void *out)
{
    return soap_client_call(&c->soap, &ct_ops[op], in, out);
}

static void
tell_result(struct console *c, enum ct_op_id op, int value, const char *words)
{
    struct str name = result_name(op, value);
    json_t *step = print_object();
    print_put_str(step, "operation", ct_ops[op].name);
    print_put_str(step, "result", name);
    print_add(c->steps, step);
    print_progress(c->cli, "  %.*s: %s", STR_ARG(name), words != NULL ? words : result_doc(op, name));
}

static bool
wants_second_factor(struct str result)
{
    return str_eq(result, STR_LIT("login_v2_OkTwoFactorAuthenticationRequired"));
}

/* The login with the password; with a new password, the operation that takes both. */
static enum errcode
prove_password(struct console *c, struct str *token_out, struct outcome *outcome_out)
{
    struct ct_array methods;
    enum ct_op_id op = CT_OP_loginTechnicianFromStandalone_v7_2;
    enum errcode err;
    if (!str_is_null(c->new_password))
        op = CT_OP_loginTechnicianWithNewPassword_v7_2;
    print_progress(c->cli, "%.*s: %.*s at %.*s", STR_ARG(ct_ops[op].name), STR_ARG(c->email),
                   STR_ARG(http_client_url(c->soap.http)));
    if (op == CT_OP_loginTechnicianFromStandalone_v7_2) {
        struct loginTechnicianFromStandalone_v7_2_in in = {
            .sEmail = c->email, .sPassword = c->password, .sLanguage = STR("en")};
        struct loginTechnicianFromStandalone_v7_2_out out;
        err = call(c, op, &in, &out);
        if (err != ERR_NONE)
            return err;
        *outcome_out = OUTCOME(op, &out);
        *token_out = out.sLoginToken;
        methods = out.oTwoFactorAuthenticationMethods;
        if (!str_is_null(out.sTwoFactorSetupUrl))
            outcome_out->url = out.sTwoFactorSetupUrl;
        tell_result(c, op, (int)out.result, NULL);
    } else {
        struct loginTechnicianWithNewPassword_v7_2_in in = {
            .email = c->email, .oldPassword = c->password, .newPassword = c->new_password};
        struct loginTechnicianWithNewPassword_v7_2_out out;
        err = call(c, op, &in, &out);
        if (err != ERR_NONE)
            return err;
        *outcome_out = OUTCOME(op, &out);
        *token_out = out.sLoginToken;
        methods = out.oTwoFactorAuthenticationMethods;
        if (!str_is_null(out.sTwoFactorSetupUrl))
            outcome_out->url = out.sTwoFactorSetupUrl;
        tell_result(c, op, (int)out.result, NULL);
    }
    const struct TwoFactorAuthenticationMethod *items = methods.items;
    for (size_t i = 0; i < methods.n; i++)
        print_progress(c->cli, "  second factor: %s", print_safe(c->cli, items[i].AuthMethodName));
    return ERR_NONE;
}

static enum errcode
validate_code(struct console *c, struct str token, struct outcome *outcome_out)
{
    const enum ct_op_id op = CT_OP_twoFactorValidateCode;
    struct twoFactorValidateCode_in in = {.sLoginToken = token, .sCode = c->code};
    struct twoFactorValidateCode_out out;
    print_progress(c->cli, "%.*s", STR_ARG(ct_ops[op].name));
    enum errcode err = call(c, op, &in, &out);
    if (err != ERR_NONE)
        return err;
    *outcome_out = OUTCOME(op, &out);
    tell_result(c, op, (int)out.result, NULL);
    return ERR_NONE;
}

static void
show_number(struct console *c, struct str number)
{
    if (str_is_empty(number))
        return;
    size_t half = number.n / 2;
    print_progress(c->cli, "  match number: %s %s", print_safe(c->cli, str_sub(number, 0, half)),
                   print_safe(c->cli, str_sub(number, half, number.n)));
    FILE *to = c->cli->json ? c->cli->err : c->cli->out;
    int fd = fileno(to);
    if (fd >= 0 && isatty(fd) == 1)
        digits_print(to, number);
}

static enum errcode
send_push(struct console *c, struct str token, struct twoFactorSendPushAuth_out *sent,
          struct outcome *outcome_out)
{
    const enum ct_op_id op = CT_OP_twoFactorSendPushAuth;
    struct twoFactorSendPushAuth_in in = {.sLoginToken = token};
    print_progress(c->cli, "%.*s", STR_ARG(ct_ops[op].name));
    enum errcode err = call(c, op, &in, sent);
    if (err != ERR_NONE)
        return err;
    *outcome_out = (struct outcome){.result = result_name(op, (int)sent->result), .password_days = -1};
    if (sent->result != loginTwoFactorRet_OK) {
        tell_result(c, op, (int)sent->result, NULL);
        return ERR_NONE;
    }
    struct str words = arena_printf(&c->cli->cx.arena, "the push is good for %d s", (int)sent->iExpiresIn);
    tell_result(c, op, (int)sent->result, arena_cstr(&c->cli->cx.arena, words));
    show_number(c, sent->sMatchNumber);
    return ERR_NONE;
}

/* The person gave up: cancels the push that the phone shows. A failure of this call is not reported. */
static enum errcode
cancel_push(struct console *c, struct str token, struct str push)
{
    struct twoFactorCancelPushAuth_in in = {.sLoginToken = token, .sPushToken = push};
    struct twoFactorCancelPushAuth_out out;
    interrupt_take(&c->interrupt);
    err_forget(&c->cli->cx);
    enum errcode err = call(c, CT_OP_twoFactorCancelPushAuth, &in, &out);
    bool taken_back = err == ERR_NONE && out.result == loginTwoFactorRet_OK;
    err_forget(&c->cli->cx);
    return err_set(&c->cli->cx, ERR_DENIED, "interrupted%s", taken_back ? "; the push was taken back" : "");
}

static enum errcode
poll_push(struct console *c, struct str token, const struct twoFactorSendPushAuth_out *sent,
          struct outcome *outcome_out)
{
    enum { LONGEST_PAUSE = 30, GRACE = 60 }; /* seconds */
    const enum ct_op_id op = CT_OP_twoFactorCheckPushAuthStatus;
    struct twoFactorCheckPushAuthStatus_in in = {.sLoginToken = token, .sPushToken = sent->sPushToken};
    struct twoFactorCheckPushAuthStatus_out out;
    int64_t pause = sent->iPollInterval;
    pause = pause < 1 ? 1 : pause > LONGEST_PAUSE ? LONGEST_PAUSE : pause;
    int64_t until = clock_mono() + (sent->iExpiresIn + GRACE) * CLOCK_S;
    bool told = false;
    print_progress(c->cli, "%.*s every %d s", STR_ARG(ct_ops[op].name), (int)pause);
    for (;;) {
        enum errcode err = call(c, op, &in, &out);
        if (err == ERR_DENIED)
            return cancel_push(c, token, sent->sPushToken);
        if (err != ERR_NONE)
            return err;
        if (out.result != loginTwoFactorRet_Poll || !told)
            tell_result(c, op, (int)out.result, NULL);
        if (out.result != loginTwoFactorRet_Poll)
            break;
        told = true;
        if (clock_mono() > until)
            return err_set(&c->cli->cx, ERR_TIMEOUT,
                           "the server goes on answering Poll past the push's time");
        if (interrupt_came(&c->interrupt, pause * CLOCK_S))
            return cancel_push(c, token, sent->sPushToken);
    }
    *outcome_out = OUTCOME(op, &out);
    return ERR_NONE;
}

static enum errcode
second_factor(struct console *c, struct str token, struct outcome *outcome_out)
{
    if (!str_is_null(c->code))
        return validate_code(c, token, outcome_out);
    struct twoFactorSendPushAuth_out sent;
    enum errcode err = send_push(c, token, &sent, outcome_out);
    if (err != ERR_NONE || sent.result != loginTwoFactorRet_OK)
        return err;
    return poll_push(c, token, &sent, outcome_out);
}

static enum errcode
log_out(struct console *c)
{
    const enum ct_op_id op = CT_OP_logoutTechnician;
    struct logoutTechnician_in in = {0};
    struct logoutTechnician_out out;
    print_progress(c->cli, "%.*s", STR_ARG(ct_ops[op].name));
    enum errcode err = call(c, op, &in, &out);
    if (err == ERR_NONE)
        tell_result(c, op, (int)out.result, NULL);
    return err;
}

static enum errcode
sign_in(struct console *c, struct outcome *outcome_out)
{
    struct str token;
    enum errcode err = prove_password(c, &token, outcome_out);
    if (err == ERR_NONE && wants_second_factor(outcome_out->result))
        err = second_factor(c, token, outcome_out);
    return err;
}

static bool
is_ok(struct str result)
{
    return str_eq(result, STR_LIT("login_v2_OK")) || str_eq(result, STR_LIT("loginTwoFactorRet_OK"));
}

/* The document; for people, only what is new in it. */
static enum errcode
tell_outcome(struct console *c, const struct outcome *o)
{
    static const char *const strengths[] = {"none", "Good", "Strong", "Excellent"};
    struct cli *cli = c->cli;
    bool ok = is_ok(o->result);
    json_t *document = print_object();
    print_put_bool(document, "ok", ok);
    print_put_str(document, "result", o->result);
    print_put_str(document, "url", o->url);
    print_put_int(document, "attempts_remaining", o->attempts);
    print_put_int(document, "password_expires_in_days", o->password_days);
    print_put_bool(document, "other_console_running", o->is_running);
    print_put_cstr(document, "minimum_password_strength",
                   o->strength <= 3 ? strengths[o->strength] : "unknown");
    print_put(document, "steps", json_incref(c->steps));
    if (!str_is_null(o->url))
        print_note(cli, "  sUrl: %s", print_safe(cli, o->url));
    if (o->is_running)
        print_note(cli, "  another console of this technician is signed in");
    if (o->password_days >= 0 && ok)
        print_note(cli, "  the password expires in %d days", (int)o->password_days);
    if (ok) {
        print_done(cli, document, "signed in");
        return ERR_NONE;
    }
    if (cli->json)
        print_record(cli, document);
    else
        json_decref(document);
    bool unknown = str_ends(o->result, STR_LIT("_UnknownError"));
    return err_set(&cli->cx, unknown ? ERR_BUSY : ERR_DENIED, "not signed in: %.*s", STR_ARG(o->result));
}

static enum errcode
read_secrets(struct console *c)
{
    struct cli *cli = c->cli;
    struct str new_file = args_option(&cli->args, "new-password-file");
    c->email = args_word(&cli->args, 0);
    c->code = args_option(&cli->args, "code");
    c->new_password = STR_NULL;
    enum errcode err = prompt_password(cli, "password-file", "Password", &c->password);
    if (err == ERR_NONE && !str_is_null(new_file))
        err = prompt_read_file(cli, new_file.p, &c->new_password);
    return err;
}

static enum errcode
server_url(struct cli *cli, struct str *url_out)
{
    *url_out = args_option(&cli->args, "url");
    if (!str_is_null(*url_out))
        return ERR_NONE;
    enum errcode err = cli_configure(cli);
    if (err == ERR_NONE)
        *url_out = config_public_url(&cli->config, &cli->cx.arena);
    return err;
}

enum errcode
cmd_login(struct cli *cli)
{
    struct console c = {.cli = cli, .steps = print_array(), .soap = {.cx = &cli->cx}};
    c.soap.version = args_has(&cli->args, "soap12") ? SOAP_MESSAGE_12 : SOAP_MESSAGE_11;
    struct outcome outcome;
    struct str url;
    enum errcode err = server_url(cli, &url);
    if (err == ERR_NONE)
        err = read_secrets(&c);
    if (err == ERR_NONE && interrupt_open(&c.interrupt) != ERR_NONE)
        err = err_set(&cli->cx, ERR_SYSTEM, "signals cannot be watched");
    if (err != ERR_NONE) {
        json_decref(c.steps);
        return err;
    }
    const struct http_client_options options = server_options(cli, url, &c.interrupt);
    err = server_opened(cli, http_client_open(&cli->cx, &options, &c.soap.http));
    if (err == ERR_NONE)
        err = sign_in(&c, &outcome);
    if (err == ERR_NONE && is_ok(outcome.result) && args_has(&cli->args, "logout"))
        err = log_out(&c);
    if (err == ERR_NONE)
        err = tell_outcome(&c, &outcome);
    http_client_close(&c.soap.http);
    json_decref(c.steps);
    interrupt_take(&c.interrupt);
    interrupt_close(&c.interrupt);
    return err;
}
