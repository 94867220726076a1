/* SPDX-License-Identifier: Apache-2.0 */
/* web: the files of the account's pages; see the header. Their table is made from the folder
 * (tools/embed-folder). */
#include "web/web.h"

#include "web/find.h"

#include "account.inc"

const struct web_asset *
web_account_find(struct str name)
{
    if (str_eq(name, STR_LIT("password")))
        name = STR_LIT("password.html");
    return web_find(assets, ARRAY_LEN(assets), name);
}
