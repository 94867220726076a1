/* SPDX-License-Identifier: Apache-2.0 */
/* sweep: see the header. */
#include "accounts/sweep.h"

#include "db/db.h"

enum errcode
sweep_old(struct cx *cx, enum errcode (*remove)(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out),
          int64_t kept, int64_t limit, bool *more_out)
{
    int64_t n = 0;
    enum errcode err = db_begin(cx);
    if (err == ERR_NONE)
        err = db_end(cx, remove(cx, cx->now - kept, limit, &n));
    *more_out = err == ERR_NONE && n == limit;
    return err;
}
