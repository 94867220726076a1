/* SPDX-License-Identifier: Apache-2.0 */
/* audit_main: prints docs/audit-events.md: each event of the audit log, who can cause it, and what limits the
 * number of its rows, from audit.def. Its test compares what it prints with the page (meson.build). */
#include <stdio.h>

int
main(void)
{
    printf("# Events of the audit log\n\n"
           "Printed from `src/accounts/audit.def`; a test compares it. `audit list` prints the events of\n"
           "an account, [operating.md](operating.md) explains what to do about them.\n\n"
           "## What limits their number\n\n"
           "Rows of the audit log are kept for good. So everything that somebody can cause who has not got\n"
           "in (a stranger, the right password without the phone, a phone's token without its key, a\n"
           "ticket) is limited.\n\n"
           "| bound | who can cause it | what limits the rows |\n| --- | --- | --- |\n");
#define BOUND(id, who, limit) printf("| %s | %s | %s |\n", #id, who, limit);
#include "accounts/audit.def"
    printf("\n## Events\n\n| event | bound | what happened |\n| --- | --- | --- |\n");
#define EVENT(id, name, bound, doc) printf("| `%s` | %s | %s |\n", name, #bound, doc);
#include "accounts/audit.def"
    return ferror(stdout) != 0 || fflush(stdout) != 0;
}
