/* SPDX-License-Identifier: Apache-2.0 */
/* find: the one search in the tables that tools/embed-folder makes. Private to this folder. */
#ifndef COUNTERSIGN_WEB_FIND_H
#define COUNTERSIGN_WEB_FIND_H

#include <stddef.h>

#include "web/web.h"

/* The asset of that name, or NULL. */
const struct web_asset *web_find(const struct web_asset *assets, size_t n, struct str name);

#endif
