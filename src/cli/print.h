/* SPDX-License-Identifier: Apache-2.0 */
/* print: the output of a command: one JSON value, printed as it is with --json, and otherwise as text for
 * people: a record (NAME  VALUE lines), a table, or a sentence.
 *
 * Control characters in outside text are escaped, so that a name cannot control the terminal. All
 * functions take ownership of the json_t they are given. */
#ifndef COUNTERSIGN_CLI_PRINT_H
#define COUNTERSIGN_CLI_PRINT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "cli/cli.h"

/* Building. Exhausted memory ends the process. */
json_t *print_object(void);
json_t *print_array(void);
void print_add(json_t *array, json_t *value);
void print_put(json_t *object, const char *key, json_t *value);
/* Null becomes JSON null; invalid UTF-8 becomes U+FFFD. */
void print_put_str(json_t *object, const char *key, struct str value);
void print_put_cstr(json_t *object, const char *key, const char *value);
void print_put_int(json_t *object, const char *key, int64_t value);
void print_put_bool(json_t *object, const char *key, bool value);
/* An id becomes text: a JavaScript number cannot hold 63 bits. */
void print_put_id(json_t *object, const char *key, int64_t id);
/* RFC 3339, UTC; 0 is null. */
void print_put_time(struct cli *cli, json_t *object, const char *key, int64_t at);
json_t *print_text(struct str value);

/* The answer: once per command. */
void print_record(struct cli *cli, json_t *object);
/* The document is {NAME: rows}; people see `none` when there are no rows. */
void print_table(struct cli *cli, const char *name, json_t *rows, const char *none);
/* The same in parts, so that memory does not grow with the number of rows: begin with the name, add rows, and
 * end. A column that gets wider with a later part is wider from there on. */
enum { PRINT_COLUMNS = 16 };
struct print_parts {
    const char *name;
    int64_t rows; /* so far */
    size_t widths[PRINT_COLUMNS];
};
void print_part(struct cli *cli, struct print_parts *parts, json_t *rows);
void print_parts_end(struct cli *cli, struct print_parts *parts, const char *none);
/* The document for --json, and a sentence instead for people. */
void print_done(struct cli *cli, json_t *object, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* One line of the object's values, without keys, for a command that prints as it goes; with --json the object
 * in one line. */
void print_line(struct cli *cli, json_t *object);
/* For people only, in addition to an answer; nothing with --json. */
void print_note(struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Progress: on `out` for people, on `err` with --json. */
void print_progress(struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The text with control characters escaped, in the arena: for %s. */
const char *print_safe(struct cli *cli, struct str s);

#endif
