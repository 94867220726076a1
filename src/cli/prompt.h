/* SPDX-License-Identifier: Apache-2.0 */
/* prompt: asks the person at the terminal, and reads passwords, which are never taken as arguments. */
#ifndef COUNTERSIGN_CLI_PROMPT_H
#define COUNTERSIGN_CLI_PROMPT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "cli/cli.h"

enum { PROMPT_LINE = 1024 };

/* A password for a command with the options --password-file and (has_generate) --generate: the first line
 * of the file (- is standard input), a generated one, or typed twice at the terminal without echo. In the
 * arena, which is wiped. ERR_USAGE without a terminal; when the file cannot be read, is empty, has
 * PROMPT_LINE bytes in its first line or is not UTF-8; when the two inputs differ. */
enum errcode prompt_new_password(struct cli *cli, struct str *password_out, bool *generated_out) MUST_CHECK;
/* An existing password: from the file of `option`, or typed once. */
enum errcode prompt_password(struct cli *cli, const char *option, const char *question,
                             struct str *password_out) MUST_CHECK;
/* The first line of a file, without its line end; rules and errors as above. */
enum errcode prompt_read_file(struct cli *cli, const char *path, struct str *line_out) MUST_CHECK;
/* One line from the terminal, echoed. ERR_USAGE without a terminal (instead: the option to use then),
 * ERR_CLOSED at its end, ERR_DENIED when interrupted. */
enum errcode
prompt_line(struct cli *cli, const char *question, const char *instead, struct str *line_out) MUST_CHECK;

/* Before what cannot be undone: the question (print_safe'd; how it goes on, as in "delete the account X"),
 * unless
 * --yes is given. It is asked where a person sits at standard input; elsewhere, and with --json, ERR_USAGE
 * says to give --yes. ERR_DENIED: the answer is not yes. Not within a transaction. */
enum errcode prompt_confirm(struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3) MUST_CHECK;

#endif
