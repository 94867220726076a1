/* SPDX-License-Identifier: Apache-2.0 */
/* encoding: what Accept-Encoding prefers (RFC 9110, section 12.5.3). */
#ifndef COUNTERSIGN_PAGES_ENCODING_H
#define COUNTERSIGN_PAGES_ENCODING_H

#include <stdbool.h>

#include "base/str.h"

/* Whether gzip is accepted, and not less than no encoding at all. list: the field's value, null: missing,
 * which is taken as a client that cannot decode. A weight that is not one counts as 0. */
bool encoding_prefers_gzip(struct str list);

#endif
