/* SPDX-License-Identifier: Apache-2.0 */
/* local: see the header. */
#include "base/local.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"

struct local_place
local_place(struct cx *cx, struct str path, const char *suffix)
{
    struct local_place p = {.folder = -1, .address = {.sun_family = AF_UNIX}};
    size_t slash = path.n;
    while (slash > 0 && path.p[slash - 1] != '/')
        slash--;
    p.name = arena_printf(&cx->arena, "%.*s%s", STR_ARG(str_sub(path, slash, path.n)), suffix);
    const char *folder = slash == 0 ? "." : arena_cstr(&cx->arena, str_sub(path, 0, slash));
    p.folder = open(folder, OS_OPEN_PATH | O_DIRECTORY | O_CLOEXEC);
    p.why = p.folder < 0 ? errno : 0;
    int n = snprintf(p.address.sun_path, sizeof p.address.sun_path, OS_DESCRIPTORS "/%d/%.*s", p.folder,
                     STR_ARG(p.name));
    if (p.folder >= 0 && (n < 0 || (size_t)n >= sizeof p.address.sun_path))
        local_leave(&p);
    return p;
}

void
local_leave(struct local_place *p)
{
    if (p->folder >= 0)
        (void)close(p->folder);
    p->folder = -1;
}

enum errcode
local_bind(struct cx *cx, const struct local_place *p, int fd)
{
    struct stat old;
    if (p->folder >= 0 && fstatat(p->folder, p->name.p, &old, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISSOCK(old.st_mode))
        (void)unlinkat(p->folder, p->name.p, 0);
    mode_t mask = umask(S_IRWXG | S_IRWXO | S_IXUSR);
    bool is_bound =
        p->folder >= 0 && fd >= 0 && bind(fd, (const struct sockaddr *)&p->address, sizeof p->address) == 0;
    const int why = errno;
    (void)umask(mask);
    return is_bound ? ERR_NONE : err_set(cx, ERR_SYSTEM, "socket %.*s: %s", STR_ARG(p->name), strerror(why));
}
