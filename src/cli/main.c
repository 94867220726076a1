/* SPDX-License-Identifier: Apache-2.0 */
/* main: the program `countersign`. The work is done in run.c. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/fds.h"
#include "cli/run.h"

int
main(int argc, char *argv[])
{
    const struct rlimit none = {0, 0};
    if (!fds_open_standard())
        return CLI_FAILED;
    (void)setrlimit(RLIMIT_CORE, &none);   /* passwords and keys pass through this process */
    (void)setvbuf(stdin, NULL, _IONBF, 0); /* a password may be read from it, and must not stay in a buffer */
    (void)signal(SIGPIPE, SIG_IGN);        /* a reader that went away shows up as a failed write, not as a
                                            * silent death */
#if COUNTERSIGN_TESTING
    const char *clock = getenv("COUNTERSIGN_TEST_CLOCK");
    if (clock != NULL && clock_map_offset(clock) != ERR_NONE) {
        fprintf(stderr, "countersign: COUNTERSIGN_TEST_CLOCK cannot be read\n");
        return CLI_FAILED;
    }
#endif
    return cli_main(argc, argv, stdin, stdout, stderr);
}
