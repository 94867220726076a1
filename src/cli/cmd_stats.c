/* SPDX-License-Identifier: Apache-2.0 */
/* stats: how sign-ins ended, by day and company. */
#include "report/stats.h"

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/print.h"

enum { DAYS = 30, DAYS_MOST = 3660 };

/* The results that occurred. */
static json_t *
results_of(const struct stats_row *row, int64_t *refused_out)
{
    json_t *o = print_object();
    *refused_out = row->causes[STATS_REFUSED_COUNTED];
    for (unsigned r = 0; r < SIGNIN_COUNT_; r++) {
        if (row->results[r] == 0)
            continue;
        print_put_int(o, signin_result_name((enum signin_result)r), row->results[r]);
        *refused_out += r != SIGNIN_OK ? row->results[r] : 0;
    }
    return o;
}

static json_t *
causes_of(const struct stats_row *row)
{
    json_t *o = print_object();
    for (unsigned c = 0; c < STATS_CAUSES; c++)
        if (row->causes[c] != 0)
            print_put_int(o, stats_cause_name((enum stats_cause)c), row->causes[c]);
    return o;
}

static void
put_seconds(json_t *o, const char *key, int seconds)
{
    if (seconds < 0)
        print_put_str(o, key, STR_NULL);
    else
        print_put_int(o, key, seconds);
}

static json_t *
row_document(struct cli *cli, const struct stats_row *row, struct str company)
{
    int64_t refused;
    json_t *results = results_of(row, &refused), *o = print_object();
    print_put_str(o, "day", str_sub(clock_text(&cli->cx.arena, row->day), 0, 10));
    print_put_str(o, "company", company);
    print_put_int(o, "ok", row->results[SIGNIN_OK]);
    print_put_int(o, "refused", refused);
    print_put_int(o, "pushes", row->pushes);
    print_put_int(o, "approvals", row->approvals);
    put_seconds(o, "approval_median_s", stats_quantile(row, 50));
    put_seconds(o, "approval_p95_s", stats_quantile(row, 95));
    print_put(o, "results", results);
    print_put(o, "causes", causes_of(row));
    return o;
}

static enum errcode
read_question(struct cli *cli, struct stats_question *q)
{
    struct str word = args_option(&cli->args, "days");
    int64_t days = DAYS;
    if (!str_is_null(word) && str_to_i64(word, 1, DAYS_MOST, &days) != ERR_NONE)
        return err_set(&cli->cx, ERR_USAGE, "--days is a number from 1 to %d, not '%.*s'", DAYS_MOST,
                       STR_ARG(word));
    enum errcode err = cli_open_log(cli);
    q->since = cli->cx.now - (days - 1) * CLOCK_DAY;
    return err != ERR_NONE ? err : cli_company_option(cli, &q->company);
}

static enum errcode
print_rows(struct cli *cli, const struct stats_row *rows, size_t n)
{
    struct company c = {.name = STR_NULL};
    json_t *list = print_array();
    enum errcode err = ERR_NONE;
    for (size_t i = 0; err == ERR_NONE && i < n; i++) {
        if (rows[i].company != 0 && rows[i].company != c.id)
            err = company_get(&cli->cx, rows[i].company, &c);
        if (err == ERR_NONE)
            print_add(list, row_document(cli, &rows[i], rows[i].company != 0 ? c.name : STR_NULL));
    }
    if (err == ERR_NONE)
        print_table(cli, "days", list, "Nobody tried to sign in.");
    else
        json_decref(list);
    return err;
}

enum errcode
cmd_stats(struct cli *cli)
{
    struct stats_question q;
    struct stats_row *rows = NULL;
    size_t n = 0;
    enum errcode err = read_question(cli, &q);
    if (err == ERR_NONE)
        err = stats_read(&cli->cx, &q, &rows, &n);
    if (err == ERR_NONE)
        err = cli_warn_archived(cli, -1, q.since - q.since % CLOCK_DAY);
    return err != ERR_NONE ? err : print_rows(cli, rows, n);
}
