/* SPDX-License-Identifier: Apache-2.0 */
/* enrolment_all: a link for each technician of a company who has no phone. */
#ifndef COUNTERSIGN_ACCOUNTS_ENROLMENT_ALL_H
#define COUNTERSIGN_ACCOUNTS_ENROLMENT_ALL_H

#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* One transaction, as an import's. */
enum { ENROLMENT_ALL_MAX = 10000 };

struct enrolment_one {
    struct str email, name, link;
};

struct enrolment_all {
    int64_t company_id, life;
    struct enrolment_one *made; /* out: by address, in the arena */
    size_t n;
};

/* In one transaction, each link audited as one of enrolment_new: for accounts that are technicians with an
 * active role, and that have no phone, active or disabled. ERR_LIMIT: there are more than ENROLMENT_ALL_MAX
 * of them; nothing was made then. */
enum errcode enrolment_all(struct cx *cx, struct enrolment_all *all) MUST_CHECK;

#endif
