/* SPDX-License-Identifier: Apache-2.0 */
/* shape: one event as a line of text, as a JSON object, or as a datagram of journald's native protocol.
 * Private to this folder. Nothing here allocates: exhausted memory must still be reported. */
#ifndef COUNTERSIGN_LOG_SHAPE_H
#define COUNTERSIGN_LOG_SHAPE_H

#include <stddef.h>

#include "base/str.h"
#include "log/log.h"

/* The most that any shape needs. A line is written at once where it is at most PIPE_BUF. */
enum { SHAPE_MAX = 4096 };

struct shape_event {
    const char *who;
    const struct log_event_row *row;
    struct str body;     /* key=value ..., values bare or in double quotes; without control characters */
    const char *request; /* "": none */
    const char *trace;   /* "": none */
};

/* Each returns the length; what does not fit is left out from the end of the body. */
size_t shape_text(const struct shape_event *e, bool has_priority, char out[SHAPE_MAX]);
/* All values are strings: an id has 63 bits, more than a number of JSON keeps. Ends with a line end. */
size_t shape_json(const struct shape_event *e, char out[SHAPE_MAX]);
/* MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, and COUNTERSIGN_KEY for each value. */
size_t shape_journal(const struct shape_event *e, char out[SHAPE_MAX]);

#endif
