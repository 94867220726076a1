/* SPDX-License-Identifier: Apache-2.0 */
/* date: see date.h. */
#include "front/date.h"

#include "base/clock.h"

#define AGE (50 * CLOCK_MS)

const struct http_date *
date_now(struct date *d, const struct loop *l)
{
    int64_t now = loop_now(l);
    if (d->at == 0 || now - d->at > AGE) {
        http_date_set(&d->text, clock_wall());
        d->at = now;
    }
    return &d->text;
}
