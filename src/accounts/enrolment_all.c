/* SPDX-License-Identifier: Apache-2.0 */
/* enrolment_all: see the header. */
#include "accounts/enrolment_all.h"

#include "accounts/enrolment.h"
#include "accounts/technician.h"
#include "db/db.h"
#include "store/store_technician_page.h"

static enum errcode
make_one(struct cx *cx, int64_t id, struct enrolment_all *all)
{
    struct technician t;
    struct enrolment_one *one = &all->made[all->n];
    enum errcode err = technician_get(cx, id, &t);
    if (err == ERR_NONE)
        err = enrolment_new_within(cx, &t, all->life, &one->link);
    one->email = t.email;
    one->name = t.name;
    all->n += err == ERR_NONE ? 1 : 0;
    return err;
}

static enum errcode
make_within(struct cx *cx, struct enrolment_all *all)
{
    int64_t *ids = NULL;
    size_t n = 0;
    enum errcode err = store_technician_without_phone(cx, all->company_id, ENROLMENT_ALL_MAX + 1, &ids, &n);
    if (err != ERR_NONE)
        return err;
    if (n > ENROLMENT_ALL_MAX)
        return err_set(cx, ERR_LIMIT, "more than %d accounts have no phone", ENROLMENT_ALL_MAX);
    all->made = arena_array(&cx->arena, n + 1, sizeof *all->made);
    for (size_t i = 0; i < n && err == ERR_NONE; i++)
        err = make_one(cx, ids[i], all);
    return err;
}

enum errcode
enrolment_all(struct cx *cx, struct enrolment_all *all)
{
    all->n = 0;
    enum errcode err = db_begin(cx);
    return err == ERR_NONE ? db_end(cx, make_within(cx, all)) : err;
}
