/* SPDX-License-Identifier: Apache-2.0 */
/* steps: counts the work of a parser: its basic blocks that run, and the bytes that it has the C library
 * search. The compiler calls steps.c from the files that fuzz/meson.build names for a fuzzer, only in its
 * replay. */
#ifndef COUNTERSIGN_FUZZ_STEPS_H
#define COUNTERSIGN_FUZZ_STEPS_H

#include <stddef.h>

/* The steps since the last call. */
size_t steps_take(void);

#endif
