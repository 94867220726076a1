/* SPDX-License-Identifier: Apache-2.0 */
/* guide: the parts of the guide that pages_integrate.c does not write itself: its pages that belong to no
 * single operation, and the table of an enumeration's values. */
#ifndef COUNTERSIGN_PAGES_GUIDE_H
#define COUNTERSIGN_PAGES_GUIDE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"
#include "contract/ct.h"
#include "pages/response.h"

/* The page of that name below /integrate/. False: there is none, and nothing was written. */
bool guide_page(struct str name, struct buf *b, struct response *out);

/* A table: each value, its meaning, what to do about it, and a text for the person. */
void guide_values(struct buf *b, const struct ct_enum *e);

#endif
