/* route: see route.h. */
#include "front/route.h"

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

/* /api/device/enrol is device_enrol. */
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
    return ct_op_find((struct str){op, name.n}, CT_FACE_JSON);
}

void
route_find(struct arena *a, struct str path, struct route *out)
{
    static const struct str service = STR(CT_PATH), api = STR("/api/"), assets = STR("/assets/"),
                            integrate = STR("/integrate/"), approve = STR("/approve/");

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
    } else if (str_starts(path, api)) {
        out->op = api_op(str_sub(path, api.n, path.n));
        out->kind = out->op != NULL ? ROUTE_API : ROUTE_API_NONE;
    } else if (str_starts(path, assets)) {
        out->kind = ROUTE_ASSET;
        out->name = str_sub(path, assets.n, path.n);
    } else if (str_starts(path, integrate)) {
        out->kind = ROUTE_INTEGRATE;
        out->name = str_sub(path, integrate.n, path.n);
    } else if (str_starts(path, STR_LIT("/sandbox"))) {
        sandbox(path, out);
    } else if (str_starts(path, approve)) {
        out->kind = ROUTE_APPROVE;
        out->name = str_sub(path, approve.n, path.n);
    } else if (str_eq(path, STR_LIT("/approve"))) {
        out->kind = ROUTE_APPROVE_BARE;
    } else if (str_eq(path, STR_LIT("/healthz"))) {
        out->kind = ROUTE_HEALTH;
    } else if (str_eq(path, STR_LIT("*"))) {
        out->kind = ROUTE_ANY;
    }
}
