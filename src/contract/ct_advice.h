/* SPDX-License-Identifier: Apache-2.0 */
/* ct_advice: for each result of the SOAP face what a console does next, and a text for the person; from
 * advice.def. Advice of ours to console developers, not a part of the published contract. */
#ifndef COUNTERSIGN_CONTRACT_CT_ADVICE_H
#define COUNTERSIGN_CONTRACT_CT_ADVICE_H

#include <stdbool.h>

#include "base/str.h"
#include "contract/ct.h"

struct ct_advice {
    const char *next;   /* the kind of next step: "SIGN_IN" */
    const char *doc;    /* what to do, with names of the contract in `` */
    const char *person; /* English; "" where a person need not read anything */
};

/* Of the value of that name without its prefix. False: the list has no row for it. */
bool ct_advice_find(const struct ct_enum *e, struct str bare, struct ct_advice *advice_out);

#endif
