/* SPDX-License-Identifier: Apache-2.0 */
/* store_name: see the header. */
#include "store/store_name.h"

#include "db/db.h"
#include "db/rows.h"

#define NAME(FIRST, COLUMN, EXPRESSION) \
    FIRST(store_name, integer, id)      \
    COLUMN(store_name, text, key)       \
    COLUMN(store_name, text, name)
ROWS_TYPE(names, store_name, NAME);

#define PAGE " ORDER BY id LIMIT $2"

enum errcode
store_names_after(struct cx *cx, enum store_name_of of, int64_t after, int64_t limit,
                  struct store_name **names_out, size_t *n_out)
{
    static const char *const texts[STORE_NAME_COUNT_] = {
        [STORE_NAME_COMPANY] = "SELECT id, name, title FROM company WHERE id > $1" PAGE,
        [STORE_NAME_TECHNICIAN] =
            "SELECT id, email_key, name FROM technician WHERE id > $1 AND deleted_at = 0" PAGE,
        [STORE_NAME_DEVICE] =
            "SELECT id, CAST(id AS TEXT) AS key, name FROM device WHERE id > $1 AND state <> 'removed'" PAGE,
        [STORE_NAME_OPERATOR] =
            "SELECT id, email_key, name FROM operator WHERE id > $1 AND state <> 'deleted'" PAGE,
    };
    return rows_list(cx, &names, names_out, n_out, texts[of], "ii", after, limit);
}
