/* SPDX-License-Identifier: Apache-2.0 */
/* served: see served.h. */
#include "db/served.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum errcode
served_look(struct cx *cx, const char *path, bool *is_served_out, int *fd_out)
{
    const char *lock = arena_printf(&cx->arena, "%s.lock", path).p;
    int fd = open(lock, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    *is_served_out = false;
    *fd_out = fd;
    if (fd < 0)
        return errno == ENOENT ? ERR_NONE : err_set(cx, ERR_STORE, "%s: %s", lock, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return ERR_NONE;
    int why = errno;
    *is_served_out = why == EWOULDBLOCK;
    (void)close(fd);
    *fd_out = -1;
    return *is_served_out ? ERR_NONE : err_set(cx, ERR_STORE, "%s cannot be locked: %s", lock, strerror(why));
}
