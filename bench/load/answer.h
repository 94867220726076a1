/* SPDX-License-Identifier: Apache-2.0 */
/* answer: tells where an HTTP answer ends, and whether it says what it should. */
#ifndef BENCH_LOAD_ANSWER_H
#define BENCH_LOAD_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

enum answer_step { ANSWER_MORE, ANSWER_WHOLE, ANSWER_WRONG };

/* What the answers so far taught: one of the same length as the last, with the same line that says it and the
 * same body in the same place, byte by byte, is whole and right; any other is read. */
struct answers {
    const char *expected; /* every body holds it */
    size_t head, n;       /* of the last that was read; 0: nothing learnt */
    size_t length_at, length_n;
    char *last, *joined;
};

void answers_init(struct answers *a, const char *expected);
void answers_clear(struct answers *a);
/* bytes: all that a connection has received since its last answer; `ended`: and will receive. Wrong: another
 * status than 200, a body without what is expected, no sound framing, more than one answer. */
enum answer_step answer_step(struct answers *a, const char *bytes, size_t n, bool ended, bool *closes_out);

#endif
