/* SPDX-License-Identifier: Apache-2.0 */
/* web: the files of the operator's console; see the header. Their table is made from the folder
 * (tools/embed-folder). */
#include "web/web.h"

#include <stddef.h>

#include "admin.inc"

const struct web_asset *
web_admin_find(struct str name)
{
    static const struct str page = STR("index.html");

    if (name.n == 0)
        name = page;
    for (size_t i = 0; i < ARRAY_LEN(assets); i++) {
        if (str_eq(assets[i].name, name))
            return &assets[i];
    }
    return NULL;
}
