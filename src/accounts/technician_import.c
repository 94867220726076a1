/* SPDX-License-Identifier: Apache-2.0 */
/* technician_import: see the header. */
#include "accounts/technician_import.h"

#include "accounts/enrolment.h"
#include "accounts/technician.h"
#include "db/db.h"

static enum errcode
import_one(struct cx *cx, const struct import *im, struct import_row *row)
{
    struct technician t;
    enum errcode err = technician_add_within(cx, &row->new, &t);
    if (err == ERR_NONE && im->link_life != 0)
        err = enrolment_new_within(cx, &t, im->link_life, &row->link);
    return err;
}

enum errcode
technician_import(struct cx *cx, struct import *im)
{
    ASSERT(im->n <= IMPORT_ROWS_MAX);
    enum errcode err = db_begin(cx);
    for (im->wrong = 0; err == ERR_NONE && im->wrong < im->n; im->wrong++) {
        err = import_one(cx, im, &im->rows[im->wrong]);
        if (err != ERR_NONE)
            break;
    }
    if (err != ERR_NONE || im->is_dry) {
        db_rollback(cx);
        return err;
    }
    return db_commit(cx);
}
