/* SPDX-License-Identifier: Apache-2.0 */
/* db_guard: whether a statement may run where it is (db.h: db_guard). PostgreSQL could do it by
 * default_transaction_read_only; but what an administrator sets there, to take the right to write from open
 * sessions, would have no effect any more. */
#include "db/db.h"

#include "db/db_driver.h"

void
db_guard(struct db *db)
{
    db->is_guarded = true;
}

enum errcode
db_may_run(struct cx *cx, const struct db *db, const char *sql)
{
    const bool is_open = db->in_transaction || db->is_held;
    if (!db->is_guarded || (is_open && db->is_writing) || str_starts(str_from_cstr(sql), STR_LIT("SELECT")))
        return ERR_NONE;
    return err_set(cx, ERR_STORE, "refused: it writes outside of a transaction: %s", sql);
}
