/* SPDX-License-Identifier: Apache-2.0 */
/* operator_api_main: prints docs/operator-api.md, the operator's API, from the contract's lists. Its test
 * compares what it prints with the page (meson.build). */
#include <stdio.h>

#include "contract/ct.h"

static const char intro[] =
    "# The operator's API\n\n"
    "Printed from `src/contract/ops.def`; a test compares this page with it.\n"
    "`ninja -C build-dev && cp build-dev/src/contract/operator-* docs/` brings it up to date.\n"
    "`docs/operator-openapi.json`, which the server serves at `/api/admin/openapi.json`, is the same as an\n"
    "OpenAPI 3.1 document.\n\n"
    "## Calls\n\n"
    "Every operation is `POST /api/admin/NAME` with a JSON object of its members, `Content-Type:\n"
    "application/json`. Unknown members are refused; what is absent or null counts as not given. The answer\n"
    "is a JSON object with `result` first. Times are RFC 3339 in UTC; ids and cursors are texts.\n\n"
    "Automation sends `Authorization: Bearer TOKEN` (`countersign token add`). A browser signs in with a\n"
    "passkey (`admin/signin/begin`, `admin/signin`; a first one by `admin/link/look` and `admin/link/use`)\n"
    "and gets the cookie `__Host-countersign_operator`. Without a token each request needs `Origin`, which\n"
    "must be the server's public address, and `X-Countersign-Console: 1`. A session ends after 30 minutes\n"
    "without a request, of which `admin/signins` and `admin/reported/list` do not count, for a console asks\n"
    "them by itself; and after 12 hours.\n\n"
    "WebAuthn: `challenge` is the SHA-256 of the text `sChallenge`, user verification is required, and the\n"
    "credential is discoverable (`residentKey: \"required\"`), since a sign-in names no account.\n\n"
    "Each operation needs a role (its heading says the least one: auditor, helpdesk, admin, owner) and a\n"
    "reach. What an operation is about is in `sCompany`, `sTechnician` (an id or an address), `sDeviceId` "
    "or\n"
    "`sSessionId`; what is out of reach is answered `NotFound`, as if it did not exist. Lists take\n"
    "`sInCompany`: an operator who reaches several companies, not all, has to name one\n"
    "(`CompanyRequired`), but for `admin/reported/list`. An operation that is about none of these needs a "
    "reach\n"
    "of everything. Role and reach are read in the transaction of each deed.\n\n"
    "Pages: `sNext` of an answer is `sAfter` (or `sBefore`) of the next call; it is absent on the last "
    "page.\n"
    "`admin/signins` with `Prefer: wait=SECONDS` (RFC 7240) is held until something happens, and answers\n"
    "`Poll` if nothing did.\n\n"
    "An operation that makes something new takes the header `Idempotency-Key`\n"
    "(draft-ietf-httpapi-idempotency-key-header): 1 to 128 visible characters by chance, such as a UUID, "
    "with or "
    "without\n"
    "quotes. Sent again with the same key within 24 hours, the request is not carried out again, and gets "
    "the first\n"
    "answer, byte for byte, also if the connection was lost before it. Another request with that key is\n"
    "`KeyReused` (422). Two at the same time are carried out once: the second waits and gets the same "
    "answer, or\n"
    "`Conflict` (409) or 503: send it again. What was refused spends no key. Role and reach are examined\n"
    "each time. Keys are of one operator, or of one token, at most 10,000 a day. The answer is kept "
    "encrypted, and "
    "only\n"
    "the key of the request opens it. Elsewhere the header is refused (`BadRequest`).\n";

static void
print_results(void)
{
    const struct ct_enum *e = &ct_enum_AdminRet;
    printf("\n## Results\n\n| result | meaning |\n| --- | --- |\n");
    for (size_t i = 0; i < e->n; i++)
        printf("| `%s` | %s |\n", e->values[i].bare.p, e->values[i].doc);
}

static void
print_members(const char *title, const struct ct_type *t, size_t from)
{
    static const char *const kinds[] = {
        [CT_STRING] = "text", [CT_BOOLEAN] = "boolean", [CT_UNSIGNED_BYTE] = "integer", [CT_INT] = "integer"};
    if (t->n <= from)
        return;
    printf("\n| %s | | |\n| --- | --- | --- |\n", title);
    for (size_t i = from; i < t->n; i++) {
        const struct ct_field *f = &t->fields[i];
        if (f->kind == CT_ARRAY)
            printf("| `%s` | list of [%s](#%s) | %s |\n", f->name.p, f->of->name.p, f->of->name.p, f->doc);
        else
            printf("| `%s` | %s | %s |\n", f->name.p, kinds[f->kind], f->doc);
    }
}

static void
print_operation(const struct ct_op *op)
{
    printf("\n### /api/");
    for (size_t i = 0; i < op->name.n; i++)
        putchar(op->name.p[i] == '_' ? '/' : op->name.p[i]);
    printf("\n\n%s: %s%s\n", ct_callers[op->caller].name.p, op->doc,
           ct_op_takes_key(op) ? " Takes an Idempotency-Key." : "");
    print_members("in", &op->in, 0);
    print_members("out", &op->out, 2); /* result and sReason are the same everywhere */
}

static void
print_types(void)
{
    const struct ct_type *done[64];
    size_t n = 0;
    printf("\n## Items\n");
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++)
        for (size_t i = 0; op->face == CT_FACE_ADMIN && i < op->out.n; i++) {
            const struct ct_type *t = op->out.fields[i].kind == CT_ARRAY ? op->out.fields[i].of : NULL;
            bool is_done = t == NULL;
            for (size_t d = 0; d < n; d++)
                is_done = is_done || done[d] == t;
            if (is_done || n == ARRAY_LEN(done))
                continue;
            done[n++] = t;
            printf("\n### %s\n\n%s\n", t->name.p, t->doc);
            print_members("member", t, 0);
        }
}

static void
print_page(void)
{
    fputs(intro, stdout);
    print_results();
    printf("\nEvery answer but OK may have `sReason`: why not, in words for the operator. A request that is\n"
           "refused before its operation (there is none of that name, it is not JSON, has an unknown "
           "member or\n"
           "another origin, is too long, or comes after too many failures) is answered with `result` and\n"
           "`sReason` alone.\n\n## Operations\n");
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++)
        if (op->face == CT_FACE_ADMIN)
            print_operation(op);
    print_types();
}

int
main(void)
{
    print_page();
    return fflush(stdout) == 0 ? 0 : 1;
}
