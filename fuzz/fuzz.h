/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz: the one function that every fuzzer defines and that libFuzzer or replay_main.c calls. */
#ifndef COUNTERSIGN_FUZZ_FUZZ_H
#define COUNTERSIGN_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* What an input of n bytes may cost at the most: base + n * each bytes allocated, and steps (steps.h). Each
 * fuzzer states its own, and replay_main.c holds every input to it. The cost covers all that the
 * fuzzer does, including its checks of the result. */
struct fuzz_cost {
    size_t allocated_base, allocated_each;
    size_t steps_base, steps_each;
};
extern const struct fuzz_cost fuzz_cost;

/* Returns 0; a broken promise of the code under test is an ASSERT. `data` is never NULL. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
