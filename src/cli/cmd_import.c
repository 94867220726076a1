/* SPDX-License-Identifier: Apache-2.0 */
/* technician import: accounts out of a file of comma-separated values. */
#include <errno.h>
#include <string.h>

#include "accounts/technician_import.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/csv.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/invitations.h"
#include "cli/print.h"

enum { FILE_MOST = 16 * 1024 * 1024 };

/* The columns of the file, by their names in its first record; -1: it has no such column. */
enum column { COLUMN_EMAIL, COLUMN_NAME, COLUMN_COMPANY, COLUMNS };
static const char *const column_names[COLUMNS] = {
    [COLUMN_EMAIL] = "email", [COLUMN_NAME] = "name", [COLUMN_COMPANY] = "company"};

struct importing {
    struct cli *cli;
    struct str path;
    struct csv csv;
    int at[COLUMNS];
    size_t fields;
    int64_t company;     /* of the option; 0: of the column */
    struct company last; /* of the row before: rows of one company stand together as a rule */
    struct import im;
    int64_t *lines; /* of each row */
};

/* "FILE:LINE: text" */
static enum errcode
wrong(struct importing *i, int64_t line, const char *text)
{
    struct str words = arena_str(&i->cli->cx.arena, str_from_cstr(text)); /* it may be the detail itself */
    err_forget(&i->cli->cx);
    return err_set(&i->cli->cx, ERR_USAGE, "%.*s:%lld: %.*s", STR_ARG(i->path), (long long)line,
                   STR_ARG(words));
}

static enum errcode
read_file(struct cli *cli, struct str path, struct str *text_out)
{
    FILE *from = fopen(path.p, "re");
    if (from == NULL)
        return err_set(&cli->cx, ERR_USAGE, "%.*s cannot be read: %s", STR_ARG(path), strerror(errno));
    struct buf text;
    unsigned char some[16384];
    size_t n;
    buf_init(&text, FILE_MOST);
    while (!buf_is_over(&text) && (n = fread(some, 1, sizeof some, from)) > 0)
        buf_add(&text, some, n);
    const bool failed = ferror(from) != 0;
    fclose(from);
    enum errcode err = ERR_NONE;
    if (failed || buf_is_over(&text))
        err = err_set(&cli->cx, ERR_USAGE, "%.*s %s", STR_ARG(path),
                      failed ? "cannot be read" : "is larger than 16 MiB");
    else if (!utf8_is_valid(buf_view(&text)))
        err = err_set(&cli->cx, ERR_USAGE, "%.*s is not UTF-8", STR_ARG(path));
    else
        *text_out = arena_str(&cli->cx.arena, buf_view(&text));
    buf_clear(&text);
    return err;
}

/* The first record names the columns. */
static enum errcode
read_columns(struct importing *i)
{
    struct csv_record r;
    const char *why = NULL;
    const enum csv_read how = csv_next(&i->csv, &i->cli->cx.arena, &r, &why);
    if (how != CSV_RECORD)
        return wrong(i, i->csv.line,
                     why != NULL ? why : "the first line names the columns: email,name,company");
    for (size_t c = 0; c < COLUMNS; c++)
        i->at[c] = -1;
    for (size_t f = 0; f < r.n; f++) {
        size_t c = 0;
        while (c < COLUMNS && !str_eq_nocase(str_trim(r.fields[f], " "), str_from_cstr(column_names[c])))
            c++;
        if (c == COLUMNS || i->at[c] >= 0)
            return wrong(i, i->csv.line, "the columns are email, name and company, each once");
        i->at[c] = (int)f;
    }
    i->fields = r.n;
    if (i->at[COLUMN_EMAIL] < 0)
        return wrong(i, i->csv.line, "there is no column email");
    if ((i->at[COLUMN_COMPANY] < 0) == (i->company == 0))
        return wrong(i, i->csv.line, "either a column company or --company says whose the accounts are");
    return ERR_NONE;
}

static struct str
field_of(const struct importing *i, const struct csv_record *r, enum column c)
{
    return i->at[c] >= 0 ? str_trim(r->fields[i->at[c]], " ") : STR_NULL;
}

static enum errcode
read_row(struct importing *i, const struct csv_record *r)
{
    struct import_row *row = &i->im.rows[i->im.n];
    struct str company = field_of(i, r, COLUMN_COMPANY), name = field_of(i, r, COLUMN_NAME);
    if (r->n != i->fields)
        return wrong(i, i->csv.line, "it has not as many fields as the first line");
    if (i->company == 0 && !str_eq(company, i->last.name)) {
        enum errcode err = cli_find_company(i->cli, company, &i->last);
        if (err != ERR_NONE)
            return err == ERR_NOT_FOUND ? wrong(i, i->csv.line, i->cli->cx.detail) : err;
    }
    row->new.company_id = i->company != 0 ? i->company : i->last.id;
    row->new.email = field_of(i, r, COLUMN_EMAIL);
    row->new.name = str_is_empty(name) ? STR_NULL : name;
    i->lines[i->im.n++] = i->csv.line;
    return ERR_NONE;
}

static enum errcode
read_rows(struct importing *i, struct str text)
{
    struct csv_record r;
    const char *why = NULL;
    enum csv_read how;
    size_t most = 1;
    for (size_t k = 0; k < text.n; k++)
        most += text.p[k] == '\n';
    most = most < IMPORT_ROWS_MAX ? most : IMPORT_ROWS_MAX;
    i->im.rows = arena_array(&i->cli->cx.arena, most, sizeof *i->im.rows);
    i->lines = arena_array(&i->cli->cx.arena, most, sizeof *i->lines);
    csv_begin(&i->csv, text);
    enum errcode err = read_columns(i);
    while (err == ERR_NONE && (how = csv_next(&i->csv, &i->cli->cx.arena, &r, &why)) != CSV_END) {
        if (how == CSV_WRONG)
            err = wrong(i, i->csv.line, why);
        else if (i->im.n == IMPORT_ROWS_MAX)
            err = wrong(i, i->csv.line, "there are more than 10000 accounts: divide the file");
        else
            err = read_row(i, &r);
    }
    if (err == ERR_NONE && i->im.n == 0)
        err = wrong(i, i->csv.line, "there are no accounts");
    return err;
}

static void
print_import(const struct importing *i)
{
    struct cli *cli = i->cli;
    const bool is_shown = i->im.link_life != 0 && !args_has(&cli->args, "invitations") && !i->im.is_dry;
    json_t *o = print_object(), *list = print_array();
    for (size_t k = 0; is_shown && k < i->im.n; k++) {
        json_t *item = print_object();
        print_put_str(item, "email", i->im.rows[k].new.email);
        print_put_str(item, "link", i->im.rows[k].link);
        print_add(list, item);
    }
    print_put_int(o, i->im.is_dry ? "would_add" : "added", (int64_t)i->im.n);
    if (is_shown)
        print_put(o, "invitations", list);
    else
        json_decref(list);
    print_record(cli, o);
    if (!i->im.is_dry)
        print_note(cli, "The accounts have no password yet: countersign technician reset EMAIL sets one.");
    if (is_shown)
        cli_warn_local(cli);
}

static enum errcode
import(struct importing *i)
{
    struct invitations invitations;
    struct str path = i->im.is_dry ? STR_NULL : args_option(&i->cli->args, "invitations");
    enum errcode err = invitations_open(i->cli, path, &invitations);
    if (err == ERR_NONE)
        err = technician_import(&i->cli->cx, &i->im);
    if (err == ERR_EXISTS || err == ERR_SYNTAX)
        err = wrong(i, i->lines[i->im.wrong], i->cli->cx.detail);
    for (size_t k = 0; err == ERR_NONE && k < i->im.n; k++)
        invitations_add(&invitations, i->im.rows[k].new.email, i->im.rows[k].new.name, i->im.rows[k].link);
    if (err == ERR_NONE)
        err = invitations_write(&invitations);
    invitations_close(&invitations, err);
    if (err == ERR_NONE)
        print_import(i);
    return err;
}

enum errcode
cmd_technician_import(struct cli *cli)
{
    struct importing i = {.cli = cli, .path = args_word(&cli->args, 0)};
    struct str text = STR_NULL;
    const bool invites = args_has(&cli->args, "invite") || args_has(&cli->args, "invitations");
    i.im.is_dry = args_has(&cli->args, "dry-run");
    enum errcode err = cli_read_life(cli, 7 * CLOCK_DAY, &i.im.link_life);
    i.im.link_life = invites ? i.im.link_life : 0;
    if (err == ERR_NONE)
        err = read_file(cli, i.path, &text);
    if (err == ERR_NONE)
        err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_company_option(cli, &i.company);
    if (err == ERR_NONE)
        err = read_rows(&i, text);
    return err != ERR_NONE ? err : import(&i);
}
