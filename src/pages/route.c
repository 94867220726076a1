/* SPDX-License-Identifier: Apache-2.0 */
/* route: see route.h. */
#include "pages/route.h"

#include <string.h>

#include "http/parser.h"

enum { OP_NAME_MAX = 64 };

/* /sandbox, and /sandbox/phone for sandbox_phone. */
static void
sandbox(struct str path, struct route *out)
{
    struct str rest = str_sub(path, sizeof "/sandbox" - 1, path.n);
    char op[OP_NAME_MAX] = "sandbox_";
    size_t prefix = sizeof "sandbox_" - 1;

    if (rest.n == 0 || str_eq(rest, STR_LIT("/"))) {
        *out = (struct route){.kind = ROUTE_SANDBOX, .is_sandbox = true};
        return;
    }
    if (rest.p[0] != '/' || rest.n - 1 > sizeof op - prefix)
        return;
    memcpy(op + prefix, rest.p + 1, rest.n - 1);
    const struct ct_op *found = ct_op_find((struct str){op, prefix + rest.n - 1}, CT_FACE_SANDBOX);
    if (found != NULL)
        *out = (struct route){.kind = ROUTE_API, .op = found, .is_sandbox = true};
}

/* /api/device/enrol is device_enrol, /api/admin/me is admin_me. */
static const struct ct_op *
api_op(struct str name)
{
    char op[OP_NAME_MAX];

    if (name.n == 0 || name.n > sizeof op || str_find(name, '_') < name.n)
        return NULL;
    memcpy(op, name.p, name.n);
    for (size_t i = 0; i < name.n; i++) {
        if (op[i] == '/')
            op[i] = '_';
    }
    const struct ct_op *found = ct_op_find((struct str){op, name.n}, CT_FACE_JSON);
    return found != NULL ? found : ct_op_find((struct str){op, name.n}, CT_FACE_ADMIN);
}

/* Areas whose paths have names of their own. */
static void
named(struct str path, struct route *out)
{
    static const struct {
        struct str folder;
        enum route_kind kind;
    } folders[] = {
        {STR("/assets/"), ROUTE_ASSET},        {STR("/integrate/"), ROUTE_INTEGRATE},
        {STR("/approve/"), ROUTE_APPROVE},     {STR("/account/"), ROUTE_ACCOUNT},
        {STR("/console/admin/"), ROUTE_ADMIN},
    };
    static const struct {
        struct str path;
        enum route_kind kind;
    } pages[] = {
        {STR("/"), ROUTE_ROOT},
        {STR("/approve"), ROUTE_APPROVE_BARE},
        {STR("/console/"), ROUTE_CONSOLE},
        {STR("/console"), ROUTE_CONSOLE_BARE},
        {STR("/console/admin"), ROUTE_ADMIN_BARE},
        {STR("/healthz"), ROUTE_HEALTH},
        {STR("/readyz"), ROUTE_READY},
        {STR("*"), ROUTE_ANY},
    };

    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        if (str_starts(path, folders[i].folder))
            *out =
                (struct route){.kind = folders[i].kind, .name = str_sub(path, folders[i].folder.n, path.n)};
    }
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        if (str_eq(path, pages[i].path))
            out->kind = pages[i].kind;
    }
}

void
route_find(struct arena *a, struct str path, struct route *out)
{
    static const struct str service = STR(CT_PATH), api = STR("/api/");

    *out = (struct route){.kind = ROUTE_NONE};
    if (http_percent_decode(a, path, &path) != ERR_NONE)
        return;
    if (str_eq_nocase(str_sub(path, 0, service.n), service)) {
        out->service = str_sub(path, 0, service.n);
        out->path_info = str_sub(path, service.n, path.n);
        if (out->path_info.n == 0)
            out->kind = ROUTE_SERVICE;
        else if (out->path_info.p[0] == '/')
            out->kind = ROUTE_PATH_INFO;
    } else if (str_eq(path, STR_LIT("/api/openapi.json"))) {
        *out = (struct route){.kind = ROUTE_OPENAPI, .name = STR("device-openapi.json")};
    } else if (str_eq(path, STR_LIT("/api/admin/openapi.json"))) {
        *out = (struct route){.kind = ROUTE_OPENAPI, .name = STR("operator-openapi.json")};
    } else if (str_starts(path, api)) {
        out->op = api_op(str_sub(path, api.n, path.n));
        out->kind = out->op != NULL ? ROUTE_API : ROUTE_API_NONE;
        out->is_admin = str_starts(path, STR_LIT("/api/admin/"));
    } else if (str_starts(path, STR_LIT("/sandbox"))) {
        sandbox(path, out);
    } else {
        named(path, out);
    }
}
