/* SPDX-License-Identifier: Apache-2.0 */
/* lock: see the header. */
#include "proc/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_same_file(int fd, int other)
{
    struct stat a, b;
    return other >= 0 && fstat(fd, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* The folder may belong to another account: a symbolic link is not followed, and nothing is ever written. */
static enum errcode
lock(struct cx *cx, struct str store_path, const struct privilege_user *user, int *handed, int *fd_out)
{
    *fd_out = -1;
    if (str_is_null(store_path))
        return ERR_NONE; /* several servers may share one database server */
    const char *path = arena_printf(&cx->arena, "%.*s.lock", STR_ARG(store_path)).p;
    int fd = open(path, O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    *fd_out = fd;
    if (fd < 0 && errno == ENOENT)
        return ERR_NONE;
    if (fd < 0)
        return errno == EROFS ? err_set(cx, ERR_SYSTEM, "store.path: %s is on a read-only file system", path)
                              : err_set(cx, ERR_SYSTEM, "store.path: the lock %s cannot be created: %s", path,
                                        strerror(errno));
    if (is_same_file(fd, *handed)) {
        (void)close(fd);
        *fd_out = fd = *handed;
        *handed = -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        /* So that the same server can be started as that account too. */
        if (user->is_set && fchown(fd, user->uid, user->gid) != 0)
            return err_set(cx, ERR_SYSTEM, "store.path: %s: %s", path, strerror(errno));
        return ERR_NONE;
    }
    return errno == EWOULDBLOCK
               ? err_set(cx, ERR_SYSTEM, "store.path: another server uses %.*s", STR_ARG(store_path))
               : err_set(cx, ERR_SYSTEM, "store.path: %s cannot be locked: %s", path, strerror(errno));
}

enum errcode
lock_store(struct cx *cx, struct str store_path, const struct privilege_user *user, int handed, int *fd_out)
{
    enum errcode err = lock(cx, store_path, user, &handed, fd_out);
    if (handed >= 0)
        (void)close(handed);
    return err;
}
