/* SPDX-License-Identifier: Apache-2.0 */
/* world: a log in any kind of database: a few events of an earlier version in their chain, and sealed ones.
 */
#ifndef COUNTERSIGN_TESTS_UNIT_LEDGER_WORLD_H
#define COUNTERSIGN_TESTS_UNIT_LEDGER_WORLD_H

#include "tests/unit/accounts/fixture.h"

enum { WORLD_CHAINED = 5 };

/* For cmocka: *state is a struct fixture whose database is that of the test (tests/unit/store.h), empty. */
int world_set_up(void **state);
/* The same, with WORLD_CHAINED events of an earlier version. */
int world_set_up_chained(void **state);

/* Writes n events about account 2 of company 1, each in its transaction; each has its number as `key`. */
void world_append(struct fixture *f, int n);
void world_run(struct fixture *f, const char *sql);

#endif
