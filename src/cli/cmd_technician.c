/* SPDX-License-Identifier: Apache-2.0 */
/* technician, code, session: the accounts, their typed second factors, and who is signed in. */
#include "accounts/code.h"
#include "accounts/device.h"
#include "accounts/enrolment.h"
#include "accounts/session.h"
#include "accounts/technician_change.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/print.h"
#include "cli/prompt.h"
#include "cli/qr.h"
#include "cli/state.h"

enum { LISTED = 1000, LISTED_MOST = 100000 };

/* The properties of one account that are in its own row, and whether it can be used. On an error
 * *document_out is to be forgotten all the same. */
static enum errcode
technician_document(struct cli *cli, const struct technician *t, struct str company, json_t **document_out)
{
    json_t *o = *document_out = print_object();
    print_put_str(o, "email", t->email);
    print_put_str(o, "name", t->name);
    print_put_str(o, "company", company);
    enum errcode err = state_put(cli, o, t);
    print_put_bool(o, "technician", t->is_technician);
    print_put_bool(o, "role", t->role_on);
    print_put_bool(o, "password", t->password_hash.n > 0);
    print_put_bool(o, "totp", t->has_totp);
    print_put_time(cli, o, "created", t->created_at);
    return err;
}

static enum errcode
put_lock(struct cli *cli, json_t *o, const struct technician *t)
{
    print_put_bool(o, "must_change_password", t->password_must_change);
    print_put_time(cli, o, "password_set", t->password_set_at);
    return state_put_locks(cli, o, t);
}

/* The open links, without their tickets. */
static enum errcode
put_links(struct cli *cli, json_t *o, const struct technician *t)
{
    struct enrolment_link *links;
    size_t n;
    enum errcode err = enrolment_list(&cli->cx, t->id, &links, &n);
    if (err != ERR_NONE)
        return err;
    json_t *list = print_array();
    for (size_t i = 0; i < n; i++) {
        json_t *link = print_object();
        print_put_cstr(link, "kind", links[i].is_self ? "self" : "operator");
        print_put_time(cli, link, "created", links[i].created_at);
        print_put_str(link, "by", links[i].made_by);
        print_put_time(cli, link, "expires", links[i].expires_at);
        print_add(list, link);
    }
    print_put(o, "enrolment_links", list);
    return ERR_NONE;
}

static enum errcode
put_factors(struct cli *cli, json_t *o, const struct technician *t)
{
    int64_t devices, recovery;
    struct session *sessions;
    size_t n;
    enum errcode err = device_count_active(&cli->cx, t->id, &devices);
    if (err == ERR_NONE)
        err = recovery_codes_left(&cli->cx, t->id, &recovery);
    if (err == ERR_NONE)
        err = session_list(&cli->cx, 0, t->id, &sessions, &n);
    if (err != ERR_NONE)
        return err;
    print_put_int(o, "active_devices", devices);
    print_put_int(o, "recovery_codes_left", recovery);
    print_put_bool(o, "self_enrolment", t->factor_since == 0);
    print_put_int(o, "sessions", (int64_t)n);
    return put_links(cli, o, t);
}

/* `password` (null: none) is shown once, by the command that generated it. */
static enum errcode
show_technician(struct cli *cli, struct str email, struct str password)
{
    struct technician t;
    struct company c;
    enum errcode err = cli_find_technician(cli, email, &t);
    if (err == ERR_NONE)
        err = company_get(&cli->cx, t.company_id, &c);
    if (err != ERR_NONE)
        return err;
    json_t *o = NULL;
    err = technician_document(cli, &t, c.name, &o);
    if (err == ERR_NONE)
        err = put_lock(cli, o, &t);
    if (err == ERR_NONE)
        err = put_factors(cli, o, &t);
    if (err != ERR_NONE) {
        json_decref(o);
        return err;
    }
    if (!str_is_null(password))
        print_put_str(o, "new_password", password);
    print_record(cli, o);
    return ERR_NONE;
}

enum errcode
cmd_technician_add(struct cli *cli)
{
    struct technician_new new = {.email = args_word(&cli->args, 0),
                                 .name = args_option(&cli->args, "name"),
                                 .password = STR_NULL,
                                 .keeps_password = args_has(&cli->args, "keep")};
    bool generated = false, wants_none = args_has(&cli->args, "no-password");
    int64_t id;
    if (wants_none &&
        (args_has(&cli->args, "generate") || args_has(&cli->args, "password-file") || new.keeps_password))
        return err_set(&cli->cx, ERR_USAGE, "--no-password excludes the other password options");
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_company_option(cli, &new.company_id);
    if (err == ERR_NONE && !wants_none)
        err = prompt_new_password(cli, &new.password, &generated);
    if (err == ERR_NONE)
        err = technician_add(&cli->cx, &new, &id);
    return err == ERR_NONE ? show_technician(cli, new.email, generated ? new.password : STR_NULL) : err;
}

enum errcode
cmd_technician_show(struct cli *cli)
{
    enum errcode err = cli_open_store(cli);
    return err == ERR_NONE ? show_technician(cli, args_word(&cli->args, 0), STR_NULL) : err;
}

static enum errcode
read_choice(struct cli *cli, struct technician_choice *c)
{
    static const char *const states[] = {
        [TECHNICIAN_ACTIVE] = "active", [TECHNICIAN_DISABLED] = "disabled", [TECHNICIAN_LOCKED] = "locked"};
    struct str limit = args_option(&cli->args, "limit"), state = args_option(&cli->args, "state");
    *c = (struct technician_choice){.after = args_option(&cli->args, "after"),
                                    .search = args_option(&cli->args, "search"),
                                    .never_signed_in = args_has(&cli->args, "never-signed-in"),
                                    .limit = LISTED};
    if (!str_is_null(limit) && str_to_i64(limit, 1, LISTED_MOST, &c->limit) != ERR_NONE)
        return err_set(&cli->cx, ERR_USAGE, "--limit is a number from 1 to %d, not '%.*s'", LISTED_MOST,
                       STR_ARG(limit));
    for (unsigned i = TECHNICIAN_ACTIVE; i <= TECHNICIAN_LOCKED; i++)
        if (str_eq(state, str_from_cstr(states[i])))
            c->state = (enum technician_is)i;
    if (!str_is_null(state) && c->state == TECHNICIAN_ANY)
        return err_set(&cli->cx, ERR_USAGE, "--state is active, disabled or locked, not '%.*s'",
                       STR_ARG(state));
    return ERR_NONE;
}

static enum errcode
print_technicians(struct cli *cli, const struct technician *technicians, size_t n, bool more)
{
    struct company c = {0};
    json_t *rows = print_array();
    enum errcode err = ERR_NONE;
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        if (c.id != technicians[i].company_id)
            err = company_get(&cli->cx, technicians[i].company_id, &c);
        json_t *o = NULL;
        if (err == ERR_NONE)
            err = technician_document(cli, &technicians[i], c.name, &o);
        if (o != NULL)
            print_add(rows, o);
    }
    if (err != ERR_NONE) {
        json_decref(rows);
        return err;
    }
    if (!cli->json) {
        print_table(cli, "technicians", rows,
                    "There is no such technician: countersign technician add EMAIL");
        if (more)
            print_note(cli, "There are more: --after with the last address.");
        return ERR_NONE;
    }
    json_t *o = print_object();
    print_put(o, "technicians", rows);
    print_put_str(o, "next", more ? technicians[n - 1].email_key : STR_NULL);
    print_record(cli, o);
    return ERR_NONE;
}

enum errcode
cmd_technician_list(struct cli *cli)
{
    struct technician_choice choice;
    struct technician *technicians = NULL;
    size_t n = 0;
    bool more = false;
    enum errcode err = read_choice(cli, &choice);
    if (err == ERR_NONE)
        err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_company_option(cli, &choice.company_id);
    if (err == ERR_NONE)
        err = technician_list(&cli->cx, &choice, &technicians, &n, &more);
    return err != ERR_NONE ? err : print_technicians(cli, technicians, n, more);
}

static enum errcode
open_technician(struct cli *cli, struct technician *t)
{
    enum errcode err = cli_open_store(cli);
    return err == ERR_NONE ? cli_find_technician(cli, args_word(&cli->args, 0), t) : err;
}

enum errcode
cmd_technician_set(struct cli *cli)
{
    struct technician_wish wish = {.name = args_option(&cli->args, "name")};
    bool is_technician = false, role_on = false;
    struct technician t;
    if (args_has(&cli->args, "technician"))
        wish.is_technician = &is_technician;
    if (args_has(&cli->args, "role"))
        wish.role_on = &role_on;
    if (str_is_null(wish.name) && wish.is_technician == NULL && wish.role_on == NULL)
        return err_set(&cli->cx, ERR_USAGE, "nothing to set: --name, --technician or --role");
    enum errcode err = open_technician(cli, &t);
    if (err == ERR_NONE)
        err = cli_read_switch(cli, "technician", false, &is_technician);
    if (err == ERR_NONE)
        err = cli_read_switch(cli, "role", false, &role_on);
    if (err == ERR_NONE)
        err = technician_set(&cli->cx, t.id, &wish);
    return err == ERR_NONE ? show_technician(cli, t.email, STR_NULL) : err;
}

static enum errcode
set_role(struct cli *cli, bool on)
{
    struct technician t;
    enum errcode err = open_technician(cli, &t);
    if (err == ERR_NONE)
        err = technician_set(&cli->cx, t.id, &(struct technician_wish){.role_on = &on});
    return err == ERR_NONE ? show_technician(cli, t.email, STR_NULL) : err;
}

enum errcode
cmd_technician_disable(struct cli *cli)
{
    return set_role(cli, false);
}

enum errcode
cmd_technician_enable(struct cli *cli)
{
    return set_role(cli, true);
}

enum errcode
cmd_technician_lock(struct cli *cli)
{
    struct technician t;
    enum errcode err = open_technician(cli, &t);
    if (err == ERR_NONE)
        err = technician_lock(&cli->cx, t.id);
    return err == ERR_NONE ? show_technician(cli, t.email, STR_NULL) : err;
}

enum errcode
cmd_technician_unlock(struct cli *cli)
{
    struct technician t;
    enum errcode err = open_technician(cli, &t);
    if (err == ERR_NONE)
        err = technician_unlock(&cli->cx, t.id);
    return err == ERR_NONE ? show_technician(cli, t.email, STR_NULL) : err;
}

enum errcode
cmd_technician_reset(struct cli *cli)
{
    struct technician t;
    struct str password;
    bool generated;
    enum errcode err = open_technician(cli, &t);
    if (err == ERR_NONE)
        err = prompt_new_password(cli, &password, &generated);
    if (err == ERR_NONE)
        err = technician_reset_password(&cli->cx, t.id, password, !args_has(&cli->args, "keep"));
    return err == ERR_NONE ? show_technician(cli, t.email, generated ? password : STR_NULL) : err;
}

enum errcode
cmd_technician_allow_self_enrolment(struct cli *cli)
{
    struct technician t;
    enum errcode err = open_technician(cli, &t);
    if (err == ERR_NONE)
        err = technician_allow_self_enrolment(&cli->cx, t.id);
    return err == ERR_NONE ? show_technician(cli, t.email, STR_NULL) : err;
}

enum errcode
cmd_technician_delete(struct cli *cli)
{
    struct technician t;
    enum errcode err = open_technician(cli, &t);
    if (err == ERR_NONE)
        err = prompt_confirm(cli, "delete the account %s", print_safe(cli, t.email));
    if (err == ERR_NONE)
        err = technician_delete(&cli->cx, t.id);
    if (err != ERR_NONE)
        return err;
    json_t *o = print_object();
    print_put_str(o, "deleted", t.email);
    print_done(cli, o, "%s is deleted", print_safe(cli, t.email));
    return ERR_NONE;
}

enum errcode
cmd_code_totp(struct cli *cli)
{
    struct technician t;
    struct str uri;
    bool wants_qr;
    enum errcode err = cli_read_switch(cli, "qr", true, &wants_qr);
    if (err == ERR_NONE)
        err = open_technician(cli, &t);
    if (err == ERR_NONE)
        err = totp_enrol(&cli->cx, t.id, &uri);
    if (err != ERR_NONE)
        return err;
    if (wants_qr && !cli->json)
        qr_print(cli->out, uri);
    json_t *o = print_object();
    print_put_str(o, "uri", uri);
    print_done(cli, o, "%s", print_safe(cli, uri));
    print_note(cli, "The authenticator is in force now. This is shown once: it is the seed itself.");
    return ERR_NONE;
}

enum errcode
cmd_code_recovery(struct cli *cli)
{
    struct technician t;
    struct str codes[RECOVERY_CODES];
    enum errcode err = open_technician(cli, &t);
    if (err == ERR_NONE)
        err = recovery_codes_new(&cli->cx, t.id, codes);
    if (err != ERR_NONE)
        return err;
    json_t *o = print_object();
    json_t *list = print_array();
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        print_add(list, print_text(codes[i]));
        print_note(cli, "%.*s", STR_ARG(codes[i]));
    }
    print_put(o, "codes", list);
    print_done(cli, o, "Each is good once. They are shown once, and the former ones are void.");
    return ERR_NONE;
}

enum errcode
cmd_code_remove(struct cli *cli)
{
    struct technician t;
    enum errcode err = open_technician(cli, &t);
    if (err == ERR_NONE && t.has_totp)
        err = prompt_confirm(cli, "remove the authenticator of %s", print_safe(cli, t.email));
    if (err == ERR_NONE)
        err = totp_remove(&cli->cx, t.id);
    return err == ERR_NONE ? show_technician(cli, t.email, STR_NULL) : err;
}

enum errcode
cmd_session_list(struct cli *cli)
{
    int64_t company_id, technician_id;
    struct session *sessions;
    size_t n;
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_company_option(cli, &company_id);
    if (err == ERR_NONE)
        err = cli_technician_option(cli, &technician_id);
    if (err == ERR_NONE)
        err = session_list(&cli->cx, company_id, technician_id, &sessions, &n);
    if (err != ERR_NONE)
        return err;
    json_t *rows = print_array();
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        struct technician t;
        err = technician_get(&cli->cx, sessions[i].technician_id, &t);
        if (err != ERR_NONE)
            break;
        json_t *o = print_object();
        print_put_id(o, "id", sessions[i].id);
        print_put_str(o, "technician", t.email);
        print_put_str(o, "source", sessions[i].source);
        print_put_str(o, "console", sessions[i].console);
        print_put_bool(o, "second_factor", sessions[i].has_second_factor);
        print_put_time(cli, o, "created", sessions[i].created_at);
        print_put_time(cli, o, "seen", sessions[i].seen_at);
        print_put_time(cli, o, "ends", sessions[i].expires_at);
        print_add(rows, o);
    }
    if (err != ERR_NONE) {
        json_decref(rows);
        return err;
    }
    print_table(cli, "sessions", rows, "Nobody is signed in.");
    return ERR_NONE;
}

enum errcode
cmd_session_end(struct cli *cli)
{
    struct str word = args_word(&cli->args, 0);
    int64_t id;
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_find_id(cli, STORE_ID_SESSION, word, "session", &id);
    if (err == ERR_NONE)
        err = cli_not_found(cli, session_end(&cli->cx, id, "operator"), "live session", word);
    if (err != ERR_NONE)
        return err;
    json_t *o = print_object();
    print_put_id(o, "ended", id);
    print_done(cli, o, "ended");
    return ERR_NONE;
}
