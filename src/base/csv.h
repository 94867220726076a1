/* SPDX-License-Identifier: Apache-2.0 */
/* csv: reads RFC 4180, strictly: fields between commas, records at CRLF or LF, quotes around a whole field,
 * doubled within. UTF-8; a byte order mark is skipped. Not here: what the fields mean. */
#ifndef COUNTERSIGN_BASE_CSV_H
#define COUNTERSIGN_BASE_CSV_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum { CSV_FIELDS = 16 };

struct csv {
    struct str rest;
    int64_t line;      /* of the record read last; before: 0 */
    int64_t next_line; /* of the one after it */
};

struct csv_record {
    struct str fields[CSV_FIELDS]; /* views of the text, or in the arena */
    size_t n;
};

/* CSV_WRONG: *why_out is what is wrong in `line`; nothing is read after it. */
enum csv_read { CSV_RECORD, CSV_END, CSV_WRONG };

void csv_begin(struct csv *csv, struct str text);
/* The next record; lines without a byte in them are passed over. */
enum csv_read csv_next(struct csv *csv, struct arena *a, struct csv_record *record_out, const char **why_out);

#endif
