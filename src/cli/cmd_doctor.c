/* SPDX-License-Identifier: Apache-2.0 */
/* doctor: the command. */
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/doctor.h"
#include "cli/print.h"

enum errcode
cmd_doctor(struct cli *cli)
{
    json_t *document = print_object();
    size_t n = doctor_run(cli, document);
    print_put_int(document, "wrong", (int64_t)n);
    if (cli->json)
        print_record(cli, document);
    else
        json_decref(document);
    return n == 0 ? ERR_NONE
                  : err_set(&cli->cx, ERR_DENIED, "%zu thing%s must be put right", n, n == 1 ? "" : "s");
}
