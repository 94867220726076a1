/* SPDX-License-Identifier: Apache-2.0 */
/* near: which of some words was probably meant by one that is none of them. */
#ifndef COUNTERSIGN_BASE_NEAR_H
#define COUNTERSIGN_BASE_NEAR_H

#include <stddef.h>

#include "base/str.h"

/* Words of more bytes are near to nothing. */
enum { NEAR_LENGTH_MAX = 40 };

struct near {
    struct str word, best; /* best null: none so far */
    size_t distance;
};

void near_begin(struct near *n, struct str word);
/* Keeps the candidate if it is nearer than those before: by how many letters were left out, put in, mistaken
 * or exchanged with their neighbour, at most one in three; or because the word is how it begins. */
void near_offer(struct near *n, struct str candidate);

#endif
