/* SPDX-License-Identifier: Apache-2.0 */
/* audit prove, audit checkpoint: what others can verify without this database. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/print.h"
#include "ledger/archive.h"
#include "ledger/checkpoint.h"
#include "ledger/prove.h"
#include "upkeep/files.h"

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

/* Of an event that is in that archive; null: it is in the database. */
static enum errcode
find_leaf(struct cli *cli, struct str path, int64_t seq, struct str *leaf_out)
{
    FILE *from = NULL;
    *leaf_out = STR_NULL;
    if (str_is_null(path))
        return ERR_NONE;
    enum errcode err = files_open(&cli->cx, path.p, &from);
    if (err != ERR_NONE)
        return err;
    err = archive_find(&cli->cx, from, seq, leaf_out);
    (void)fclose(from);
    return err;
}

enum errcode
cmd_audit_prove(struct cli *cli)
{
    struct str proof, leaf;
    int64_t seq = 0;
    enum errcode err = cli_read_id(cli, args_word(&cli->args, 0), "event", &seq);
    if (err == ERR_NONE)
        err = cli_open_log(cli);
    if (err == ERR_NONE)
        err = find_leaf(cli, args_option(&cli->args, "archive"), seq, &leaf);
    if (err == ERR_NONE)
        err = prove_event(&cli->cx, seq, leaf, &proof);
    return err != ERR_NONE ? err : print_text_of(cli, "proof", proof);
}

static enum errcode
print_growth(struct cli *cli, struct str path)
{
    struct str older = STR_NULL, proof = STR_NULL;
    enum errcode err = cli_read_text(cli, path, CHECKPOINT_MAX, &older);
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
