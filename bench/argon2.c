/* SPDX-License-Identifier: Apache-2.0 */
/* argon2: what argon2id alone allows: prints hashes per second of one process, and the milliseconds of a
 * processor that each took, with the parameters of the default configuration. usage: argon2 SECONDS */
#include <argon2.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PASSES = 2, KIB = 19 * 1024, HASH = 32 };

static double
now(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
    static const char password[] = "a quiet harbour, 7 boats", salt[] = "sixteen bytes...";
    unsigned char hash[HASH];
    double start = now(CLOCK_MONOTONIC), seconds = argc > 1 ? strtod(argv[1], NULL) : 3;
    unsigned n = 0;
    while (now(CLOCK_MONOTONIC) - start < seconds) {
        if (argon2id_hash_raw(PASSES, KIB, 1, password, sizeof password - 1, salt, sizeof salt - 1, hash,
                              HASH) != ARGON2_OK)
            return 1;
        n++;
    }
    printf("%.3f %.3f\n", n / (now(CLOCK_MONOTONIC) - start), now(CLOCK_PROCESS_CPUTIME_ID) * 1e3 / n);
    return 0;
}
