/* SPDX-License-Identifier: Apache-2.0 */
/* origin: which pages of browsers may use the operations of this server. */
#ifndef COUNTERSIGN_FRONT_ORIGIN_H
#define COUNTERSIGN_FRONT_ORIGIN_H

#include <stdbool.h>

#include "base/str.h"

/* Whether a browser's Origin may use them: it must be the server's public address or, where none is
 * set, the loopback address that the request was sent to. */
bool origin_is_ours(struct str origin, struct str public_url, struct str host, bool is_secure);

#endif
