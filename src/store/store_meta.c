/* SPDX-License-Identifier: Apache-2.0 */
/* store_meta: see store_meta.h. */
#include "store/store_meta.h"

#include "db/db.h"

enum errcode
store_meta_get(struct cx *cx, struct str name, struct str *value_out)
{
    struct db_rows *rows;
    *value_out = STR_NULL;
    enum errcode err = db_query(cx, &rows, "SELECT value FROM meta WHERE name = $1", "t", name);
    if (err != ERR_NONE)
        return err;
    if (db_next(cx, rows))
        *value_out = db_text(cx, rows, 0);
    return db_done(cx, rows);
}

enum errcode
store_meta_add(struct cx *cx, struct str name, struct str value)
{
    return db_exec(cx, NULL, "INSERT INTO meta (name, value) VALUES ($1, $2)", "tt", name, value);
}

enum errcode
store_meta_keyed(struct cx *cx, struct keyed_row *seed_out, struct keyed_row *challenge_out)
{
    struct db_rows *rows;
    *seed_out = *challenge_out = (struct keyed_row){.id = 0};
    enum errcode err = db_query(
        cx, &rows, "SELECT id, totp_sealed FROM technician WHERE totp_sealed IS NOT NULL LIMIT 1", "");
    if (err != ERR_NONE)
        return err;
    if (db_next(cx, rows))
        *seed_out = (struct keyed_row){.id = db_int(rows, 0), .seed_sealed = db_blob(cx, rows, 1)};
    err = db_done(cx, rows);
    if (err == ERR_NONE)
        err = db_query(cx, &rows, "SELECT id, nonce, token_digest FROM challenge LIMIT 1", "");
    if (err != ERR_NONE)
        return err;
    if (db_next(cx, rows))
        *challenge_out = (struct keyed_row){
            .id = db_int(rows, 0), .nonce = db_blob(cx, rows, 1), .token = db_digest(rows, 2)};
    return db_done(cx, rows);
}
