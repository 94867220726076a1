/* SPDX-License-Identifier: Apache-2.0 */
/* access_main: prints docs/access.md: who may call each operation, from ops.def and callers.def. Its test
 * compares what it prints with the page (meson.build). */
#include <stdio.h>
#include <string.h>

#include "contract/ct.h"

static void
print_names(const char *names)
{
    printf(" | ");
    for (const char *at = names; *at != '\0'; at++)
        if (*at == ' ')
            printf(", ");
        else
            putchar(*at);
}

static void
print_caller(const struct ct_caller *c)
{
    printf("| %s | ", c->name.p);
    if (c->before != CT_CALLER_NOBODY)
        printf("as %s, and ", ct_callers[c->before].name.p);
    printf("%s | %s", c->brings, c->checked);
    print_names(c->absent);
    print_names(c->foreign);
    print_names(c->expired);
    printf(" |\n");
}

/* As it is called. */
static void
print_operation(const struct ct_op *op)
{
    static const char *const roots[] = {[CT_FACE_SOAP] = "",
                                        [CT_FACE_JSON] = "/api/",
                                        [CT_FACE_ADMIN] = "/api/",
                                        [CT_FACE_SANDBOX] = "/sandbox/"};
    const char *prefix = op->face == CT_FACE_SANDBOX ? "sandbox_" : "";
    struct str name = str_sub(op->name, strlen(prefix), op->name.n);
    printf("| `%s", roots[op->face]);
    for (size_t i = 0; i < name.n; i++)
        putchar(op->face != CT_FACE_SOAP && name.p[i] == '_' ? '/' : name.p[i]);
    printf("`");
    for (int caller = 0; caller < CT_CALLER_COUNT_; caller++)
        printf(" | %s", op->caller == (enum ct_caller_id)caller ? "x" : "");
    printf(" |\n");
}

static void
print_matrix_head(void)
{
    printf("\n## Operations\n\n"
           "OPERATOR, AUDITOR, HELPDESK, ADMIN and OWNER each include those before: the mark is at the least "
           "role.\n\n| operation");
    for (const struct ct_caller *c = ct_callers; c < ct_callers + CT_CALLER_COUNT_; c++)
        printf(" | %s", c->name.p);
    printf(" |\n| ---");
    for (int caller = 0; caller < CT_CALLER_COUNT_; caller++)
        printf(" | ---");
    printf(" |\n");
}

int
main(void)
{
    printf("# Who may call what\n\n"
           "Printed from `src/contract/ops.def` and `src/contract/callers.def`; a test compares this page "
           "with them.\n"
           "`ninja -C build-dev && cp build-dev/src/contract/access.md docs/` brings it up to date.\n\n"
           "A call without the proof of its caller is refused before the operation runs, and an operation "
           "answers OK\n"
           "only once the proof was verified (`ops_run`).\n\n"
           "## Callers\n\n"
           "| caller | proves | verified | without it | another's, or made up | over |\n"
           "| --- | --- | --- | --- | --- | --- |\n");
    for (const struct ct_caller *c = ct_callers; c < ct_callers + CT_CALLER_COUNT_; c++)
        print_caller(c);
    print_matrix_head();
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++)
        print_operation(op);
    return fflush(stdout) == 0 ? 0 : 1;
}
