/* SPDX-License-Identifier: Apache-2.0 */
/* db_hold: several transactions that become one (db.h: db_hold). db.c begins and ends them. */
#include "db/db.h"

#include "db/db_driver.h"

void
db_hold(struct db *db)
{
    ASSERT(!db->in_transaction && !db->holds);
    db->holds = true;
}

bool
db_holds(const struct db *db)
{
    return db->holds;
}

bool
db_is_held(const struct db *db)
{
    return db->is_held;
}

void
db_drop(struct cx *cx)
{
    cx->db->in_transaction = cx->db->in_transaction || cx->db->is_held;
    db_rollback(cx);
}

enum errcode
db_release(struct cx *cx, enum errcode err)
{
    struct db *db = cx->db;
    ASSERT(!db->in_transaction && db->holds);
    db->holds = false;
    if (!db->is_held)
        return err;
    db->is_held = false;
    db->in_transaction = true;
    return db_end(cx, err);
}
