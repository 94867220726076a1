/* SPDX-License-Identifier: Apache-2.0 */
/* find: see the header. */
#include "web/find.h"

const struct web_asset *
web_find(const struct web_asset *assets, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(assets[i].name, name))
            return &assets[i];
    }
    return NULL;
}
