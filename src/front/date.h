/* SPDX-License-Identifier: Apache-2.0 */
/* date: the Date header of the responses made now. */
#ifndef COUNTERSIGN_FRONT_DATE_H
#define COUNTERSIGN_FRONT_DATE_H

#include <stdint.h>

#include "base/loop.h"
#include "http/reply.h"

struct date {
    struct http_date text;
    int64_t at; /* loop_now when it was last set; 0: never */
};

/* At most 50 ms old. */
const struct http_date *date_now(struct date *d, const struct loop *l);

#endif
