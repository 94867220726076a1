/* SPDX-License-Identifier: Apache-2.0 */
/* report: sign-ins that a phone reported as somebody else's, which wait until an operator took them. */
#include "accounts/reported.h"

#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/print.h"

static enum errcode
report_document(struct cli *cli, const struct reported_row *r, json_t **document_out)
{
    struct str account = STR_NULL;
    enum errcode err = cli_account_of(cli, r->technician_id, &account);
    json_t *o = *document_out = print_object();
    print_put_id(o, "id", r->id);
    print_put_time(cli, o, "at", r->created_at);
    print_put_str(o, "account", account);
    print_put_str(o, "source", r->source);
    print_put_id(o, "login", r->login_id);
    print_put_str(o, "taken_by", str_is_empty(r->taken_by) ? STR_NULL : r->taken_by);
    print_put_time(cli, o, "taken", r->taken_at);
    return err;
}

enum errcode
cmd_report_list(struct cli *cli)
{
    struct reported_row *list = NULL;
    size_t n = 0;
    int64_t company = 0;
    json_t *rows = print_array();
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_company_option(cli, &company);
    if (err == ERR_NONE)
        err = reported_list(&cli->cx, company, &list, &n);
    size_t waits = 0;
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        json_t *o = NULL;
        err = report_document(cli, &list[i], &o);
        print_add(rows, o);
        waits += list[i].taken_at == 0 ? 1 : 0;
    }
    if (err != ERR_NONE) {
        json_decref(rows);
        return err;
    }
    print_table(cli, "reports", rows, "No sign-in was reported.");
    if (waits >= REPORTED_OPEN)
        cli_warn(cli, "these are the oldest reports that wait, and there may be more");
    if (waits > 0)
        print_note(cli, "One that waits: call the person, countersign technician reset EMAIL, then "
                        "countersign report take ID");
    return ERR_NONE;
}

enum errcode
cmd_report_take(struct cli *cli)
{
    struct str word = args_word(&cli->args, 0);
    struct reported_row r;
    json_t *o = NULL;
    int64_t id = 0;
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_find_id(cli, STORE_ID_REPORTED, word, "report", &id);
    if (err == ERR_NONE)
        err = cli_not_found(cli, store_reported_get(&cli->cx, id, &r), "report", word);
    if (err == ERR_NONE)
        err = reported_take(&cli->cx, r.technician_id, id);
    if (err == ERR_NONE)
        err = store_reported_get(&cli->cx, id, &r);
    if (err == ERR_NONE)
        err = report_document(cli, &r, &o);
    if (err == ERR_NONE)
        print_record(cli, o);
    else
        json_decref(o);
    return err;
}
