/* SPDX-License-Identifier: Apache-2.0 */
/* operator, token: who operates the server over the network. This command line needs no account itself. */
#include "accounts/operator.h"

#include "accounts/operator_session.h"
#include "accounts/operator_token.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/print.h"
#include "cli/prompt.h"

enum { TOKEN_DAYS = 90 };

static enum errcode
operator_document(struct cli *cli, const struct operator* o, json_t **document_out)
{
    struct str reach = STR_NULL;
    enum errcode err = operator_reach_text(&cli->cx, o->id, o->everything, &reach);
    json_t *d = *document_out = print_object();
    print_put_str(d, "email", o->email);
    print_put_str(d, "name", o->name);
    print_put_cstr(d, "role", operator_role_names[o->role]);
    print_put_str(d, "reach", reach);
    print_put_cstr(d, "state", operator_state_names[o->state]);
    print_put_time(cli, d, "created", o->created_at);
    return err;
}

static void
put_passkeys(struct cli *cli, json_t *d, const struct operator_passkey *passkeys, size_t n)
{
    json_t *list = print_array();
    for (size_t i = 0; i < n; i++) {
        json_t *o = print_object();
        print_put_id(o, "id", passkeys[i].id);
        print_put_str(o, "name", passkeys[i].name);
        print_put_time(cli, o, "created", passkeys[i].created_at);
        print_put_time(cli, o, "used", passkeys[i].used_at);
        print_add(list, o);
    }
    print_put(d, "passkeys", list);
}

static void
put_sessions(struct cli *cli, json_t *d, const struct operator_session *sessions, size_t n)
{
    json_t *list = print_array();
    for (size_t i = 0; i < n; i++) {
        json_t *o = print_object();
        print_put_str(o, "source", sessions[i].source);
        print_put_str(o, "console", sessions[i].console);
        print_put_time(cli, o, "created", sessions[i].created_at);
        print_put_time(cli, o, "ends", sessions[i].expires_at);
        print_add(list, o);
    }
    print_put(d, "sessions", list);
}

/* `link` (null: none) is shown once, by the command that made it. */
static enum errcode
show_operator(struct cli *cli, int64_t id, struct str link)
{
    struct operator o;
    struct operator_passkey *passkeys = NULL;
    struct operator_session *sessions = NULL;
    size_t n_passkeys = 0, n_sessions = 0;
    int64_t link_end = 0;
    json_t *d = NULL;
    enum errcode err = operator_get(&cli->cx, id, &o);
    if (err == ERR_NONE)
        err = store_operator_passkey_list(&cli->cx, id, &passkeys, &n_passkeys);
    if (err == ERR_NONE)
        err = store_operator_session_list(&cli->cx, id, &sessions, &n_sessions);
    if (err == ERR_NONE)
        err = store_operator_link_end(&cli->cx, id, &link_end);
    if (err == ERR_NONE)
        err = operator_document(cli, &o, &d);
    if (err != ERR_NONE) {
        json_decref(d);
        return err;
    }
    put_passkeys(cli, d, passkeys, n_passkeys);
    put_sessions(cli, d, sessions, n_sessions);
    print_put_time(cli, d, "link_expires", link_end);
    if (!str_is_null(link))
        print_put_str(d, "link", link);
    print_record(cli, d);
    if (!str_is_null(link)) {
        print_note(cli, "The link brings in one passkey, and is shown this once.");
        cli_warn_local(cli);
    }
    return ERR_NONE;
}

static enum errcode
open_operator(struct cli *cli, struct operator* o)
{
    struct str email = args_word(&cli->args, 0);
    enum errcode err = cli_open_store(cli);
    return err != ERR_NONE ? err : cli_not_found(cli, operator_find(&cli->cx, email, o), "operator", email);
}

static enum errcode
read_grant(struct cli *cli, struct operator_grant *grant)
{
    struct str reach = args_option(&cli->args, "reach");
    enum errcode err = operator_read_role(&cli->cx, args_option(&cli->args, "role"), &grant->role);
    if (err != ERR_NONE)
        return err;
    return operator_read_reach(&cli->cx, str_is_null(reach) ? STR_LIT("everything") : reach, grant);
}

enum errcode
cmd_operator_add(struct cli *cli)
{
    struct operator_new new = {.email = args_word(&cli->args, 0), .name = args_option(&cli->args, "name")};
    struct str link = STR_NULL;
    int64_t id = 0, life = 0;
    enum errcode err = cli_read_life(cli, CLOCK_HOUR, &life);
    if (err == ERR_NONE)
        err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = read_grant(cli, &new.grant);
    if (err == ERR_NONE)
        err = operator_invite(&cli->cx, &new, life, &id, &link);
    return err == ERR_NONE ? show_operator(cli, id, link) : err;
}

enum errcode
cmd_operator_list(struct cli *cli)
{
    struct operator* list = NULL;
    size_t n = 0;
    json_t *rows = print_array();
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = store_operator_list(&cli->cx, &list, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        json_t *d = NULL;
        err = operator_document(cli, &list[i], &d);
        print_add(rows, d);
    }
    if (err == ERR_NONE)
        print_table(cli, "operators", rows,
                    "There is no operator: countersign operator add EMAIL --role owner");
    else
        json_decref(rows);
    return err;
}

enum errcode
cmd_operator_show(struct cli *cli)
{
    struct operator o;
    enum errcode err = open_operator(cli, &o);
    return err == ERR_NONE ? show_operator(cli, o.id, STR_NULL) : err;
}

enum errcode
cmd_operator_set(struct cli *cli)
{
    struct str role = args_option(&cli->args, "role"), reach = args_option(&cli->args, "reach");
    struct operator_change change = {.name = args_option(&cli->args, "name")};
    struct operator_grant grant = {0};
    struct operator o;
    if (str_is_null(change.name) && str_is_null(role) && str_is_null(reach))
        return err_set(&cli->cx, ERR_USAGE, "nothing to set: --name, --role or --reach");
    enum errcode err = open_operator(cli, &o);
    if (err == ERR_NONE && !str_is_null(role)) {
        err = operator_read_role(&cli->cx, role, &grant.role);
        change.role = &grant.role;
    }
    if (err == ERR_NONE && !str_is_null(reach)) {
        err = operator_read_reach(&cli->cx, reach, &grant);
        change.reach = &grant;
    }
    if (err == ERR_NONE)
        err = operator_set(&cli->cx, o.id, &change);
    return err == ERR_NONE ? show_operator(cli, o.id, STR_NULL) : err;
}

static enum errcode
set_state(struct cli *cli, bool active)
{
    struct operator o;
    enum errcode err = open_operator(cli, &o);
    if (err == ERR_NONE)
        err = operator_set_state(&cli->cx, o.id, active);
    return err == ERR_NONE ? show_operator(cli, o.id, STR_NULL) : err;
}

enum errcode
cmd_operator_disable(struct cli *cli)
{
    return set_state(cli, false);
}

enum errcode
cmd_operator_enable(struct cli *cli)
{
    return set_state(cli, true);
}

enum errcode
cmd_operator_delete(struct cli *cli)
{
    struct operator o;
    enum errcode err = open_operator(cli, &o);
    if (err == ERR_NONE)
        err = prompt_confirm(cli, "delete the operator %s", print_safe(cli, o.email));
    if (err == ERR_NONE)
        err = operator_delete(&cli->cx, o.id);
    if (err != ERR_NONE)
        return err;
    json_t *d = print_object();
    print_put_str(d, "deleted", o.email);
    print_done(cli, d, "%s is deleted", print_safe(cli, o.email));
    return ERR_NONE;
}

enum errcode
cmd_operator_link(struct cli *cli)
{
    struct operator o;
    struct str link;
    int64_t life = 0;
    enum errcode err = cli_read_life(cli, CLOCK_HOUR, &life);
    if (err == ERR_NONE)
        err = open_operator(cli, &o);
    if (err == ERR_NONE)
        err = operator_link_new(&cli->cx, o.id, life, args_has(&cli->args, "lost"), &link);
    return err == ERR_NONE ? show_operator(cli, o.id, link) : err;
}

enum errcode
cmd_token_add(struct cli *cli)
{
    struct str name = args_word(&cli->args, 0), word = args_option(&cli->args, "days"), token = STR_NULL;
    struct operator_grant grant = {0};
    int64_t days = TOKEN_DAYS;
    if (!str_is_null(word) && str_to_i64(word, 1, OPERATOR_TOKEN_DAYS_MAX, &days) != ERR_NONE)
        return err_set(&cli->cx, ERR_USAGE, "--days is a number from 1 to %d, not '%.*s'",
                       OPERATOR_TOKEN_DAYS_MAX, STR_ARG(word));
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = read_grant(cli, &grant);
    if (err == ERR_NONE)
        err = operator_token_add(&cli->cx, name, &grant, days * CLOCK_DAY, &token);
    if (err != ERR_NONE)
        return err;
    json_t *d = print_object();
    print_put_str(d, "name", name);
    print_put_str(d, "token", token);
    print_put_time(cli, d, "expires", cli->cx.now + days * CLOCK_DAY);
    print_record(cli, d);
    print_note(cli, "It is shown this once: Authorization: Bearer TOKEN.");
    return ERR_NONE;
}

static enum errcode
token_document(struct cli *cli, const struct operator_token *t, json_t **document_out)
{
    struct str reach = STR_NULL;
    enum errcode err = operator_reach_text(&cli->cx, t->id, t->everything, &reach);
    json_t *d = *document_out = print_object();
    print_put_str(d, "name", t->name);
    print_put_cstr(d, "role", operator_role_names[t->role]);
    print_put_str(d, "reach", reach);
    print_put_str(d, "made_by", t->made_by);
    print_put_time(cli, d, "created", t->created_at);
    print_put_time(cli, d, "used", t->used_at);
    print_put_time(cli, d, "expires", t->expires_at);
    return err;
}

enum errcode
cmd_token_list(struct cli *cli)
{
    struct operator_token *list = NULL;
    size_t n = 0;
    json_t *rows = print_array();
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = store_operator_token_list(&cli->cx, &list, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        json_t *d = NULL;
        err = token_document(cli, &list[i], &d);
        print_add(rows, d);
    }
    if (err == ERR_NONE)
        print_table(cli, "tokens", rows, "There is no token.");
    else
        json_decref(rows);
    return err;
}

enum errcode
cmd_token_revoke(struct cli *cli)
{
    struct str name = args_word(&cli->args, 0);
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = prompt_confirm(cli, "revoke the token %s", print_safe(cli, name));
    if (err == ERR_NONE)
        err = cli_not_found(cli, operator_token_revoke(&cli->cx, name), "token", name);
    if (err != ERR_NONE)
        return err;
    json_t *d = print_object();
    print_put_str(d, "revoked", name);
    print_done(cli, d, "%s is void", print_safe(cli, name));
    return ERR_NONE;
}
