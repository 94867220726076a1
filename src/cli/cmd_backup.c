/* SPDX-License-Identifier: Apache-2.0 */
/* backup: a consistent copy of the database, made while the server runs. The server's key is not part of
 * it. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <unistd.h>

#include "accounts/audit.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/print.h"
#include "db/db.h"
#include "db/migrate.h"

/* Never readable by others, not even for a moment; an existing file is not overwritten. */
static enum errcode
make_file(struct cli *cli, const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_set(&cli->cx, errno == EEXIST ? ERR_EXISTS : ERR_IO, "%s: %s%s", path, strerror(errno),
                       errno == EEXIST ? "; nothing was changed" : "");
    (void)close(fd);
    return ERR_NONE;
}

static enum errcode
sync_path(struct cli *cli, const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    int why = errno;
    if (fd >= 0)
        (void)close(fd);
    return done ? ERR_NONE : err_set(&cli->cx, ERR_IO, "%s: %s", path, strerror(why));
}

/* Syncs the file, and its entry in the folder. */
static enum errcode
make_durable(struct cli *cli, const char *path)
{
    enum errcode err = sync_path(cli, path, O_RDONLY);
    char *folder = dirname(arena_cstr(&cli->cx.arena, str_from_cstr(path)));
    return err == ERR_NONE ? sync_path(cli, folder, O_RDONLY | O_DIRECTORY) : err;
}

struct backup {
    int64_t events;
    struct str digest;
};

/* Opens the copy as a server would, and verifies its whole audit log. */
static enum errcode
prove(struct cli *cli, struct str path, struct backup *b)
{
    struct cx *cx = &cli->cx;
    struct db *own = cx->db, *copy = NULL;
    enum errcode err = db_open(cx, path, DB_OPEN, cli->config.store_busy_timeout, &copy);
    if (err != ERR_NONE)
        return err;
    cx->db = copy;
    err = audit_verify(cx, &b->events, &b->digest, NULL);
    cx->db = own;
    db_close(&copy);
    return err;
}

static enum errcode
copy(struct cli *cli, struct str path, struct backup *b)
{
    enum errcode err = db_backup(&cli->cx, path);
    if (err == ERR_NONE)
        err = prove(cli, path, b);
    return err == ERR_NONE ? make_durable(cli, path.p) : err;
}

/* The store would name its own file, which is not the full one. */
static enum errcode
is_full(struct cli *cli, const char *path)
{
    err_forget(&cli->cx);
    return err_set(&cli->cx, ERR_STORE_FULL, "%s: no space left on its file system", path);
}

enum errcode
cmd_backup(struct cli *cli)
{
    struct str path = args_word(&cli->args, 0);
    struct backup b = {.events = 0};
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE && str_is_null(config_store_file(&cli->config)))
        return db_backup(&cli->cx, path); /* refuses, and says what to use */
    if (err == ERR_NONE)
        err = make_file(cli, path.p);
    if (err != ERR_NONE)
        return err;
    err = copy(cli, path, &b);
    if (err != ERR_NONE) {
        (void)unlink(path.p);
        return err == ERR_STORE_FULL ? is_full(cli, path.p) : err;
    }
    json_t *o = print_object();
    print_put_str(o, "file", path);
    print_put_int(o, "schema_version", migrate_latest());
    print_put_int(o, "events", b.events);
    print_put_str(o, "digest", b.digest);
    print_done(cli, o,
               "%s has schema version %lld and %lld events; their chain is whole and ends with %.*s.\n"
               "The key %s is not in it: keep a copy of that apart from this one.",
               print_safe(cli, path), (long long)migrate_latest(), (long long)b.events, STR_ARG(b.digest),
               print_safe(cli, cli->config.store_key_file));
    return ERR_NONE;
}
