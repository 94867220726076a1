/* SPDX-License-Identifier: Apache-2.0 */
/* near: the optimal string alignment distance, in three rows. */
#include "base/near.h"

#include <string.h>

void
near_begin(struct near *n, struct str word)
{
    *n = (struct near){.word = word, .best = STR_NULL, .distance = 1 + word.n / 3};
}

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Both of at most NEAR_LENGTH_MAX bytes. */
static size_t
distance(struct str a, struct str b)
{
    size_t rows[3][NEAR_LENGTH_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    memset(rows, 0, sizeof rows);
    for (size_t j = 0; j <= b.n; j++)
        last[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (a.p[i - 1] != b.p[j - 1]));
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b.n];
}

void
near_offer(struct near *n, struct str candidate)
{
    if (n->word.n == 0 || n->word.n > NEAR_LENGTH_MAX || candidate.n > NEAR_LENGTH_MAX)
        return;
    const bool is_start = n->word.n >= 2 && str_starts(candidate, n->word);
    const size_t d = is_start ? 1 : distance(n->word, candidate);
    const bool is_nearer = str_is_null(n->best) ? d <= n->distance : d < n->distance;
    if (!is_nearer || d >= n->word.n)
        return;
    n->best = candidate;
    n->distance = d;
}
