/* SPDX-License-Identifier: Apache-2.0 */
/* daemon: see the header. */
#include "cli/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"

#ifndef COUNTERSIGN_SBINDIR
#error "meson.build says where the server is installed"
#endif

#define NAME "countersignd"

enum { DAEMON_USABLE = 0, DAEMON_NOT_USABLE = 2 }; /* exit statuses: countersignd(8) */

char *
daemon_path(struct arena *a)
{
    static const char *const near[] = {NAME, "../proc/" NAME};
    char self[PATH_MAX];
    size_t folder = os_program_path(self, sizeof self) ? strlen(self) : 0;
    while (folder > 0 && self[folder - 1] != '/')
        folder--;
    for (size_t i = 0; folder > 0 && i < ARRAY_LEN(near); i++) {
        char *path = arena_cstr(a, arena_printf(a, "%.*s%s", (int)folder, self, near[i]));
        if (access(path, X_OK) == 0)
            return path;
    }
    return arena_cstr(a, STR_LIT(COUNTERSIGN_SBINDIR "/" NAME));
}

/* Redirects its standard output and error to `out`. 0 or an errno. */
static int
start(char *const argv[], int out, pid_t *pid_out)
{
    posix_spawn_file_actions_t actions;
    int why = posix_spawn_file_actions_init(&actions);
    if (why != 0)
        return why;
    why = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (why == 0)
        why = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (why == 0)
        why = posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
    if (why == 0)
        why = posix_spawn(pid_out, argv[0], &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return why;
}

/* Reads to the end, so that the program never blocks; lines for which `lines` has no room are dropped. */
static void
read_all(int fd, struct buf *lines)
{
    unsigned char some[4096];
    for (ssize_t n = 1; n > 0 || (n < 0 && errno == EINTR);) {
        n = read(fd, some, sizeof some);
        if (n > 0 && (size_t)n <= buf_room(lines))
            buf_add(lines, some, (size_t)n);
    }
}

static int
end_of(pid_t pid)
{
    int status = 0;
    pid_t got = -1;
    do
        got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    return got == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

enum errcode
daemon_check(struct cli *cli, struct str path, struct buf *lines, bool *is_usable_out)
{
    struct arena *a = &cli->cx.arena;
    char option[] = "--check-config", config[] = "-c";
    char *argv[] = {daemon_path(a), option, config, arena_cstr(a, path), NULL};
    int ends[2];
    pid_t pid = -1;
    *is_usable_out = false;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_set(&cli->cx, ERR_SYSTEM, "no pipe for %s: %s", argv[0], strerror(errno));
    int why = start(argv, ends[1], &pid);
    (void)close(ends[1]);
    if (why == 0)
        read_all(ends[0], lines);
    (void)close(ends[0]);
    if (why != 0)
        return err_set(&cli->cx, ERR_SYSTEM, "%s, which does the check, cannot be run: %s", argv[0],
                       strerror(why));
    int status = end_of(pid);
    *is_usable_out = status == DAEMON_USABLE;
    return status == DAEMON_USABLE || status == DAEMON_NOT_USABLE
               ? ERR_NONE
               : err_set(&cli->cx, ERR_SYSTEM, "%s could not check everything", argv[0]);
}
