/* SPDX-License-Identifier: Apache-2.0 */
/* init: makes the key file and the database, with a first company and account: for `init` and `setup`. */
#ifndef COUNTERSIGN_CLI_INIT_H
#define COUNTERSIGN_CLI_INIT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "cli/cli.h"

struct first_account {
    struct str company, email, password; /* null: not requested */
    bool generated, keeps_password;
};

/* From the options --company, --technician and those of a password, which it asks for at the terminal if none
 * of them gives one. ERR_USAGE; as prompt_new_password. */
enum errcode init_read_account(struct cli *cli, struct first_account *first) MUST_CHECK;
/* ERR_EXISTS: there is such a file; ERR_STORE: that cannot be found out. */
enum errcode init_check_absent(struct cli *cli, const char *path, const char *what) MUST_CHECK;
/* After cli_configure, where neither file exists: makes both, and their folders if these are missing, and
 * gives them to server.user; the store is open then. On an error, what it made is removed. */
enum errcode init_make(struct cli *cli, const struct first_account *first) MUST_CHECK;

#endif
