/* SPDX-License-Identifier: Apache-2.0 */
/* short_id: see the header. Numbers that begin with the same digits are a range for each length. */
#include "report/short_id.h"

#include <stdbool.h>

#include "db/db.h"

static enum errcode
add_range(struct cx *cx, enum store_id of, int64_t low, int64_t high, struct short_id *found)
{
    const struct store_id_range range = {low, high, (int64_t)(SHORT_ID_MOST - found->n)};
    int64_t *ids = NULL;
    size_t n = 0;
    enum errcode err = range.limit == 0 ? ERR_NONE : store_ids_within(cx, of, &range, &ids, &n);
    for (size_t i = 0; i < n; i++)
        found->ids[found->n++] = ids[i];
    return err;
}

static enum errcode
find_within(struct cx *cx, enum store_id of, bool is_prefix, struct short_id *found)
{
    enum errcode err = add_range(cx, of, found->whole, found->whole, found);
    if (err != ERR_NONE || found->n == 1 || !is_prefix)
        return err;
    int64_t low = found->whole, width = 1;
    while (err == ERR_NONE && low <= INT64_MAX / 10) {
        low *= 10;
        width *= 10;
        err = add_range(cx, of, low, low > INT64_MAX - (width - 1) ? INT64_MAX : low + (width - 1), found);
    }
    return err;
}

enum errcode
short_id_find(struct cx *cx, enum store_id of, struct str word, struct short_id *found_out)
{
    *found_out = (struct short_id){.n = 0};
    if (str_to_i64(word, 1, INT64_MAX, &found_out->whole) != ERR_NONE)
        return err_set(cx, ERR_SYNTAX, "'%.*s' is not a number", STR_ARG(word));
    enum errcode err = db_begin_read(cx);
    if (err == ERR_NONE)
        err = find_within(cx, of, word.n >= SHORT_ID_LEAST, found_out);
    db_rollback(cx);
    return err;
}
