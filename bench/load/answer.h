/* SPDX-License-Identifier: Apache-2.0 */
/* answer: finds where an HTTP answer ends, and checks that it is the expected one. */
#ifndef BENCH_LOAD_ANSWER_H
#define BENCH_LOAD_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

enum answer_step { ANSWER_MORE, ANSWER_WHOLE, ANSWER_WRONG };

/* What is known from earlier answers: one of the same length as the last, with the same line that gives it
 * and the same body in the same place, byte by byte, is complete and right; any other is parsed. */
struct answers {
    const char *expected; /* every body contains it */
    size_t head, n;       /* of the last that was parsed; 0: none yet */
    size_t length_at, length_n;
    char *last, *joined;
};

void answers_init(struct answers *a, const char *expected);
void answers_clear(struct answers *a);
/* bytes: all that a connection has received since its last answer; `ended`: nothing more will arrive. Wrong:
 * another status than 200, a body without what is expected, no sound framing, more than one answer. */
enum answer_step answer_step(struct answers *a, const char *bytes, size_t n, bool ended, bool *closes_out);

#endif
