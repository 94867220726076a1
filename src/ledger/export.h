/* SPDX-License-Identifier: Apache-2.0 */
/* export: an event as one line for a log shipper or a SIEM.
 *
 * JSON: an object with `time` (RFC 3339), `account` (an address or null) and, as its last member, `leaf`: the
 * bytes of the leaf as they are (ledger/leaf.h), so that each line can be verified against a checkpoint.
 * CEF: version 0, header and extension escaped as its standard says. Syslog: RFC 5424 without structured
 * data; the message is the leaf, which begins with a byte order mark if it is not ASCII. */
#ifndef COUNTERSIGN_LEDGER_EXPORT_H
#define COUNTERSIGN_LEDGER_EXPORT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"
#include "store/store_audit.h"

enum export_format { EXPORT_JSON, EXPORT_CEF, EXPORT_SYSLOG };
/* json, cef, syslog. */
bool export_format_read(struct str word, enum export_format *format_out);

struct export_event {
    const struct audit_row *row;
    struct str account; /* the address; null: the event has none */
    struct str host;    /* the server's name, for syslog */
};
/* The room that a line needs at most. */
size_t export_most(const struct export_event *e);
void export_put(struct buf *out, enum export_format format, const struct export_event *e);

#endif
