/* SPDX-License-Identifier: Apache-2.0 */
/* cli: the command `countersign`: what one run of it holds, and what its commands share. Enter
 * at run.h. The operator's commands work
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
#include "store/store_id.h"

#define CLI_CONFIG_FILE "/etc/countersign/countersign.conf"

/* Exit statuses; documented in countersign(1). */
enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_UNAVAILABLE = 3 };

enum { CLI_TYPED_MOST = 12 };

struct cli {
    struct cx cx;
    struct args args;
    struct config config; /* defaults until cli_configure */
    struct auth_env env;  /* after cli_open_store */
    FILE *in, *out, *err;
    const char *config_path; /* in place of --config; NULL: as given */
    bool json;
    bool answered; /* the JSON document (one per run) was written */
    /* What was typed or read, for a command that runs again after a race: each line is the answer to that
     * question alone. More than any command asks: once it is full, none runs again. */
    struct {
        struct str question, line;
    } typed[CLI_TYPED_MOST];
    size_t n_typed, next_typed;
};

/* The path of the configuration: config_path, --config, or the default. */
const char *cli_config_path(const struct cli *cli);
/* Reads the file given by --config. The default file may be missing; then the defaults apply. ERR_CONFIG,
 * ERR_IO. */
enum errcode cli_configure(struct cli *cli) MUST_CHECK;
/* cli_configure, then loads the keys and opens the database: cx.db and cx.env are set afterwards.
 * ERR_STORE if there is no database. */
enum errcode cli_open_store(struct cli *cli) MUST_CHECK;
/* cli_open_store, and seals what waits for it, so that the log has everything that was committed before. */
enum errcode cli_open_log(struct cli *cli) MUST_CHECK;
/* Closes the store, after telling a running server if anything was written; no effect if it is not open. */
void cli_close_store(struct cli *cli);
/* Whatever prevents opening the store is ERR_STORE to a caller; the message is kept. */
enum errcode cli_unavailable(struct cli *cli, enum errcode err) MUST_CHECK;
/* env_configure, and sets cx.env, without loading keys. */
void cli_fill_env(struct cli *cli);
/* Prints a line on `err`, also with --json; NULL: nothing. */
void cli_warn(struct cli *cli, const char *text);
/* Warns when links made by this command line only work on this machine. */
void cli_warn_local(struct cli *cli);

/* Warns if events after that number, and not before that time, are in archives; -1: of any number. */
enum errcode cli_warn_archived(struct cli *cli, int64_t after, int64_t since) MUST_CHECK;

/* For what goes on after an event that was named: ERR_RANGE if those that follow it are in archives. */
enum errcode cli_check_archived(struct cli *cli, int64_t after) MUST_CHECK;

/* The folder of a file, "." if the path has none; in the arena. */
const char *cli_folder_of(struct cli *cli, struct str path);
/* Whether the configured key file is in the database's folder, or below it. */
bool cli_is_key_beside_store(struct cli *cli);

/* Looks up the company or account named by a word; ERR_NOT_FOUND with a message. */
enum errcode cli_find_company(struct cli *cli, struct str name, struct company *company_out) MUST_CHECK;
enum errcode
cli_find_technician(struct cli *cli, struct str email, struct technician *technician_out) MUST_CHECK;
/* The option --company or --technician: 0 if not given. */
enum errcode cli_company_option(struct cli *cli, int64_t *id_out) MUST_CHECK;
enum errcode cli_technician_option(struct cli *cli, int64_t *id_out) MUST_CHECK;

/* The address of an account by its id; null for 0. */
enum errcode cli_account_of(struct cli *cli, int64_t technician_id, struct str *account_out) MUST_CHECK;

/* The id of a row that a word gives, or begins: with an open store. `what` is for the message ("device").
 * ERR_USAGE: not a number, or the beginning of several, which are listed. */
enum errcode
cli_find_id(struct cli *cli, enum store_id of, struct str word, const char *what, int64_t *id_out) MUST_CHECK;
/* Parses a word as the number of an event or the like. ERR_USAGE. */
enum errcode cli_read_id(struct cli *cli, struct str word, const char *what, int64_t *id_out) MUST_CHECK;
/* Parses an option that is on or off (yes or no); fallback if not given. ERR_USAGE. */
enum errcode cli_read_switch(struct cli *cli, const char *option, bool fallback, bool *on_out) MUST_CHECK;
/* Reads a text of at most `most` bytes, of a file or, if its name is -, of standard input. ERR_IO. */
enum errcode cli_read_text(struct cli *cli, struct str path, size_t most, struct str *text_out) MUST_CHECK;
/* An option like "15m", in microseconds: a number and s, m, h or d, at most that many days. ERR_USAGE. */
enum errcode cli_read_span(struct cli *cli, const char *option, int64_t days, int64_t *span_out) MUST_CHECK;
/* The same for --life, at most 30 days; fallback if not given. */
enum errcode cli_read_life(struct cli *cli, int64_t fallback, int64_t *life_out) MUST_CHECK;
/* Turns a domain function's ERR_NOT_FOUND into "there is no WHAT 'WORD'"; passes on anything else. */
enum errcode cli_not_found(struct cli *cli, enum errcode err, const char *what, struct str word) MUST_CHECK;

#endif
