/* SPDX-License-Identifier: Apache-2.0 */
/* top: what a server does, again and again (report/top.h). */
#include "report/top.h"

#include <inttypes.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/print.h"
#include "cli/screen.h"

enum { EVERY_S = 2, EVERY_MOST_S = 3600, COUNT_MOST = 1000000, BLOCK_MAX = 16 * 1024 };

struct wish {
    int64_t every; /* seconds */
    int64_t count; /* blocks; 0: until it is ended */
};

static enum errcode
read_number(struct cli *cli, const char *option, int64_t most, int64_t *n_out)
{
    struct str word = args_option(&cli->args, option);
    if (str_is_null(word) || str_to_i64(word, 1, most, n_out) == ERR_NONE)
        return ERR_NONE;
    return err_set(&cli->cx, ERR_USAGE, "--%s is a number from 1 to %" PRId64 ", not '%.*s'", option, most,
                   STR_ARG(word));
}

static void
add_causes(struct cli *cli, struct buf *out, const struct top *t)
{
    buf_add_cstr(out, "refusals     ");
    for (size_t i = 0; i < t->n_causes; i++)
        buf_addf(out, "%s%s %" PRId64, i == 0 ? "" : ", ", print_safe(cli, t->causes[i].result),
                 t->causes[i].n);
    buf_add_cstr(out, t->n_causes == 0 ? "none\n" : "\n");
}

static void
draw(struct cli *cli, struct screen *screen, const struct live *now, const struct top *t)
{
    struct buf out;
    buf_init(&out, BLOCK_MAX);
    buf_addf(&out, "countersign %s  %.*s%s\n", print_safe(cli, now->version),
             STR_ARG(clock_text(&cli->cx.arena, clock_wall())), screen->is_terminal ? "  (q ends)" : "");
    buf_addf(&out, "sign-ins     %" PRId64 " granted, %" PRId64 " refused, %" PRId64 " failed\n", t->granted,
             t->refused, t->failed);
    add_causes(cli, &out, t);
    if (t->approval_ms < 0)
        buf_add_cstr(&out, "approvals    none\n");
    else
        buf_addf(&out, "approvals    %" PRId64 ", %" PRId64 ".%" PRId64 " s on average\n", t->approvals,
                 t->approval_ms / 1000, t->approval_ms % 1000 / 100);
    buf_addf(&out, "waiting      %" PRId64 " checks\n", t->waiting);
    buf_addf(&out, "queues       %" PRId64 " fast calls, %" PRId64 " slow calls\n", t->queued_fast,
             t->queued_slow);
    buf_addf(&out, "requests     %" PRId64 ", %" PRId64 " turned away, %" PRId64 " connections\n\n",
             t->requests, t->turned_away, t->connections);
    screen_draw(screen, buf_view(&out));
    buf_clear(&out);
}

static void
print_document(struct cli *cli, const struct live *now, const struct top *t)
{
    json_t *o = print_object(), *causes = print_object();
    print_put_time(cli, o, "time", clock_wall());
    print_put_str(o, "version", now->version);
    print_put_int(o, "granted", t->granted);
    print_put_int(o, "refused", t->refused);
    print_put_int(o, "failed", t->failed);
    for (size_t i = 0; i < t->n_causes; i++)
        print_put_int(causes, print_safe(cli, t->causes[i].result), t->causes[i].n);
    print_put(o, "refusals", causes);
    print_put_int(o, "approvals", t->approvals);
    print_put(o, "approval_ms", t->approval_ms < 0 ? json_null() : json_integer(t->approval_ms));
    print_put_int(o, "waiting", t->waiting);
    print_put_int(o, "queued_fast", t->queued_fast);
    print_put_int(o, "queued_slow", t->queued_slow);
    print_put_int(o, "requests", t->requests);
    print_put_int(o, "turned_away", t->turned_away);
    print_put_int(o, "connections", t->connections);
    print_line(cli, o);
    (void)fflush(cli->out);
}

/* A server that is being restarted is waited for. */
static void
show(struct cli *cli, struct screen *screen, const struct live *before, const struct live *now)
{
    struct top t;
    if (str_is_null(now->version)) {
        struct str line =
            arena_printf(&cli->cx.arena, "%s\n\n", print_safe(cli, str_from_cstr(cli->cx.detail)));
        if (cli->json)
            cli_warn(cli, cli->cx.detail);
        else
            screen_draw(screen, line);
        err_forget(&cli->cx);
        return;
    }
    top_between(before, now, &t);
    if (cli->json)
        print_document(cli, now, &t);
    else
        draw(cli, screen, now, &t);
}

static void
watch(struct cli *cli, struct screen *screen, struct live looks[2], const struct wish *wish)
{
    size_t last = 0;
    int64_t next = clock_mono() + wish->every * CLOCK_S;
    for (int64_t i = 0;
         (wish->count == 0 || i < wish->count) && !ferror(cli->out) && screen_wait(screen, next); i++) {
        cx_begin(&cli->cx); /* it may go on for days */
        bool is_read = live_read(&cli->cx, &cli->config, &looks[1 - last]) == ERR_NONE;
        show(cli, screen, &looks[last], &looks[1 - last]);
        last = is_read ? 1 - last : last;
        next = clock_mono() + wish->every * CLOCK_S;
    }
}

enum errcode
cmd_top(struct cli *cli)
{
    struct wish wish = {.every = EVERY_S};
    struct live looks[2];
    struct screen screen;
    enum errcode err = read_number(cli, "every", EVERY_MOST_S, &wish.every);
    if (err == ERR_NONE)
        err = read_number(cli, "count", COUNT_MOST, &wish.count);
    if (err == ERR_NONE)
        err = cli_configure(cli);
    if (err != ERR_NONE)
        return err;
    live_init(&looks[0]);
    live_init(&looks[1]);
    err = live_read(&cli->cx, &cli->config, &looks[0]);
    if (err == ERR_NONE)
        err = screen_open(cli, &screen);
    if (err == ERR_NONE) {
        watch(cli, &screen, looks, &wish);
        screen_close(&screen);
    }
    live_clear(&looks[0]);
    live_clear(&looks[1]);
    return err;
}
