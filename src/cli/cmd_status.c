/* SPDX-License-Identifier: Apache-2.0 */
/* status: one look at a server (report/status.h). */
#include "report/status.h"

#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/finding.h"
#include "cli/print.h"

static void
put_known(json_t *o, const char *key, int64_t n)
{
    if (n < 0)
        print_put_str(o, key, STR_NULL);
    else
        print_put_int(o, key, n);
}

static json_t *
document_of(struct cli *cli, const struct status *s)
{
    json_t *o = print_object(), *checks = print_array();
    print_put_cstr(o, "state", !s->is_running ? "stopped" : s->is_draining ? "draining" : "running");
    print_put_str(o, "version", s->version);
    print_put_time(cli, o, "since", s->started_at);
    put_known(o, "schema", s->schema);
    put_known(o, "certificate_days", s->certificate_days);
    put_known(o, "pushes", s->pushes);
    put_known(o, "deliveries", s->deliveries);
    put_known(o, "queued", s->queued);
    put_known(o, "failures", s->failures);
    put_known(o, "unsealed", s->unsealed);
    put_known(o, "alarms", s->alarms);
    for (size_t i = 0; i < s->n; i++) {
        print_add(checks, finding_document(&(struct finding){s->lines[i].state, s->lines[i].check,
                                                             s->lines[i].text, s->lines[i].advice}));
    }
    print_put(o, "checks", checks);
    print_put_int(o, "wrong", (int64_t)s->n_wrong);
    return o;
}

static void
print_status(struct cli *cli, const struct status *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct status_line *line = &s->lines[i];
        finding_print(cli, &(struct finding){line->state, line->check, line->text, line->advice});
    }
    if (cli->json)
        print_record(cli, document_of(cli, s));
}

static void
look(struct cli *cli, struct live *live, struct status *s)
{
    enum errcode err = live_read(&cli->cx, &cli->config, live);
    status_of_server(&cli->cx, &cli->config, err == ERR_NONE ? live : NULL, s);
    if (cli_open_store(cli) == ERR_NONE)
        status_of_store(&cli->cx, &cli->config, s);
    else
        status_of_no_store(&cli->cx, s);
}

enum errcode
cmd_status(struct cli *cli)
{
    struct live live;
    struct status s;
    enum errcode err = cli_configure(cli);
    if (err != ERR_NONE)
        return err;
    status_init(&s);
    live_init(&live);
    look(cli, &live, &s);
    live_clear(&live);
    print_status(cli, &s);
    if (!s.is_running)
        return err_set(&cli->cx, ERR_CLOSED, "the server does not answer");
    return s.n_wrong == 0 ? ERR_NONE
                          : err_set(&cli->cx, ERR_DENIED, "%zu thing%s must be put right", s.n_wrong,
                                    s.n_wrong == 1 ? "" : "s");
}
