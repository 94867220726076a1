/* SPDX-License-Identifier: Apache-2.0 */
/* technician_import: many accounts at once, all or none. */
#ifndef COUNTERSIGN_ACCOUNTS_TECHNICIAN_IMPORT_H
#define COUNTERSIGN_ACCOUNTS_TECHNICIAN_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts/technician_change.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* One transaction: while it runs, no sign-in can be written. It must end well within store.busy_timeout. */
enum { IMPORT_ROWS_MAX = 10000 };

struct import_row {
    struct technician_new new; /* without a password: a hash each would take minutes */
    struct str link;           /* out: enrols the account's first phone; null if none is made */
};

struct import {
    struct import_row *rows;
    size_t n;
    int64_t link_life; /* 0: no links are made */
    bool is_dry;       /* everything is done, and then undone */
    size_t wrong;      /* out: the row that was refused, if one was */
};

/* In one transaction, each account with its audit events. ERR_EXISTS, ERR_SYNTAX as technician_add; nothing
 * was written then. */
enum errcode technician_import(struct cx *cx, struct import *im) MUST_CHECK;

#endif
