/* SPDX-License-Identifier: Apache-2.0 */
/* readable: see the header. */
#include "base/readable.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void
try_it(const char *account, uid_t uid, gid_t gid, const char *path)
{
    bool is_other = uid != geteuid();
    if (is_other &&
        (initgroups(account, gid) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0))
        _exit(EXIT_FAILURE);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    _exit(fd >= 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

bool
readable_by(const char *account, uid_t uid, gid_t gid, const char *path)
{
    int status = 0;
    pid_t pid = fork(), ended = -1;
    if (pid == 0)
        try_it(account, uid, gid, path);
    while (pid > 0 && (ended = waitpid(pid, &status, 0)) < 0 && errno == EINTR) {
    }
    return pid > 0 && ended == pid && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}
