/* fuzz: the one function that every fuzzer defines and that libFuzzer or replay_main.c calls. */
#ifndef COUNTERSIGN_FUZZ_FUZZ_H
#define COUNTERSIGN_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0; breaks a promise of the code under test by ASSERT. `data` is never NULL. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
