/* SPDX-License-Identifier: Apache-2.0 */
/* audit: reading the log, and following it. */
#include "accounts/audit.h"
#include "base/clock.h"
#include "base/codec.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include "ledger/sealer.h"

enum { PAGE = 1000 };
#define FOLLOW_EVERY (CLOCK_S / 4)

static json_t *
event_document(struct cli *cli, const struct audit_row *row, struct str account)
{
    json_t *o = print_object();
    print_put_int(o, "seq", row->seq);
    print_put_time(cli, o, "at", row->at);
    print_put_str(o, "event", row->event);
    print_put_str(o, "account", account);
    print_put_str(o, "actor", row->actor);
    print_put_str(o, "source", row->source);
    json_t *detail = json_loadb(row->detail.p != NULL ? row->detail.p : "", row->detail.n, 0, NULL);
    print_put(o, "detail", detail != NULL ? detail : print_text(row->detail));
    if (cli->json)
        print_put_str(o, "digest", codec_hex(&cli->cx.arena, row->digest.bytes, sizeof row->digest.bytes));
    return o;
}

/* All pages; with last > 0, only that many rows from the end are kept. */
static enum errcode
collect(struct cli *cli, struct audit_of of, int64_t after, int64_t last, json_t *events)
{
    size_t n = PAGE;
    while (n == PAGE) {
        struct audit_row *rows;
        enum errcode err = audit_list(&cli->cx, of, after, PAGE, &rows, &n);
        if (err != ERR_NONE)
            return err;
        for (size_t i = 0; i < n; i++) {
            struct str account;
            err = cli_account_of(cli, rows[i].technician_id, &account);
            if (err != ERR_NONE)
                return err;
            print_add(events, event_document(cli, &rows[i], account));
        }
        if (n > 0)
            after = rows[n - 1].seq;
        while (last > 0 && json_array_size(events) > (size_t)last)
            if (json_array_remove(events, 0) != 0)
                break;
    }
    return ERR_NONE;
}

static enum errcode
read_count(struct cli *cli, const char *option, int64_t least, int64_t *n_out)
{
    struct str word = args_option(&cli->args, option);
    *n_out = 0;
    if (str_is_null(word) || str_to_i64(word, least, INT64_MAX, n_out) == ERR_NONE)
        return ERR_NONE;
    return err_set(&cli->cx, ERR_USAGE, "--%s is a number, not '%.*s'", option, STR_ARG(word));
}

enum errcode
cmd_audit_list(struct cli *cli)
{
    struct audit_of of;
    int64_t after, last;
    enum errcode err = read_count(cli, "after", 0, &after);
    if (err == ERR_NONE)
        err = read_count(cli, "last", 1, &last);
    if (err == ERR_NONE)
        err = cli_open_log(cli);
    if (err == ERR_NONE)
        err = cli_company_option(cli, &of.company);
    if (err == ERR_NONE)
        err = cli_technician_option(cli, &of.technician);
    if (err != ERR_NONE)
        return err;
    json_t *events = print_array();
    err = collect(cli, of, after, last, events);
    if (err != ERR_NONE) {
        json_decref(events);
        return err;
    }
    print_table(cli, "events", events, "Nothing was logged.");
    return ERR_NONE;
}

/* What `follow` knows between two looks. */
struct following {
    struct audit_of of;
    int64_t after;
    struct interrupt interrupt;
};

/* One line; with --json one document. */
static enum errcode
print_event(struct cli *cli, struct cli *part, const struct audit_row *row)
{
    struct str account;
    enum errcode err = cli_account_of(part, row->technician_id, &account);
    if (err != ERR_NONE)
        return err;
    json_t *o = event_document(part, row, account);
    print_line(part, o);
    return fflush(cli->out) == 0 ? ERR_NONE : err_set(&part->cx, ERR_IO, "the reader is gone");
}

/* Everything that was written since, sealed by the server, or here where none runs; its memory is released,
 * since this may go on for days. */
static enum errcode
look_again(struct cli *cli, struct following *f)
{
    struct cli part = *cli;
    size_t n = PAGE;
    enum errcode err = ERR_NONE;
    bool sealed, more;
    arena_init(&part.cx.arena);
    err = sealer_run(&part.cx, &sealed, &more);
    while (err == ERR_NONE && n == PAGE) {
        struct audit_row *rows = NULL;
        err = audit_list(&part.cx, f->of, f->after, PAGE, &rows, &n);
        for (size_t i = 0; err == ERR_NONE && i < n; i++) {
            f->after = rows[i].seq;
            err = print_event(cli, &part, &rows[i]);
        }
        arena_reset(&part.cx.arena);
    }
    arena_clear(&part.cx.arena);
    return err == ERR_NONE ? ERR_NONE : err_set(&cli->cx, err, "%s", part.cx.detail);
}

static enum errcode
follow(struct cli *cli, struct following *f)
{
    enum errcode err = interrupt_open(&f->interrupt);
    if (err != ERR_NONE)
        return err_set(&cli->cx, err, "signals cannot be watched");
    cli->answered = true; /* in lines */
    do
        err = look_again(cli, f);
    while (err == ERR_NONE && !interrupt_came(&f->interrupt, FOLLOW_EVERY));
    interrupt_take(&f->interrupt);
    interrupt_close(&f->interrupt);
    return err;
}

enum errcode
cmd_audit_follow(struct cli *cli)
{
    struct following f = {.after = 0};
    enum errcode err = read_count(cli, "after", 0, &f.after);
    if (err == ERR_NONE)
        err = cli_open_log(cli);
    if (err == ERR_NONE)
        err = cli_company_option(cli, &f.of.company);
    if (err == ERR_NONE)
        err = cli_technician_option(cli, &f.of.technician);
    if (err == ERR_NONE && !args_has(&cli->args, "after"))
        err = store_audit_last(&cli->cx, &f.after);
    return err != ERR_NONE ? err : follow(cli, &f);
}
