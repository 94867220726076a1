/* SPDX-License-Identifier: Apache-2.0 */
/* web: the files of the approver; see the header. Their table is made from the folder (tools/embed-folder).
 */
#include "web/web.h"

#include "web/find.h"

#include "approve.inc"

const struct web_asset *
web_approve_find(struct str name)
{
    if (name.n == 0)
        name = STR_LIT("index.html");
    return web_find(assets, ARRAY_LEN(assets), name);
}
