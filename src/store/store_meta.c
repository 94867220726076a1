/* SPDX-License-Identifier: Apache-2.0 */
/* store_meta: see store_meta.h. */
#include "store/store_meta.h"

#include "db/db.h"
#include "db/rows.h"

#define SEED(FIRST, COLUMN, EXPRESSION) \
    FIRST(keyed_row, integer, id)       \
    EXPRESSION(keyed_row, blob, seed_sealed, "totp_sealed")
ROWS_TYPE(seeds, keyed_row, SEED, .missing = "");

#define PUSH(FIRST, COLUMN, EXPRESSION) \
    FIRST(keyed_row, integer, id)       \
    COLUMN(keyed_row, blob, nonce)      \
    EXPRESSION(keyed_row, digest, token, "token_digest")
ROWS_TYPE(pushes, keyed_row, PUSH, .missing = "");

enum errcode
store_meta_get(struct cx *cx, struct str name, struct str *value_out)
{
    return rows_optional(cx, &rows_texts, value_out, "SELECT value FROM meta WHERE name = $1", "t", name);
}

enum errcode
store_meta_add(struct cx *cx, struct str name, struct str value)
{
    return db_exec(cx, NULL, "INSERT INTO meta (name, value) VALUES ($1, $2)", "tt", name, value);
}

enum errcode
store_meta_keyed(struct cx *cx, struct keyed_row *seed_out, struct keyed_row *challenge_out)
{
    *challenge_out = (struct keyed_row){.id = 0};
    enum errcode err = rows_optional(
        cx, &seeds, seed_out,
        "SELECT " ROWS_COLUMNS(SEED) " FROM technician WHERE totp_sealed IS NOT NULL LIMIT 1", "");
    return err != ERR_NONE ? err
                           : rows_optional(cx, &pushes, challenge_out,
                                           "SELECT " ROWS_COLUMNS(PUSH) " FROM challenge LIMIT 1", "");
}
