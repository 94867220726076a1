/* SPDX-License-Identifier: Apache-2.0 */
/* short_id: which ids a person may mean who types the first digits of one. */
#ifndef COUNTERSIGN_REPORT_SHORT_ID_H
#define COUNTERSIGN_REPORT_SHORT_ID_H

#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_id.h"

/* SHORT_ID_LEAST: fewer digits are never the beginning of another id. */
enum { SHORT_ID_LEAST = 4, SHORT_ID_MOST = 8 };

struct short_id {
    int64_t whole;              /* what was typed, as a number */
    int64_t ids[SHORT_ID_MOST]; /* that begin with it; one alone if it is a whole id itself */
    size_t n;
};

/* ERR_SYNTAX: not a number. A bounded number of reads of an index. */
enum errcode
short_id_find(struct cx *cx, enum store_id of, struct str word, struct short_id *found_out) MUST_CHECK;

#endif
