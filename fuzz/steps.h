/* SPDX-License-Identifier: Apache-2.0 */
/* steps: what a parser does, counted: its basic blocks that run, and the bytes that it has the C library
 * search. The compiler calls steps.c from the files that fuzz/meson.build names for a fuzzer, in its replay
 * alone. */
#ifndef COUNTERSIGN_FUZZ_STEPS_H
#define COUNTERSIGN_FUZZ_STEPS_H

#include <stddef.h>

/* So many since the last time. */
size_t steps_take(void);

#endif
