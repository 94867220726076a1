/* cli: the command `countersign`: what one run of it holds, and where it begins. The operator's commands work
 * on the store directly, by the functions of accounts/, whether the server runs or not; the console (login)
 * and the phone (device enrol ...) are clients of a server. */
#ifndef COUNTERSIGN_CLI_CLI_H
#define COUNTERSIGN_CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "accounts/company.h"
#include "accounts/technician.h"
#include "base/cx.h"
#include "base/err.h"
#include "cli/args.h"
#include "config/config.h"
#include "keys/env.h"

#define CLI_CONFIG_FILE "/etc/countersign/countersign.conf"

/* Exit statuses; countersign(1) tells them. */
enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_UNAVAILABLE = 3 };

struct cli {
    struct cx cx;
    struct args args;
    struct config config; /* defaults until cli_configure */
    struct auth_env env;  /* after cli_open_store */
    FILE *in, *out, *err;
    bool json;
    bool answered; /* the one JSON document was written */
};

/* Runs one command line and returns the exit status. On failure one line on `err`, and with --json the
 * document
 * {"error": NAME, "message": TEXT} on `out`. */
int cli_main(int argc, char *const *argv, FILE *in, FILE *out, FILE *err);

/* ---- for the handlers ---- */

/* Reads the file of --config; the default file may be absent, then the defaults hold. ERR_CONFIG, ERR_IO. */
enum errcode cli_configure(struct cli *cli) MUST_CHECK;
/* cli_configure, and the keys and the database: cx.db and cx.env are there afterwards. ERR_STORE when there
 * is none. */
enum errcode cli_open_store(struct cli *cli) MUST_CHECK;
/* Whatever keeps the store shut is one thing for a caller, ERR_STORE; the words stay. */
enum errcode cli_unavailable(struct cli *cli, enum errcode err) MUST_CHECK;
/* env_configure, and cx.env; keys aside. */
void cli_fill_env(struct cli *cli);
/* A line on `err`, with --json too; NULL: none. */
void cli_warn(struct cli *cli, const char *text);
/* Warns where links that this command line makes can be opened on this machine alone. */
void cli_warn_local(struct cli *cli);

/* The company or account that a word names; ERR_NOT_FOUND says which. */
enum errcode cli_find_company(struct cli *cli, struct str name, struct company *company_out) MUST_CHECK;
enum errcode
cli_find_technician(struct cli *cli, struct str email, struct technician *technician_out) MUST_CHECK;
/* The option --company, --technician: 0 when it was not given. */
enum errcode cli_company_option(struct cli *cli, int64_t *id_out) MUST_CHECK;
enum errcode cli_technician_option(struct cli *cli, int64_t *id_out) MUST_CHECK;

/* A word as a number that names a row; `what` for the message ("device"). ERR_USAGE. */
enum errcode cli_read_id(struct cli *cli, struct str word, const char *what, int64_t *id_out) MUST_CHECK;
/* An option that says on or off (yes or no); fallback when it was not given. ERR_USAGE. */
enum errcode cli_read_switch(struct cli *cli, const char *option, bool fallback, bool *on_out) MUST_CHECK;
/* ERR_NOT_FOUND of a domain function becomes "there is no WHAT 'WORD'"; anything else is passed on. */
enum errcode cli_not_found(struct cli *cli, enum errcode err, const char *what, struct str word) MUST_CHECK;

#endif
