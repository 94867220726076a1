/* SPDX-License-Identifier: Apache-2.0 */
/* web: the files of the front's pages; see the header. Their table is made from the folder
 * (tools/embed-folder). */
#include "web/web.h"

#include <stddef.h>

#include "pages.inc"

const struct web_asset *
web_asset_find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(assets); i++) {
        if (str_eq(assets[i].name, name))
            return &assets[i];
    }
    return NULL;
}
