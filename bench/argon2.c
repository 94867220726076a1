/* SPDX-License-Identifier: Apache-2.0 */
/* argon2: what argon2id alone allows: prints hashes per second of one process, and the milliseconds of a
 * processor that each took, with the parameters of the default configuration: first of libsodium, which the
 * server uses, then of libargon2, the reference implementation. They take turns. usage: argon2 SECONDS */
#include <argon2.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PASSES = 2, KIB = 19 * 1024, HASH = 32, TURN = 10 };

static const char password[] = "a quiet harbour, 7 boats", salt[] = "sixteen bytes...";

struct measured {
    double seconds, processor;
    unsigned n;
};

static double
now(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
by_sodium(unsigned char *hash)
{
    return crypto_pwhash_argon2id(hash, HASH, password, sizeof password - 1, (const unsigned char *)salt,
                                  PASSES, KIB * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13);
}

static int
by_reference(unsigned char *hash)
{
    return argon2id_hash_raw(PASSES, KIB, 1, password, sizeof password - 1, salt, sizeof salt - 1, hash,
                             HASH);
}

static void
turn(int (*hash)(unsigned char *), struct measured *m)
{
    unsigned char out[HASH];
    const double began = now(CLOCK_MONOTONIC), used = now(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < TURN; i++)
        if (hash(out) != 0)
            exit(1);
    m->seconds += now(CLOCK_MONOTONIC) - began;
    m->processor += now(CLOCK_PROCESS_CPUTIME_ID) - used;
    m->n += TURN;
}

static void
print(const struct measured *m, char end)
{
    printf("%.3f %.3f%c", m->n / m->seconds, m->processor * 1e3 / m->n, end);
}

int
main(int argc, char **argv)
{
    struct measured sodium = {0}, reference = {0};
    const double seconds = argc > 1 ? strtod(argv[1], NULL) : 3;
    if (sodium_init() < 0)
        return 1;
    while (sodium.seconds + reference.seconds < seconds) {
        turn(by_sodium, &sodium);
        turn(by_reference, &reference);
    }
    print(&sodium, ' ');
    print(&reference, '\n');
    return 0;
}
