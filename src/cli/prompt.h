/* prompt: asking the person at the terminal, and reading a password without ever taking it as an argument. */
#ifndef COUNTERSIGN_CLI_PROMPT_H
#define COUNTERSIGN_CLI_PROMPT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "cli/cli.h"

enum { PROMPT_LINE = 1024 };

/* A password for a command with the options --password-file and (has_generate) --generate: from the file's
 * first line
 * (- is standard input), made up, or asked for at the terminal without echo, twice. In the arena, which is
 * wiped. ERR_USAGE with no terminal, a file that cannot be read, is empty, has PROMPT_LINE bytes in its first
 * line or is not UTF-8, two that differ. */
enum errcode prompt_new_password(struct cli *cli, struct str *password_out, bool *generated_out) MUST_CHECK;
/* One that exists: from the file of `option`, or asked for once. */
enum errcode prompt_password(struct cli *cli, const char *option, const char *question,
                             struct str *password_out) MUST_CHECK;
/* The first line of a file, without its end; rules and errors as above. */
enum errcode prompt_read_file(struct cli *cli, const char *path, struct str *line_out) MUST_CHECK;
/* One line from the terminal, echoed. ERR_USAGE with no terminal (instead: the option to use then),
 * ERR_CLOSED at its end, ERR_DENIED when interrupted. */
enum errcode
prompt_line(struct cli *cli, const char *question, const char *instead, struct str *line_out) MUST_CHECK;

/* Twenty characters, none twice, of all four types: it meets every published strength. In the arena. */
struct str prompt_make_password(struct cli *cli);

#endif
