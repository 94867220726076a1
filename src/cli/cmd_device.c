/* SPDX-License-Identifier: Apache-2.0 */
/* enrol, device (the operator's side): links for new phones, and the phones that there are. */
#include "accounts/device.h"
#include "accounts/device_change.h"
#include "accounts/enrolment.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/print.h"
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

enum errcode
cmd_enrol(struct cli *cli)
{
    int64_t life;
    bool wants_qr;
    struct technician t;
    struct str link;
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
    enum errcode err = cli_read_id(cli, word, "device", &id);
    if (err == ERR_NONE)
        err = cli_open_store(cli);
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
    return set_state(cli, DEVICE_REMOVED);
}
