/* SPDX-License-Identifier: Apache-2.0 */
/* fixture: the real front with the test worker, on 127.0.0.1, until interrupted: fixture PORT (0: any).
 * For the replay of recorded exchanges and for differential tests; it knows no account and no database. The
 * loopback addresses count as a proxy, so that a client there is a remote one, as in expected.tsv. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "proc/supervise.h"

enum { EXIT_USAGE = 2 };

/* Where this executable is; the others of the build tree are found from there. */
static struct str
own_folder(struct arena *a)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self);
    size_t end = n > 0 ? (size_t)n : 0;
    while (end > 0 && self[end - 1] != '/')
        end--;
    return arena_str(a, (struct str){self, end});
}

int
main(int argc, char **argv)
{
    uint64_t port = 0;
    if (argc != 2 || str_to_u64(str_from_cstr(argv[1]), UINT16_MAX, &port) != ERR_NONE) {
        (void)fputs("usage: fixture PORT\n", stderr);
        return EXIT_USAGE;
    }
    struct arena a;
    arena_init(&a);
    struct str folder = own_folder(&a);
    struct supervise_options options = {
        .config_text = arena_printf(&a,
                                    "[server]\nlisten = 127.0.0.1:%u\nworkers = 2\n"
                                    "trusted_proxies = 127.0.0.0/8\n"
                                    "[limits]\ntext_size = 30000000\n", /* recordings echo long texts */
                                    (unsigned)port),
        .front = arena_printf(&a, "%.*s../../src/proc/countersign-front", STR_ARG(folder)).p,
        .worker = arena_printf(&a, "%.*sfixture-worker", STR_ARG(folder)).p,
        .ready_fd = dup(STDOUT_FILENO),
    };
    int status = supervise_run(&options);
    arena_clear(&a);
    return status;
}
