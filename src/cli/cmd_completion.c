/* SPDX-License-Identifier: Apache-2.0 */
/* completion: prints the scripts that complete this command's words. */
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/completion.h"
#include "cli/print.h"

static enum errcode
print_script(struct cli *cli, void (*write)(struct buf *out))
{
    struct buf text;
    buf_init(&text, (size_t)256 * 1024);
    write(&text);
    ASSERT(!buf_is_over(&text));
    json_t *document = print_object();
    print_put_str(document, "completion", buf_view(&text));
    struct str shown = str_trim(buf_view(&text), "\n");
    print_done(cli, document, "%.*s", STR_ARG(shown));
    buf_clear(&text);
    return ERR_NONE;
}

enum errcode
cmd_completion_bash(struct cli *cli)
{
    return print_script(cli, completion_write_bash);
}

enum errcode
cmd_completion_zsh(struct cli *cli)
{
    return print_script(cli, completion_write_zsh);
}

enum errcode
cmd_completion_fish(struct cli *cli)
{
    return print_script(cli, completion_write_fish);
}
