/* SPDX-License-Identifier: Apache-2.0 */
/* run_cli: the whole command in this process, with a folder, a configuration and a database of its own. */
#ifndef COUNTERSIGN_TESTS_UNIT_CLI_RUN_CLI_H
#define COUNTERSIGN_TESTS_UNIT_CLI_RUN_CLI_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

enum { RUN_PATH = 128 };

struct run {
    char folder[RUN_PATH], config[RUN_PATH];
    int status;
    char *out, *err;  /* of the last command */
    json_t *document; /* of the last run_json */
};

/* cmocka fixtures: *state is a struct run. The second also runs `init`. */
int run_set_up(void **state);
int run_set_up_store(void **state);
int run_tear_down(void **state);

/* Runs `countersign -c CONFIG ...`; the words end with NULL; `in` is standard input. */
void run_cli(struct run *r, const char *in, ...);
/* The same with --json, which must succeed: its document, until the next one. */
json_t *run_json(struct run *r, const char *in, ...);
/* It must have failed with this status, one line on standard error that holds `words`, and nothing on
 * standard output. */
void run_expect(const struct run *r, int status, const char *words);
/* A path in the folder, for until the next call. */
const char *run_path(struct run *r, const char *name);

#endif
