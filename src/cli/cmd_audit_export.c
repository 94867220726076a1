/* SPDX-License-Identifier: Apache-2.0 */
/* audit export: events for a log shipper or a SIEM, one a line (ledger/export.h). */
#include "accounts/audit.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/interrupt.h"
#include "cli/place.h"
#include "ledger/export.h"
#include "ledger/leaf.h"
#include "ledger/sealer.h"

enum { PAGE = 1000 };
#define FOLLOW_EVERY (CLOCK_S / 4)

struct exporting {
    enum export_format format;
    struct place place;
    struct str host;
};

static enum errcode
put_event(struct cli *part, const struct exporting *x, const struct audit_row *row)
{
    struct export_event e = {.row = row, .host = x->host};
    struct buf line;
    if (!row->is_sound || !leaf_is_text(row))
        return err_set(&part->cx, ERR_CRYPTO, "event %lld was changed: countersign audit verify",
                       (long long)row->seq);
    enum errcode err = cli_account_of(part, row->technician_id, &e.account);
    if (err != ERR_NONE)
        return err;
    buf_init(&line, export_most(&e));
    export_put(&line, x->format, &e);
    ASSERT(!buf_is_over(&line));
    struct str text = buf_view(&line);
    const bool done = fwrite(text.p, 1, text.n, part->out) == text.n;
    buf_clear(&line);
    return done ? ERR_NONE : err_set(&part->cx, ERR_IO, "the reader is gone");
}

/* Events that went into an archive before they were read here are missing. */
static enum errcode
check_page(struct cli *part, const struct exporting *x, const struct audit_row *first)
{
    enum errcode err = place_check(&part->cx, &x->place);
    const bool is_gap = first != NULL && x->place.after > 0 && first->seq != x->place.after + 1;
    return err == ERR_NONE && is_gap ? cli_check_archived(part, x->place.after) : err;
}

/* Everything after the last one; its memory is released with each page. */
static enum errcode
put_new(struct cli *cli, struct exporting *x)
{
    struct cli part = *cli;
    bool sealed, more;
    size_t n = PAGE;
    arena_init(&part.cx.arena);
    enum errcode err = sealer_run(&part.cx, &sealed, &more);
    while (err == ERR_NONE && n == PAGE) {
        struct audit_row *rows = NULL;
        err = audit_list(&part.cx, (struct audit_of){0}, x->place.after, PAGE, &rows, &n);
        if (err == ERR_NONE)
            err = check_page(&part, x, n > 0 ? &rows[0] : NULL);
        for (size_t i = 0; err == ERR_NONE && i < n; i++) {
            err = put_event(&part, x, &rows[i]);
            place_move(&x->place, &rows[i]);
        }
        arena_reset(&part.cx.arena);
    }
    if (err == ERR_NONE && fflush(cli->out) != 0)
        err = err_set(&part.cx, ERR_IO, "the reader is gone");
    arena_clear(&part.cx.arena);
    return err == ERR_NONE ? ERR_NONE : err_set(&cli->cx, err, "%s", part.cx.detail);
}

static enum errcode
follow(struct cli *cli, struct exporting *x)
{
    struct interrupt interrupt;
    enum errcode err = interrupt_open(&interrupt);
    if (err != ERR_NONE)
        return err_set(&cli->cx, err, "signals cannot be watched");
    do
        err = put_new(cli, x);
    while (err == ERR_NONE && !interrupt_came(&interrupt, FOLLOW_EVERY));
    interrupt_take(&interrupt);
    interrupt_close(&interrupt);
    return err;
}

enum errcode
cmd_audit_export(struct cli *cli)
{
    struct exporting x = {.place = {.after = 0}};
    struct str format = args_option(&cli->args, "format"), after = args_option(&cli->args, "after");
    if (!export_format_read(format, &x.format))
        return err_set(&cli->cx, ERR_USAGE, "--format is json, cef or syslog, not '%.*s'", STR_ARG(format));
    enum errcode err = str_is_null(after) ? ERR_NONE : place_read(&cli->cx, after, &x.place);
    if (err == ERR_NONE)
        err = cli_open_log(cli);
    if (err == ERR_NONE)
        err = str_is_null(after) ? cli_warn_archived(cli, 0, 0) : cli_check_archived(cli, x.place.after);
    if (err == ERR_NONE)
        err = place_begin(&cli->cx, &x.place);
    if (err != ERR_NONE)
        return err;
    struct str url = cli->env.public_url;
    const size_t scheme = str_find_str(url, STR_LIT("://"));
    x.host = scheme < url.n ? str_sub(url, scheme + 3, SIZE_MAX) : url;
    cli->answered = true; /* in lines */
    return args_has(&cli->args, "follow") ? follow(cli, &x) : put_new(cli, &x);
}
