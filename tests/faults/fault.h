/* SPDX-License-Identifier: Apache-2.0 */
/* fault: in a build with -Dfaults=true, the n-th call of our code that can fail (faults.def) does fail. One
 * page holds the number and what became of it: a test's own, or a file beside the clock of the tests, which a
 * test of processes maps too (COUNTERSIGN_TEST_CLOCK, then ".faults-" and the program's name). */
#ifndef COUNTERSIGN_TESTS_FAULT_H
#define COUNTERSIGN_TESTS_FAULT_H

#include <stdbool.h>
#include <stdint.h>

enum { FAULT_NAME = 48 };

/* Each process counts its own calls; the first whose nth it is fails it, and no other one after it. */
struct fault_page {
    uint64_t nth;   /* 0: nothing is counted */
    uint64_t round; /* another one: the processes count from 0 again */
    uint64_t calls; /* the most that one process has counted */
    uint64_t has_failed;
    char name[FAULT_NAME]; /* of the call that failed; empty: none did */
};

/* The nth call from now on fails, once. */
void fault_arm(uint64_t nth);
/* The name of the call that failed since, or NULL. */
const char *fault_disarm(void);
/* Called before each call that counts, with its name; what it calls itself does not count. NULL: none. */
void fault_watch(void (*watch)(const char *name));
/* For the wrappers: this call fails. */
bool fault_is_due(const char *name);

#endif
