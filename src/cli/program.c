/* SPDX-License-Identifier: Apache-2.0 */
/* program: see the header. */
#include "cli/program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS = 16 };

static int
start(char *const argv[], pid_t *pid_out)
{
    posix_spawn_file_actions_t actions;
    ASSERT(argv[0] != NULL);
    int why = posix_spawn_file_actions_init(&actions);
    if (why != 0)
        return why;
    why = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (why == 0)
        why = posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    if (why == 0)
        why = posix_spawn(pid_out, argv[0], &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return why;
}

enum errcode
program_run(struct cli *cli, const char *const argv[])
{
    char *words[WORDS] = {NULL};
    for (size_t i = 0; argv[i] != NULL; i++) {
        ASSERT(i + 1 < WORDS);
        words[i] = arena_cstr(&cli->cx.arena, str_from_cstr(argv[i]));
    }
    pid_t pid = -1;
    int status = 0;
    int why = start(words, &pid);
    if (why != 0)
        return err_set(&cli->cx, ERR_SYSTEM, "%s cannot be run: %s", argv[0], strerror(why));
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_set(&cli->cx, ERR_SYSTEM, "%s: %s", argv[0], strerror(errno));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return err_set(&cli->cx, ERR_SYSTEM, "%s %s failed", argv[0], argv[1] == NULL ? "" : argv[1]);
    return ERR_NONE;
}
