/* SPDX-License-Identifier: Apache-2.0 */
/* phone_show: the steps common to all commands of the phone. */
#include "cli/phone_show.h"

#include <stdlib.h>

#include "cli/print.h"
#include "cli/prompt.h"
#include "cli/server.h"

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
phone_open_own(struct phone *p, struct cli *cli, const struct interrupt *interrupt)
{
    const struct http_client_options options = server_options(cli, STR_NULL, interrupt);
    return server_opened(cli, phone_open(&cli->cx, p, phone_key_path(cli), &options));
}

json_t *
phone_challenge_document(const struct challenge_view *v)
{
    json_t *o = print_object();
    print_put_str(o, "challenge", v->id);
    print_put_str(o, "account", v->account);
    print_put_str(o, "company", v->company);
    print_put_str(o, "purpose", v->purpose);
    print_put_str(o, "console", v->console);
    print_put_str(o, "source", v->source);
    print_put_str(o, "server", v->audience);
    print_put_str(o, "created", v->created);
    print_put_str(o, "expires", v->expires);
    print_put_bool(o, "number_required", v->number_required);
    print_put_int(o, "number_digits", v->number_digits);
    print_put_int(o, "tries_left", v->tries_left);
    print_put_int(o, "seconds_left", v->seconds_left);
    return o;
}

void
phone_show(struct cli *cli, const struct challenge_view *v)
{
    print_note(cli, "%s of %s: %s", print_safe(cli, v->account), print_safe(cli, v->company),
               print_safe(cli, v->purpose));
    print_note(cli, "  from %s by %s", print_safe(cli, v->source), print_safe(cli, v->console));
    print_note(cli, "  at %s, server %s", print_safe(cli, v->created), print_safe(cli, v->audience));
    fflush(cli->out);
}

enum errcode
phone_give_answer(struct phone *p, const struct challenge_view *view, enum decision decision,
                  struct str number, json_t *o)
{
    struct phone_reply reply;
    enum errcode err = phone_answer(p, view, decision, number, &reply);
    if (err == ERR_NONE) {
        print_put_cstr(o, "decision", decision_name(decision));
        print_put_str(o, "result", reply.result);
        if (str_eq(reply.result, STR_LIT("WrongNumber")))
            print_put(o, "tries_left", json_incref(json_object_get(reply.document, "iTriesRemaining")));
        err = phone_check(p, reply.result);
    }
    json_decref(reply.document);
    return err;
}

enum errcode
phone_read_number(struct cli *cli, const struct challenge_view *view, struct str *number_out)
{
    if (!view->number_required)
        return ERR_NONE;
    return prompt_line(cli, "The number that the console shows", "--number", number_out);
}

const char *
phone_done_words(enum decision decision)
{
    static const char *const words[] = {[DECISION_APPROVE] = "approved",
                                        [DECISION_REJECT] = "rejected",
                                        [DECISION_NOT_ME] = "reported: this was not me"};
    return words[decision];
}
