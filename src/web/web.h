/* SPDX-License-Identifier: Apache-2.0 */
/* web: the files that the front gives to browsers (style sheets, scripts, pictures), embedded at build. Not
 * here: pages, which the front writes. */
#ifndef COUNTERSIGN_WEB_WEB_H
#define COUNTERSIGN_WEB_WEB_H

#include "base/str.h"

struct web_asset {
    struct str name; /* below /assets/, /approve/, /account/, /console/admin/ or /integrate/ */
    struct str content_type;
    struct str body;
    struct str gzip; /* the body, compressed at build; null where that is not much smaller */
};

/* NULL where there is none of that name. */
const struct web_asset *web_asset_find(struct str name);

/* The files of the approver (the folder approve), and shell.js, which lists them for its service worker; the
 * empty name is its page. NULL where there is none of that name. */
const struct web_asset *web_approve_find(struct str name);

/* The consoles that the guide prints (the folder integrate): whole programs, one in each language. NULL where
 * there is none of that name. */
const struct web_asset *web_integrate_find(struct str name);

/* The files of the account's pages (the folder account); "password" is the page that changes one, and
 * "console.html" the page of /console/. NULL where there is none of that name. */
const struct web_asset *web_account_find(struct str name);

/* The files of the operator's console (the folder admin); the empty name is its page. NULL where there is
 * none of that name. */
const struct web_asset *web_admin_find(struct str name);

#endif
