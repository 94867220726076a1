/* ct_bound: how long a text of the SOAP face may be on its way to a worker. */
#ifndef COUNTERSIGN_CONTRACT_CT_BOUND_H
#define COUNTERSIGN_CONTRACT_CT_BOUND_H

#include "contract/ct.h"

/* Cuts each text of the struct that is longer than `most` bytes just past them, at a character: it is still
 * too long for any operation, which answers as it answers any wrong value, and costs little while it waits.
 */
void ct_bound_texts(const struct ct_type *type, void *values, size_t most);

#endif
