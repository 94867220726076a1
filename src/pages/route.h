/* SPDX-License-Identifier: Apache-2.0 */
/* route: maps the path of a request to the part of the front that answers it. Methods are up to the faces. */
#ifndef COUNTERSIGN_PAGES_ROUTE_H
#define COUNTERSIGN_PAGES_ROUTE_H

#include "base/arena.h"
#include "base/str.h"
#include "contract/ct.h"

enum route_kind {
    ROUTE_NONE,
    ROUTE_SERVICE,   /* the .asmx itself, in any letter case */
    ROUTE_PATH_INFO, /* something behind it: .asmx/NAME */
    ROUTE_API,       /* an operation of the JSON face; anything else below /api/ is ROUTE_API_NONE */
    ROUTE_API_NONE,
    ROUTE_OPENAPI, /* /api/openapi.json, /api/admin/openapi.json: a JSON face, described; name: the file */
    ROUTE_HEALTH,
    ROUTE_READY,
    ROUTE_ASSET,        /* /assets/NAME */
    ROUTE_INTEGRATE,    /* /integrate/NAME, NAME perhaps empty */
    ROUTE_APPROVE,      /* /approve/NAME, NAME perhaps empty: the app on phones */
    ROUTE_APPROVE_BARE, /* /approve */
    ROUTE_ACCOUNT,      /* /account/NAME: the page that changes a password, and files */
    ROUTE_CONSOLE,      /* /console/: the page of a signed-in technician */
    ROUTE_CONSOLE_BARE, /* /console */
    ROUTE_ADMIN,        /* /console/admin/NAME, NAME perhaps empty: the operator's console */
    ROUTE_ADMIN_BARE,   /* /console/admin */
    ROUTE_ROOT,         /* / */
    ROUTE_SANDBOX,      /* /sandbox, the page */
    ROUTE_ANY,          /* OPTIONS * */
};

struct route {
    enum route_kind kind;
    struct str service;   /* ROUTE_SERVICE, ROUTE_PATH_INFO: the service's path as requested, decoded */
    struct str path_info; /* ROUTE_PATH_INFO: from its '/' on, decoded */
    struct str name; /* ROUTE_ASSET, ROUTE_INTEGRATE, ROUTE_APPROVE, ROUTE_ACCOUNT, ROUTE_ADMIN: decoded */
    const struct ct_op *op; /* ROUTE_API */
    bool is_sandbox;        /* ROUTE_SANDBOX, ROUTE_API: exists only in a sandbox */
    bool is_admin;          /* ROUTE_API, ROUTE_API_NONE: below /api/admin/, which is the operator's API */
};

/* `path` as received, percent-encoded. A path that cannot be decoded has no route. */
void route_find(struct arena *a, struct str path, struct route *out);

#endif
