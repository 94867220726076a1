/* SPDX-License-Identifier: Apache-2.0 */
/* audit prove, audit checkpoint: what others can verify without this database. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/print.h"
#include "ledger/checkpoint.h"
#include "ledger/prove.h"

/* Texts that are files of their own: as they are, without --json. */
static enum errcode
print_text_of(struct cli *cli, const char *key, struct str text)
{
    if (cli->json) {
        json_t *o = print_object();
        print_put_str(o, key, text);
        print_record(cli, o);
    } else {
        (void)fwrite(text.p, 1, text.n, cli->out);
    }
    return ERR_NONE;
}

enum errcode
cmd_audit_prove(struct cli *cli)
{
    struct str proof;
    int64_t seq = 0;
    enum errcode err = cli_read_id(cli, args_word(&cli->args, 0), "event", &seq);
    if (err == ERR_NONE)
        err = cli_open_log(cli);
    if (err == ERR_NONE)
        err = prove_event(&cli->cx, seq, &proof);
    return err != ERR_NONE ? err : print_text_of(cli, "proof", proof);
}

static enum errcode
read_note(struct cli *cli, struct str path, struct str *note_out)
{
    const bool is_input = str_eq(path, STR_LIT("-"));
    FILE *from = is_input ? cli->in : fopen(path.p, "re");
    if (from == NULL)
        return err_set(&cli->cx, ERR_IO, "%s: %s", path.p, strerror(errno));
    char *text = arena_alloc(&cli->cx.arena, CHECKPOINT_MAX + 1);
    const size_t n = fread(text, 1, CHECKPOINT_MAX + 1, from);
    const bool has_failed = ferror(from) != 0;
    if (!is_input)
        (void)fclose(from);
    if (has_failed)
        return err_set(&cli->cx, ERR_IO, "%s cannot be read", path.p);
    *note_out = (struct str){text, n};
    return ERR_NONE;
}

static enum errcode
print_growth(struct cli *cli, struct str path)
{
    struct str older = STR_NULL, proof = STR_NULL;
    enum errcode err = read_note(cli, path, &older);
    if (err == ERR_NONE)
        err = cli_open_log(cli);
    if (err == ERR_NONE)
        err = prove_since(&cli->cx, older, &proof);
    return err != ERR_NONE ? err : print_text_of(cli, "proof", proof);
}

enum errcode
cmd_audit_checkpoint(struct cli *cli)
{
    struct prove_checkpoint newest;
    struct str since = args_option(&cli->args, "since");
    if (!str_is_null(since))
        return print_growth(cli, since);
    enum errcode err = cli_open_log(cli);
    if (err == ERR_NONE)
        err = prove_newest(&cli->cx, &newest);
    if (err != ERR_NONE)
        return err;
    if (!args_has(&cli->args, "key"))
        return print_text_of(cli, "checkpoint", newest.note);
    return print_text_of(cli, "key", arena_printf(&cli->cx.arena, "%.*s\n", STR_ARG(newest.key)));
}
