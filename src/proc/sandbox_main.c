/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox_main: the program of one worker of a sandbox (countersignd --sandbox): a worker whose users are
 * those of scenarios.def (play/play.h). With arguments it creates the sandbox's store instead. It refuses
 * to run as the worker of any other server. */
#include <stdio.h>
#include <string.h>

#include "play/play.h"
#include "proc/child.h"
#include "proc/domain.h"

enum { EXIT_USAGE = 2 };

static enum errcode
set_up(void *arg, struct cx *cx, const struct config *config)
{
    if (!child_is_sandbox())
        return err_set(cx, ERR_DENIED, "only countersignd --sandbox may start this worker");
    return play_open(cx, arg, config->store_path);
}

static enum errcode
call(void *arg, struct cx *cx, const struct ct_op *op, const void *in, void *out)
{
    return play_call(cx, arg, op, in, out);
}

static void
tick(void *arg, struct cx *cx)
{
    play_tick(cx, arg);
}

static int
make(const char *store_path, const char *key_file)
{
    struct cx cx;
    cx_init(&cx);
    enum errcode err = play_make(&cx, str_from_cstr(store_path), str_from_cstr(key_file));
    if (err != ERR_NONE)
        (void)fprintf(stderr, "countersignd: the sandbox's store cannot be created: %s\n", cx.detail);
    cx_clear(&cx);
    return err == ERR_NONE ? 0 : CHILD_FAILED;
}

int
main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "--make") == 0)
        return make(argv[2], argv[3]);
    if (argc != 1)
        return EXIT_USAGE;
    struct play play = {.n_seen = 0};
    const struct domain_extra extra = {.set_up = set_up, .call = call, .tick = tick, .arg = &play};
    int status = domain_run(&extra);
    play_close(&play);
    return status;
}
