/* SPDX-License-Identifier: Apache-2.0 */
/* ct_bound: limits the length of a SOAP text on its way to a worker. */
#ifndef COUNTERSIGN_CONTRACT_CT_BOUND_H
#define COUNTERSIGN_CONTRACT_CT_BOUND_H

#include "contract/ct.h"

/* Truncates each text of the struct that is longer than `most` bytes shortly after that limit, between two
 * characters. It is still too long for any operation, which answers as for any wrong value, and it costs
 * little while it is queued. */
void ct_bound_texts(const struct ct_type *type, void *values, size_t most);

#endif
