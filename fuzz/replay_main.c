/* SPDX-License-Identifier: Apache-2.0 */
/* replay_main: runs every file of a corpus folder through a fuzzer's function, whole and truncated at
 * some places, so that earlier findings stay covered, and repeated up to some sizes. Each input is
 * an allocation of exactly its size: AddressSanitizer reports a read past its end. None may cost more than
 * fuzz_cost; bytes allocated are counted where the sanitizer can do that. usage: NAME_replay FOLDER */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "fuzz/fuzz.h"
#include "fuzz/steps.h"

enum { CUTS = 64, INPUT_MAX = 64 << 20 };

/* Inputs are repeated up to these sizes, the largest that fuzzers accept. */
static const size_t stretches[] = {4096, 65536};

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COUNTS_ALLOCATIONS 1
#endif
#endif
#ifdef COUNTS_ALLOCATIONS
#include <sanitizer/allocator_interface.h>
#endif

static size_t allocated; /* since it was set to 0 */

#ifdef COUNTS_ALLOCATIONS
static void
on_malloc(const volatile void *p, size_t n)
{
    (void)p;
    allocated += n;
}

static void
on_free(const volatile void *p)
{
    (void)p;
}

static void
count_allocations(void)
{
    (void)__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
}
#else
static void
count_allocations(void)
{
}
#endif

static void
check(const char *what, size_t n, size_t cost, size_t most)
{
    if (cost <= most)
        return;
    (void)fprintf(stderr, "%zu bytes of input cost %zu %s, more than %zu\n", n, cost, what, most);
    abort();
}

static void
run(const unsigned char *data, size_t n)
{
    unsigned char *exact = malloc(n > 0 ? n : 1);
    if (exact == NULL)
        abort();
    if (n > 0)
        memcpy(exact, data, n);
    allocated = 0;
    (void)steps_take();
    (void)LLVMFuzzerTestOneInput(exact, n);
    check("bytes allocated", n, allocated, fuzz_cost.allocated_base + n * fuzz_cost.allocated_each);
    check("steps", n, steps_take(), fuzz_cost.steps_base + n * fuzz_cost.steps_each);
    free(exact);
}

/* The input repeated, as a growing list. */
static void
run_stretched(const unsigned char *data, size_t n, size_t to)
{
    unsigned char *all = malloc(to);
    if (all == NULL)
        abort();
    for (size_t at = 0; at < to; at++)
        all[at] = data[at % n];
    run(all, to);
    free(all);
}

static int
read_whole(int fd, unsigned char *data, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t got = read(fd, data + at, n - at);
        if (got <= 0)
            return -1;
        at += (size_t)got;
    }
    return 0;
}

/* 0, or -1 when the file cannot be read. */
static int
replay(int folder, const char *name)
{
    struct stat st;
    unsigned char *data = NULL;
    int rc = -1;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > INPUT_MAX)
        goto out;
    size_t n = (size_t)st.st_size;
    data = malloc(n + 1);
    if (data == NULL || read_whole(fd, data, n) != 0)
        goto out;
    run(data, n);
    size_t step = n / CUTS + 1;
    for (size_t cut = 0; cut < n; cut += step)
        run(data, cut);
    for (size_t i = 0; n > 0 && i < ARRAY_LEN(stretches); i++)
        if (n < stretches[i])
            run_stretched(data, n, stretches[i]);
    rc = 0;
out:
    free(data);
    (void)close(fd);
    return rc;
}

int
main(int argc, char **argv)
{
    count_allocations();
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (folder == NULL) {
        (void)fprintf(stderr, "usage: %s FOLDER\n", argc > 0 ? argv[0] : "replay");
        return 2;
    }
    unsigned n = 0;
    int rc = 0;
    for (const struct dirent *e = NULL; (e = readdir(folder)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        if (replay(dirfd(folder), e->d_name) != 0) {
            (void)fprintf(stderr, "%s/%s: cannot be read\n", argv[1], e->d_name);
            rc = 1;
        }
        n++;
    }
    (void)closedir(folder);
    (void)printf("%u inputs\n", n);
    return n == 0 ? 1 : rc;
}
