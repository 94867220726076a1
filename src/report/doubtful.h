/* SPDX-License-Identifier: Apache-2.0 */
/* doubtful: names that were stored before a rule of today refused them (text_is_printable): they can look
 * like another one, or like nothing. */
#ifndef COUNTERSIGN_REPORT_DOUBTFUL_H
#define COUNTERSIGN_REPORT_DOUBTFUL_H

#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

enum { DOUBTFUL_MOST = 20 };

struct doubtful {
    struct {
        struct str name;    /* as it is stored: not for a terminal */
        struct str command; /* that mends it, once NAME is replaced; safe for a shell */
    } found[DOUBTFUL_MOST];
    size_t n;
    int64_t more; /* that are not in `found` */
};

/* Texts are in the arena, which grows by those of `found` alone. An empty name is none. */
enum errcode doubtful_find(struct cx *cx, struct doubtful *out) MUST_CHECK;

#endif
