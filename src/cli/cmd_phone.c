/* SPDX-License-Identifier: Apache-2.0 */
/* device enrol, pending, fetch, approve, reject, not-me, forget: this program as a phone. It signs what it
 * shows, and shows what it signs. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/phone_show.h"
#include "cli/print.h"
#include "cli/prompt.h"
#include "cli/server.h"

static struct str
text_of(const json_t *document, const char *name)
{
    const json_t *value = json_object_get(document, name);
    return json_is_string(value) ? (struct str){json_string_value(value), json_string_length(value)}
                                 : STR_NULL;
}

static struct str
device_name(struct cli *cli)
{
    struct str given = args_option(&cli->args, "name");
    if (!str_is_null(given))
        return given;
    char host[64];
    if (gethostname(host, sizeof host) != 0)
        return STR_LIT("command line");
    host[sizeof host - 1] = '\0';
    return arena_printf(&cli->cx.arena, "countersign on %s", host);
}

static void
tell_enrolled(struct cli *cli, const struct phone *p, const char *path)
{
    json_t *o = print_object();
    print_put_str(o, "device", p->key.device);
    print_put_str(o, "account", p->key.account);
    print_put_str(o, "company", text_of(p->key.document, "sCompany"));
    print_put_str(o, "server", p->key.url);
    print_put_str(o, "fingerprint", text_of(p->key.document, "sFingerprint"));
    print_put_cstr(o, "key_file", path);
    print_record(cli, o);
}

enum errcode
cmd_phone_enrol(struct cli *cli)
{
    struct phone p = {0};
    const char *path = phone_key_path(cli);
    struct str url, ticket;
    int fd = -1;
    enum errcode err = phone_read_link(cli, args_word(&cli->args, 0), &url, &ticket);
    if (err == ERR_NONE) {
        const struct http_client_options options = server_options(cli, url, NULL);
        err = server_opened(cli, phone_open_new(&cli->cx, &p, &options));
    }
    /* The file first: a ticket is good once, and must not be spent for a key that cannot be kept. */
    if (err == ERR_NONE)
        err = key_file_create(&cli->cx, path, &fd);
    if (err == ERR_NONE)
        err = phone_enrol(&p, ticket, device_name(cli));
    if (err == ERR_NONE)
        err = key_file_write(&cli->cx, fd, &p.key);
    if (err == ERR_NONE)
        tell_enrolled(cli, &p, path);
    else if (fd >= 0)
        (void)unlink(path);
    if (fd >= 0)
        close(fd);
    phone_close(&p);
    return err;
}

enum errcode
cmd_phone_pending(struct cli *cli)
{
    struct phone p;
    json_t *answer = NULL, *rows = print_array();
    enum errcode err = phone_open_own(&p, cli, NULL);
    if (err == ERR_NONE)
        err = phone_ask(&p, "pending", STR_NULL, &answer);
    const json_t *challenges = json_object_get(answer, "aChallenges");
    for (size_t i = 0; i < json_array_size(challenges) && err == ERR_NONE; i++) {
        struct challenge_view view;
        err = phone_read_challenge(&p, json_array_get(challenges, i), &view);
        if (err == ERR_NONE)
            print_add(rows, phone_challenge_document(&view));
    }
    if (err == ERR_NONE)
        print_table(cli, "challenges", rows, "No challenge is pending.");
    else
        json_decref(rows);
    json_decref(answer);
    phone_close(&p);
    return err;
}

enum errcode
cmd_phone_fetch(struct cli *cli)
{
    struct phone p;
    struct challenge_view view;
    json_t *answer = NULL;
    enum errcode err = phone_open_own(&p, cli, NULL);
    if (err == ERR_NONE)
        err = phone_ask(&p, "fetch", args_word(&cli->args, 0), &answer);
    if (err == ERR_NONE)
        err = phone_read_challenge(&p, json_array_get(json_object_get(answer, "aChallenges"), 0), &view);
    if (err == ERR_NONE)
        print_record(cli, phone_challenge_document(&view));
    json_decref(answer);
    phone_close(&p);
    return err;
}

/* The challenge named by the command, or with --next the one that is pending. *answer_out owns the memory
 * of the view. */
static enum errcode
choose(struct cli *cli, struct phone *p, json_t **answer_out, struct challenge_view *view)
{
    struct str id = args_word(&cli->args, 0);
    bool wants_next = args_has(&cli->args, "next");
    if (str_is_null(id) == !wants_next)
        return err_set(&cli->cx, ERR_USAGE, "name a challenge, or use --next");
    enum errcode err = phone_ask(p, wants_next ? "pending" : "fetch", id, answer_out);
    if (err != ERR_NONE)
        return err;
    const json_t *challenges = json_object_get(*answer_out, "aChallenges");
    if (json_array_size(challenges) == 0)
        return err_set(&cli->cx, ERR_DENIED, "no challenge is pending");
    if (json_array_size(challenges) > 1)
        return err_set(&cli->cx, ERR_DENIED,
                       "several challenges wait: name one of countersign device pending");
    return phone_read_challenge(p, json_array_get(challenges, 0), view);
}

static enum errcode
decide(struct cli *cli, enum decision decision, struct str number)
{
    struct phone p;
    struct challenge_view view;
    json_t *answer = NULL;
    enum errcode err = phone_open_own(&p, cli, NULL);
    if (err == ERR_NONE)
        err = choose(cli, &p, &answer, &view);
    if (err == ERR_NONE) {
        phone_show(cli, &view);
        if (decision == DECISION_APPROVE && str_is_null(number))
            err = phone_read_number(cli, &view, &number);
    }
    if (err == ERR_NONE) {
        json_t *o = phone_challenge_document(&view);
        err = phone_give_answer(&p, &view, decision, number, o);
        if (err == ERR_NONE)
            print_done(cli, o, "%s", phone_done_words(decision));
        else if (cli->json && err == ERR_DENIED)
            print_record(cli, o);
        else
            json_decref(o);
    }
    json_decref(answer);
    phone_close(&p);
    return err;
}

enum errcode
cmd_phone_approve(struct cli *cli)
{
    return decide(cli, DECISION_APPROVE, args_option(&cli->args, "number"));
}

enum errcode
cmd_phone_reject(struct cli *cli)
{
    return decide(cli, DECISION_REJECT, STR_NULL);
}

enum errcode
cmd_phone_not_me(struct cli *cli)
{
    return decide(cli, DECISION_NOT_ME, STR_NULL);
}

enum errcode
cmd_phone_forget(struct cli *cli)
{
    struct phone p;
    struct phone_reply reply = {NULL, STR_NULL};
    const char *path = phone_key_path(cli);
    enum errcode err = phone_open_own(&p, cli, NULL);
    if (err == ERR_NONE)
        err = prompt_confirm(cli, "remove this device from its account, and delete %s",
                             print_safe(cli, str_from_cstr(path)));
    if (err == ERR_NONE)
        err = phone_remove(&p, &reply);
    /* A device that the server no longer knows is what was asked for. */
    if (err == ERR_NONE && !str_eq(reply.result, STR_LIT("UnknownDevice")))
        err = phone_check(&p, reply.result);
    if (err == ERR_NONE && unlink(path) != 0)
        err = err_set(&cli->cx, ERR_IO, "%s: %s", path, strerror(errno));
    if (err == ERR_NONE) {
        json_t *o = print_object();
        print_put_str(o, "removed", p.key.device);
        print_done(cli, o, "removed; the key is deleted");
    }
    json_decref(reply.document);
    phone_close(&p);
    return err;
}
