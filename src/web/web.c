/* SPDX-License-Identifier: Apache-2.0 */
/* web: the files of the front's pages; see the header. Their table is made from the folder
 * (tools/embed-folder). */
#include "web/web.h"

#include "web/find.h"

#include "pages.inc"

const struct web_asset *
web_asset_find(struct str name)
{
    return web_find(assets, ARRAY_LEN(assets), name);
}
