/* SPDX-License-Identifier: Apache-2.0 */
/* enrol, device (the operator's side): links for new phones, and the phones that there are. */
#include "accounts/device.h"
#include "accounts/device_change.h"
#include "accounts/enrolment.h"
#include "accounts/enrolment_all.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/invitations.h"
#include "cli/print.h"
#include "cli/prompt.h"
#include "cli/qr.h"

static enum errcode
cancel_links(struct cli *cli)
{
    struct technician t;
    int64_t n = 0;
    if (args_has(&cli->args, "life") || args_has(&cli->args, "qr"))
        return err_set(&cli->cx, ERR_USAGE, "--cancel makes no link: it excludes --life and --qr");
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_find_technician(cli, args_word(&cli->args, 0), &t);
    if (err == ERR_NONE)
        err = enrolment_cancel(&cli->cx, t.id, &n);
    if (err != ERR_NONE)
        return err;
    json_t *o = print_object();
    print_put_str(o, "technician", t.email);
    print_put_int(o, "voided", n);
    print_record(cli, o);
    return ERR_NONE;
}

static void
print_all(struct cli *cli, const struct enrolment_all *all, const struct invitations *invitations)
{
    const bool is_shown = str_is_null(invitations->path);
    json_t *o = print_object(), *list = print_array();
    for (size_t i = 0; is_shown && i < all->n; i++) {
        json_t *item = print_object();
        print_put_str(item, "email", all->made[i].email);
        print_put_str(item, "link", all->made[i].link);
        print_add(list, item);
    }
    print_put_int(o, "links", (int64_t)all->n);
    print_put_time(cli, o, "expires", cli->cx.now + all->life);
    print_put(o, "invitations", list);
    struct str text = buf_view(&invitations->text);
    if (cli->json || !is_shown)
        print_done(cli, o, "%zu links were made, valid until %.*s", all->n,
                   STR_ARG(clock_text(&cli->cx.arena, cli->cx.now + all->life)));
    else
        json_decref(o);
    if (!cli->json && is_shown)
        (void)fwrite(text.p, 1, text.n, cli->out); /* cli_main looks at the stream's state */
    cli_warn_local(cli);
}

/* A link for each account without a phone. */
static enum errcode
enrol_all(struct cli *cli)
{
    struct enrolment_all all = {.n = 0};
    struct invitations invitations;
    if (args_has(&cli->args, "qr") || cli->args.n_words > 0)
        return err_set(&cli->cx, ERR_USAGE,
                       "--all takes --company in place of an address, and draws no QR codes");
    if (!args_has(&cli->args, "company"))
        return err_set(&cli->cx, ERR_USAGE, "--all needs --company COMPANY");
    enum errcode err = cli_read_life(cli, 7 * CLOCK_DAY, &all.life);
    if (err == ERR_NONE)
        err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_company_option(cli, &all.company_id);
    if (err != ERR_NONE)
        return err;
    err = invitations_open(cli, args_option(&cli->args, "invitations"), &invitations);
    if (err == ERR_NONE)
        err = enrolment_all(&cli->cx, &all);
    for (size_t i = 0; i < all.n && err == ERR_NONE; i++)
        invitations_add(&invitations, all.made[i].email, all.made[i].name, all.made[i].link);
    if (err == ERR_NONE)
        err = invitations_write(&invitations);
    if (err == ERR_NONE)
        print_all(cli, &all, &invitations);
    invitations_close(&invitations, err);
    return err;
}

enum errcode
cmd_enrol(struct cli *cli)
{
    int64_t life;
    bool wants_qr;
    struct technician t;
    struct str link;
    if (args_has(&cli->args, "all") && !args_has(&cli->args, "cancel"))
        return enrol_all(cli);
    if (cli->args.n_words == 0 || args_has(&cli->args, "all") || args_has(&cli->args, "company") ||
        args_has(&cli->args, "invitations"))
        return err_set(&cli->cx, ERR_USAGE,
                       "enrol takes EMAIL, or --all with --company COMPANY and perhaps --invitations FILE");
    if (args_has(&cli->args, "cancel"))
        return cancel_links(cli);
    enum errcode err = cli_read_life(cli, 15 * CLOCK_MINUTE, &life);
    if (err == ERR_NONE)
        err = cli_read_switch(cli, "qr", true, &wants_qr);
    if (err == ERR_NONE)
        err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_find_technician(cli, args_word(&cli->args, 0), &t);
    if (err == ERR_NONE)
        err = enrolment_new(&cli->cx, t.id, life, &link);
    if (err != ERR_NONE)
        return err;
    if (wants_qr && !cli->json)
        qr_print(cli->out, link);
    json_t *o = print_object();
    print_put_str(o, "link", link);
    print_put_str(o, "technician", t.email);
    print_put_time(cli, o, "expires", cli->cx.now + life);
    print_record(cli, o);
    print_note(
        cli,
        "It enrols one device. Compare the fingerprint that the device shows with countersign device list.");
    cli_warn_local(cli);
    return ERR_NONE;
}

static const char *
state_name(enum device_state state)
{
    static const char *const names[] = {"active", "disabled", "removed"};
    ASSERT((size_t)state < ARRAY_LEN(names));
    return names[state];
}

static enum errcode
device_document(struct cli *cli, const struct device *d, json_t **document_out)
{
    struct technician t;
    enum errcode err = technician_get(&cli->cx, d->technician_id, &t);
    if (err != ERR_NONE)
        return err;
    json_t *o = print_object();
    print_put_id(o, "id", d->id);
    print_put_str(o, "technician", t.email);
    print_put_str(o, "name", d->name);
    print_put_cstr(o, "state", state_name(d->state));
    print_put_str(o, "fingerprint", d->fingerprint);
    print_put_bool(o, "passkey", d->has_passkey);
    print_put_time(cli, o, "created", d->created_at);
    print_put_time(cli, o, "seen", d->seen_at);
    *document_out = o;
    return ERR_NONE;
}

enum errcode
cmd_device_list(struct cli *cli)
{
    int64_t technician_id;
    struct device *devices;
    size_t n;
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_technician_option(cli, &technician_id);
    if (err == ERR_NONE)
        err = device_list(&cli->cx, technician_id, args_has(&cli->args, "removed"), &devices, &n);
    if (err != ERR_NONE)
        return err;
    json_t *rows = print_array();
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        json_t *o;
        err = device_document(cli, &devices[i], &o);
        if (err == ERR_NONE)
            print_add(rows, o);
    }
    if (err != ERR_NONE) {
        json_decref(rows);
        return err;
    }
    print_table(cli, "devices", rows, "There is no device: countersign enrol EMAIL");
    return ERR_NONE;
}

static enum errcode
open_device(struct cli *cli, struct device *d)
{
    struct str word = args_word(&cli->args, 0);
    int64_t id;
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_find_id(cli, STORE_ID_DEVICE, word, "device", &id);
    if (err == ERR_NONE)
        err = cli_not_found(cli, device_get(&cli->cx, id, d), "device", word);
    return err;
}

static enum errcode
show_device(struct cli *cli, int64_t id)
{
    struct device d;
    json_t *o;
    enum errcode err = device_get(&cli->cx, id, &d);
    if (err == ERR_NONE)
        err = device_document(cli, &d, &o);
    if (err == ERR_NONE)
        print_record(cli, o);
    return err;
}

enum errcode
cmd_device_show(struct cli *cli)
{
    struct device d;
    enum errcode err = open_device(cli, &d);
    return err == ERR_NONE ? show_device(cli, d.id) : err;
}

enum errcode
cmd_device_set(struct cli *cli)
{
    struct device d;
    enum errcode err = open_device(cli, &d);
    if (err == ERR_NONE)
        err = device_rename(&cli->cx, d.id, args_option(&cli->args, "name"));
    return err == ERR_NONE ? show_device(cli, d.id) : err;
}

static enum errcode
set_state(struct cli *cli, enum device_state state)
{
    struct device d;
    enum errcode err = open_device(cli, &d);
    if (err == ERR_NONE)
        err = device_set_state(&cli->cx, d.id, state);
    return err == ERR_NONE ? show_device(cli, d.id) : err;
}

enum errcode
cmd_device_disable(struct cli *cli)
{
    return set_state(cli, DEVICE_DISABLED);
}

enum errcode
cmd_device_enable(struct cli *cli)
{
    return set_state(cli, DEVICE_ACTIVE);
}

enum errcode
cmd_device_remove(struct cli *cli)
{
    struct device d;
    struct str account = STR_NULL;
    enum errcode err = open_device(cli, &d);
    if (err == ERR_NONE && d.state != DEVICE_REMOVED)
        err = cli_account_of(cli, d.technician_id, &account);
    if (err == ERR_NONE && d.state != DEVICE_REMOVED)
        err = prompt_confirm(cli, "remove the device %lld, '%s', of %s", (long long)d.id,
                             print_safe(cli, d.name), print_safe(cli, account));
    if (err == ERR_NONE)
        err = device_set_state(&cli->cx, d.id, DEVICE_REMOVED);
    return err == ERR_NONE ? show_device(cli, d.id) : err;
}
