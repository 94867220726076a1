/* rand: the only source of chance. getrandom(2); a kernel that refuses ends the process. */
#ifndef COUNTERSIGN_BASE_RAND_H
#define COUNTERSIGN_BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

void rand_bytes(void *out, size_t n);
/* For bytes that become base64url: of those that would begin with a dash none, for a command line takes such
 * a word for an option. n > 0. */
void rand_word(void *out, size_t n);
/* Uniform in [0, below), below > 0. */
uint32_t rand_below(uint32_t below);
/* A key for a row: 63 random bits, never 0. */
int64_t rand_id(void);

/* Builds for tests only: every later byte comes from this function; NULL gives the kernel back. */
void rand_set_source(void (*fill)(void *out, size_t n));

#endif
