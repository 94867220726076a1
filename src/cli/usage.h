/* usage: what the table of commands says to people and to shells. */
#ifndef COUNTERSIGN_CLI_USAGE_H
#define COUNTERSIGN_CLI_USAGE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/cli.h"

/* --help: of one command, of a group, or of all. */
enum errcode usage_help(struct cli *cli) MUST_CHECK;
/* {"version": ...} */
json_t *usage_version(void);

/* The COMMANDS part of countersign(1), in mdoc. */
void usage_write_man(struct buf *out);
/* The items of its list of options that every command understands. */
void usage_write_man_options(struct buf *out);
/* The completion script for bash. */
void usage_write_bash(struct buf *out);

#endif
