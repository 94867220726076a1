/* SPDX-License-Identifier: Apache-2.0 */
/* finding: see the header. */
#include "cli/finding.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/print.h"

static bool
has_colours(const struct cli *cli)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fileno(cli->out)) && (no == NULL || no[0] == '\0') && term != NULL &&
           strcmp(term, "dumb") != 0;
}

void
finding_print(struct cli *cli, const struct finding *f)
{
    static const char *const colours[] = {"\033[32m", "\033[33m", "\033[31m"}; /* green, yellow, red */
    const bool is_coloured = has_colours(cli);
    print_note(cli, "%s%-8s%s %-14s %s%s%s", is_coloured ? colours[f->state] : "",
               status_state_name(f->state), is_coloured ? "\033[0m" : "", f->check, print_safe(cli, f->text),
               str_is_null(f->advice) ? "" : "; ", str_is_null(f->advice) ? "" : print_safe(cli, f->advice));
}

json_t *
finding_document(const struct finding *f)
{
    json_t *o = print_object();
    print_put_cstr(o, "check", f->check);
    print_put_cstr(o, "state", status_state_name(f->state));
    print_put_str(o, "text", f->text);
    print_put_str(o, "advice", f->advice);
    return o;
}
