/* SPDX-License-Identifier: Apache-2.0 */
/* landlock: see the header. */
#include "proc/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/os.h"
#include "log/log.h"

enum {
    ASK_VERSION = 1 << 0,
    RULE_PATH = 1,
    RULE_PORT = 2,
    OF_A_FILE = LANDLOCK_FS_EXECUTE | LANDLOCK_FS_WRITE_FILE | LANDLOCK_FS_READ_FILE | LANDLOCK_FS_TRUNCATE |
                LANDLOCK_FS_IOCTL,
};

struct ruleset_attr {
    uint64_t fs, net, scoped;
};

struct __attribute__((packed)) path_attr {
    uint64_t access;
    int32_t parent;
};

struct port_attr {
    uint64_t access, port;
};

/* What a kernel of this version can refuse; returns the size of the attribute as that kernel knows it. */
static size_t
limit_to(long version, struct landlock *l)
{
    l->fs &= LANDLOCK_FS_FIRST | (version >= 2 ? LANDLOCK_FS_REFER : 0) |
             (version >= 3 ? LANDLOCK_FS_TRUNCATE : 0) | (version >= 5 ? LANDLOCK_FS_IOCTL : 0);
    l->net &= version >= 4 ? LANDLOCK_NET_ALL : 0;
    l->scoped &= version >= 6 ? LANDLOCK_SCOPE_ALL : 0;
    return version >= 6   ? sizeof(struct ruleset_attr)
           : version >= 4 ? offsetof(struct ruleset_attr, scoped)
                          : offsetof(struct ruleset_attr, net);
}

enum errcode
landlock_begin(struct cx *cx, uint64_t fs, uint64_t net, uint64_t scoped, struct landlock *out)
{
    *out = (struct landlock){.fd = -1, .fs = fs, .net = net, .scoped = scoped};
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
    if (version < 1) {
        log_event(LOG_CONFINE_NO_LANDLOCK, "error=\"%s\"", strerror(errno));
        return ERR_NONE;
    }
    size_t size = limit_to(version, out);
    const struct ruleset_attr all = {.fs = out->fs, .net = out->net, .scoped = out->scoped};
    out->fd = (int)syscall(SYS_landlock_create_ruleset, &all, size, 0);
    return out->fd >= 0 ? ERR_NONE : err_set(cx, ERR_SYSTEM, "landlock: %s", strerror(errno));
}

enum errcode
landlock_allow_path(struct cx *cx, const struct landlock *l, const char *path, uint64_t rights)
{
    struct stat st;
    if (l->fd < 0)
        return ERR_NONE;
    int fd = open(path, OS_OPEN_PATH | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return ERR_NONE;
    if (fd < 0 || fstat(fd, &st) != 0) {
        int why = errno;
        if (fd >= 0)
            (void)close(fd);
        return err_set(cx, ERR_SYSTEM, "landlock: %s: %s", path, strerror(why));
    }
    if (!S_ISDIR(st.st_mode))
        rights &= OF_A_FILE;
    const struct path_attr rule = {.access = rights & l->fs, .parent = fd};
    enum errcode err = ERR_NONE;
    if (syscall(SYS_landlock_add_rule, l->fd, RULE_PATH, &rule, 0) != 0)
        err = err_set(cx, ERR_SYSTEM, "landlock: %s: %s", path, strerror(errno));
    (void)close(fd);
    return err;
}

enum errcode
landlock_allow_port(struct cx *cx, const struct landlock *l, uint16_t port)
{
    const struct port_attr rule = {LANDLOCK_NET_CONNECT, port};
    if (l->fd < 0 || (l->net & LANDLOCK_NET_CONNECT) == 0)
        return ERR_NONE;
    return syscall(SYS_landlock_add_rule, l->fd, RULE_PORT, &rule, 0) == 0
               ? ERR_NONE
               : err_set(cx, ERR_SYSTEM, "landlock: port %u: %s", port, strerror(errno));
}

enum errcode
landlock_enter(struct cx *cx, struct landlock *l, enum errcode err)
{
    if (l->fd < 0)
        return err;
    if (err == ERR_NONE && syscall(SYS_landlock_restrict_self, l->fd, 0) != 0)
        err = err_set(cx, ERR_SYSTEM, "landlock: %s", strerror(errno));
    (void)close(l->fd);
    l->fd = -1;
    return err;
}
