/* SPDX-License-Identifier: Apache-2.0 */
/* json: writes strings of JSON. Readers and documents use jansson. */
#ifndef COUNTERSIGN_BASE_JSON_H
#define COUNTERSIGN_BASE_JSON_H

#include "base/buf.h"
#include "base/str.h"

/* A string with its quotes (RFC 8259, section 7): '"', '\' and control characters are escaped, the latter as
 * \u00xx, and nothing else; invalid UTF-8 becomes U+FFFD. */
void json_add_string(struct buf *out, struct str s);

#endif
