/* SPDX-License-Identifier: Apache-2.0 */
/* archiving: see archiving.h. */
#include "upkeep/archiving.h"

#include <errno.h>
#include <libgen.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts/audit.h"
#include "store/store_ledger.h"
#include "upkeep/files.h"

/* By time: up to the event before the newest, at most. *last_out: 0 if there is none. */
static enum errcode
choose(struct cx *cx, const struct archiving *b, int64_t *last_out)
{
    struct ledger_log log;
    int64_t newest = 0;
    *last_out = b->last;
    if (b->last != 0)
        return ERR_NONE;
    enum errcode err = audit_number_at(cx, b->before, last_out);
    if (err == ERR_NONE)
        err = store_audit_last(cx, &newest);
    if (err == ERR_NONE)
        err = store_ledger_log(cx, &log);
    if (err != ERR_NONE)
        return err;
    if (*last_out >= newest)
        *last_out = newest - 1;
    if (*last_out <= log.archived || *last_out <= log.chained)
        *last_out = 0;
    return ERR_NONE;
}

/* Beside it first, and under its name once it is on the disk. */
static enum errcode
make(struct cx *cx, struct archiving *b, int64_t last)
{
    const char *path = arena_cstr(&cx->arena, b->path);
    const char *part = arena_printf(&cx->arena, "%s.part", path).p;
    FILE *to = NULL;
    enum errcode err = files_begin(cx, part, &to);
    if (err != ERR_NONE)
        return err;
    err = archive_write(cx, to, last, &b->a);
    if (err == ERR_NONE)
        err = files_sync(cx, part);
    if (err == ERR_NONE)
        err = files_name(cx, part, path);
    if (err == ERR_NONE)
        err = files_sync(cx, path);
    else
        (void)unlink(part);
    (void)fclose(to);
    return err;
}

/* As it is on the disk. */
static enum errcode
read_back(struct cx *cx, struct archiving *b)
{
    FILE *from = NULL;
    enum errcode err = files_open(cx, arena_cstr(&cx->arena, b->path), &from);
    if (err != ERR_NONE)
        return err;
    err = archive_compare(cx, from, NULL, &b->a);
    (void)fclose(from);
    return err;
}

enum errcode
archiving_run(struct cx *cx, struct archiving *b)
{
    struct stat st;
    char *path = arena_cstr(&cx->arena, b->path);
    int64_t last = 0;
    enum errcode err = ERR_NONE;
    b->was_there = lstat(path, &st) == 0 || errno != ENOENT;
    if (!b->was_there)
        err = choose(cx, b, &last);
    if (err == ERR_NONE && !b->was_there && last > 0)
        err = make(cx, b, last);
    if (err != ERR_NONE || (!b->was_there && last == 0))
        return err;
    err = read_back(cx, b);
    if (err != ERR_NONE || b->keeps)
        return err;
    return archive_remove(cx, &b->a, str_from_cstr(basename(path)), &b->removed);
}
