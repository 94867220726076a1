/* SPDX-License-Identifier: Apache-2.0 */
/* random_value: structs of the contract with random values, and their comparison, both by walking their
 * table. */
#ifndef COUNTERSIGN_TESTS_UNIT_CONTRACT_RANDOM_VALUE_H
#define COUNTERSIGN_TESTS_UNIT_CONTRACT_RANDOM_VALUE_H

#include "base/arena.h"
#include "contract/ct.h"

/* A struct of the type in the arena; null and empty strings and arrays come up often. */
void *random_value(struct arena *a, const struct ct_type *t);

/* Null and empty differ. */
bool same_value(const struct ct_type *t, const void *x, const void *y);

#endif
