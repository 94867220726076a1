/* SPDX-License-Identifier: Apache-2.0 */
/* audit: reading the log, and following it. */
#include "accounts/audit.h"
#include "base/clock.h"
#include "base/codec.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/interrupt.h"
#include "cli/place.h"
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

static enum errcode
read_count(struct cli *cli, const char *option, int64_t least, int64_t *n_out)
{
    struct str word = args_option(&cli->args, option);
    *n_out = 0;
    if (str_is_null(word) || str_to_i64(word, least, INT64_MAX, n_out) == ERR_NONE)
        return ERR_NONE;
    return err_set(&cli->cx, ERR_USAGE, "--%s is a number, not '%.*s'", option, STR_ARG(word));
}

/* What `list` prints: a page at a time, whose memory is released with it. */
struct listing {
    struct audit_of of;
    struct str event;    /* what the name begins with; null: any */
    int64_t since;       /* 0: of any time */
    int64_t after, last; /* last: only that many from the end; 0: all */
    int64_t asked;       /* after, as it was asked for */
    struct print_parts parts;
};

static bool
is_listed(const struct listing *l, const struct audit_row *row)
{
    return row->at >= l->since && (str_is_null(l->event) || str_starts(row->event, l->event));
}

/* The number in front of the last ones. */
static enum errcode
find_last(struct cx *part, struct listing *l)
{
    struct audit_range range = {
        .after = INT64_MAX, .limit = PAGE, .company = l->of.company, .technician = l->of.technician};
    int64_t left = l->last;
    size_t n = PAGE;
    enum errcode err = ERR_NONE;
    while (err == ERR_NONE && left > 0 && n == PAGE && range.after > l->after) {
        struct audit_row *rows = NULL;
        err = store_audit_before(part, &range, &rows, &n);
        for (size_t i = 0; err == ERR_NONE && i < n && left > 0; i++) {
            left -= is_listed(l, &rows[i]) ? 1 : 0;
            range.after = rows[i].seq;
        }
        arena_reset(&part->arena);
    }
    if (left == 0 && range.after - 1 > l->after)
        l->after = range.after - 1;
    return err;
}

static enum errcode
list_page(struct cli *part, struct listing *l, size_t *n_out)
{
    struct audit_row *rows = NULL;
    json_t *events = print_array();
    enum errcode err = audit_list(&part->cx, l->of, l->after, PAGE, &rows, n_out);
    for (size_t i = 0; err == ERR_NONE && i < *n_out; i++) {
        struct str account;
        l->after = rows[i].seq;
        if (!is_listed(l, &rows[i]))
            continue;
        err = cli_account_of(part, rows[i].technician_id, &account);
        if (err == ERR_NONE)
            print_add(events, event_document(part, &rows[i], account));
    }
    if (err == ERR_NONE)
        print_part(part, &l->parts, events);
    else
        json_decref(events);
    if (err == ERR_NONE && ferror(part->out) != 0)
        err = err_set(&part->cx, ERR_IO, "the reader is gone");
    return err;
}

static enum errcode
list_all(struct cli *cli, struct listing *l)
{
    struct cli part = *cli;
    size_t n = PAGE;
    arena_init(&part.cx.arena);
    enum errcode err = l->last > 0 ? find_last(&part.cx, l) : ERR_NONE;
    cli->answered = err == ERR_NONE;
    while (err == ERR_NONE && n == PAGE) {
        err = list_page(&part, l, &n);
        arena_reset(&part.cx.arena);
    }
    arena_clear(&part.cx.arena);
    return err == ERR_NONE ? ERR_NONE : err_set(&cli->cx, err, "%s", part.cx.detail);
}

/* --newer: from when on, and the number that no such event is before. */
static enum errcode
begin_at(struct cli *cli, int64_t span, struct listing *l)
{
    int64_t after = 0;
    if (span == 0)
        return ERR_NONE;
    l->since = cli->cx.now - span;
    enum errcode err = audit_number_at(&cli->cx, l->since, &after);
    l->after = after > l->after ? after : l->after;
    return err;
}

/* That nothing was found says something only about a name that there is. */
static void
warn_of_name(struct cli *cli, struct str begin)
{
    unsigned e = 0;
    while (e < AUDIT_EVENT_COUNT_ && !str_starts(str_from_cstr(audit_event_name((enum audit_event)e)), begin))
        e++;
    if (e == AUDIT_EVENT_COUNT_)
        cli_warn(cli,
                 arena_printf(&cli->cx.arena, "no event of this version has a name that begins with '%.*s'",
                              STR_ARG(begin))
                     .p);
}

enum errcode
cmd_audit_list(struct cli *cli)
{
    struct listing l = {.event = args_option(&cli->args, "event"), .parts = {.name = "events"}};
    int64_t span = 0;
    enum errcode err = read_count(cli, "after", 0, &l.after);
    if (err == ERR_NONE && args_has(&cli->args, "newer"))
        err = cli_read_span(cli, "newer", 3660, &span);
    if (err == ERR_NONE)
        err = read_count(cli, "last", 1, &l.last);
    l.asked = l.after;
    if (err == ERR_NONE)
        err = cli_open_log(cli);
    if (err == ERR_NONE)
        err = cli_company_option(cli, &l.of.company);
    if (err == ERR_NONE)
        err = cli_technician_option(cli, &l.of.technician);
    if (err == ERR_NONE)
        err = begin_at(cli, span, &l);
    if (err == ERR_NONE)
        err = list_all(cli, &l);
    if (err != ERR_NONE)
        return err;
    print_parts_end(cli, &l.parts, "Nothing was logged.");
    if (l.parts.rows == 0 && !str_is_null(l.event))
        warn_of_name(cli, l.event);
    return l.parts.rows < l.last || l.last == 0 ? cli_warn_archived(cli, l.asked, l.since) : ERR_NONE;
}

/* What `follow` knows between two looks. */
struct following {
    struct audit_of of;
    struct place place;
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
        err = audit_list(&part.cx, f->of, f->place.after, PAGE, &rows, &n);
        if (err == ERR_NONE)
            err = place_check(&part.cx, &f->place);
        for (size_t i = 0; err == ERR_NONE && i < n; i++) {
            place_move(&f->place, &rows[i]);
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
    struct following f = {.place = {.after = 0}};
    struct str after = args_option(&cli->args, "after");
    enum errcode err = str_is_null(after) ? ERR_NONE : place_read(&cli->cx, after, &f.place);
    if (err == ERR_NONE)
        err = cli_open_log(cli);
    if (err == ERR_NONE)
        err = cli_company_option(cli, &f.of.company);
    if (err == ERR_NONE)
        err = cli_technician_option(cli, &f.of.technician);
    if (err == ERR_NONE)
        err = str_is_null(after) ? store_audit_last(&cli->cx, &f.place.after)
                                 : cli_check_archived(cli, f.place.after);
    if (err == ERR_NONE)
        err = place_begin(&cli->cx, &f.place);
    return err != ERR_NONE ? err : follow(cli, &f);
}
