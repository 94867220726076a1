/* SPDX-License-Identifier: Apache-2.0 */
/* store_technician_page: accounts by what an operator looks for, a page at a time. */
#ifndef COUNTERSIGN_STORE_STORE_TECHNICIAN_PAGE_H
#define COUNTERSIGN_STORE_STORE_TECHNICIAN_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

enum technician_is { TECHNICIAN_ANY, TECHNICIAN_ACTIVE, TECHNICIAN_DISABLED, TECHNICIAN_LOCKED };

struct technician_choice {
    int64_t company_id; /* 0: of all */
    struct str after;   /* the email_key after which the page begins; null: at the start */
    struct str search;  /* folded; a part of the address or the name; null: any */
    enum technician_is state;
    bool never_signed_in;
    int64_t limit;
};

/* Their ids, ordered by address, without deleted ones, in the arena. Reads the addresses in order by an
 * index, from `after` on, until the page is full. */
enum errcode store_technician_page(struct cx *cx, const struct technician_choice *choice, int64_t **ids_out,
                                   size_t *n_out) MUST_CHECK;
/* Those of a company that are technicians with an active role and have no phone, in the same order. */
enum errcode store_technician_without_phone(struct cx *cx, int64_t company_id, int64_t limit,
                                            int64_t **ids_out, size_t *n_out) MUST_CHECK;
/* The statement of a page, for the test of its query plan. */
const char *store_technician_page_sql(bool is_of_company);

#endif
