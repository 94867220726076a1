/* SPDX-License-Identifier: Apache-2.0 */
/* store_id: see the header. */
#include "store/store_id.h"

#include "db/db.h"
#include "db/rows.h"

#define WITHIN "id >= $1 AND id <= $2 ORDER BY id LIMIT $3"

enum errcode
store_ids_within(struct cx *cx, enum store_id of, const struct store_id_range *range, int64_t **ids_out,
                 size_t *n_out)
{
    static const char *const texts[STORE_ID_COUNT_] = {
        [STORE_ID_DEVICE] = "SELECT id FROM device WHERE state <> 'removed' AND " WITHIN,
        [STORE_ID_SESSION] = "SELECT id FROM session WHERE ended_at = 0 AND " WITHIN,
        [STORE_ID_RULE] = "SELECT id FROM address_rule WHERE " WITHIN,
        [STORE_ID_LOGIN] = "SELECT id FROM login WHERE " WITHIN,
        [STORE_ID_REPORTED] = "SELECT id FROM reported WHERE taken_at = 0 AND " WITHIN,
    };
    return rows_list(cx, &rows_integers, ids_out, n_out, texts[of], "iii", range->low, range->high,
                     range->limit);
}
