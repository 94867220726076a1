/* SPDX-License-Identifier: Apache-2.0 */
/* rand: the only source of randomness. getrandom(2); if the kernel refuses, the process ends. */
#ifndef COUNTERSIGN_BASE_RAND_H
#define COUNTERSIGN_BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

void rand_bytes(void *out, size_t n);
/* For bytes that will be base64url-encoded: the text never starts with a dash, since a command line would
 * take it for an option. n > 0. */
void rand_word(void *out, size_t n);
/* Uniform in [0, below), below > 0. */
uint32_t rand_below(uint32_t below);
/* A row key: 63 random bits, never 0. */
int64_t rand_id(void);

/* Test builds only: all further bytes come from this function; NULL restores the kernel. */
void rand_set_source(void (*fill)(void *out, size_t n));

#endif
