/* SPDX-License-Identifier: Apache-2.0 */
/* backup: see backup.h. */
#include "upkeep/backup.h"

#include <string.h>

#include "db/db.h"
#include "db/whole.h"
#include "ledger/sealer.h"
#include "ledger/verify.h"
#include "upkeep/files.h"
#include "upkeep/transfer.h"

/* Errors of a second context, as this one's. */
static enum errcode
pass_on(struct cx *cx, const struct cx *other, enum errcode err)
{
    return err == ERR_NONE ? ERR_NONE : err_set(cx, err, "%s", other->detail);
}

static void
note_object(void *arg, struct str words)
{
    struct cx *cx = arg;
    (void)err_set(cx, ERR_STORE, "no restore would take this database; %.*s", STR_ARG(words));
}

/* Opens the copy as a server would, looks for what a restore refuses, and verifies its whole audit log. */
static enum errcode
prove(struct cx *cx, struct backup *b)
{
    struct db *own = cx->db, *copy = NULL;
    struct verify_report report = {.events = 0};
    enum errcode err = db_open(cx, b->path, DB_OPEN, b->patience, &copy);
    if (err != ERR_NONE)
        return err;
    cx->db = copy;
    err = db_compare_schema(cx, &(struct db_finder){note_object, cx});
    if (err == ERR_NONE)
        err = cx->err;
    if (err == ERR_NONE)
        err = verify_log(cx, &report);
    b->events = report.events;
    b->digest = report.root;
    cx->db = own;
    db_close(&copy);
    return err;
}

static enum errcode
fill(struct transfer *t)
{
    enum errcode err = db_begin_untimed(t->to);
    if (err != ERR_NONE)
        return err;
    err = transfer_load(t);
    if (err == ERR_NONE)
        err = transfer_match(t, 0);
    return db_end(t->to, err);
}

/* Every table, from one snapshot; each row is compared afterwards. */
static enum errcode
copy_rows(struct cx *cx, const struct backup *b)
{
    struct cx copy;
    cx_init(&copy);
    enum errcode err = pass_on(cx, &copy, db_open(&copy, b->path, DB_CREATE, b->patience, &copy.db));
    if (err == ERR_NONE)
        err = db_begin_read(cx);
    if (err == ERR_NONE) {
        struct transfer t = {.from = cx, .to = &copy};
        err = pass_on(cx, &copy, fill(&t));
        db_rollback(cx);
    }
    db_close(&copy.db);
    cx_clear(&copy);
    return err;
}

/* The store would name its own file, which is not the full one. */
static enum errcode
is_full(struct cx *cx, struct str path)
{
    err_forget(cx);
    return err_set(cx, ERR_STORE_FULL, "%.*s: no space left on its file system", STR_ARG(path));
}

enum errcode
backup_make(struct cx *cx, struct backup *b)
{
    enum errcode err = sealer_finish(cx);
    if (err == ERR_NONE)
        err = files_make(cx, b->path.p);
    if (err != ERR_NONE)
        return err;
    err = db_copies_itself(cx->db) ? db_backup(cx, b->path) : copy_rows(cx, b);
    if (err == ERR_NONE)
        err = prove(cx, b);
    if (err == ERR_NONE)
        err = files_sync(cx, b->path.p);
    if (err == ERR_NONE)
        return ERR_NONE;
    files_remove_store(cx, b->path);
    return err == ERR_STORE_FULL ? is_full(cx, b->path) : err;
}
