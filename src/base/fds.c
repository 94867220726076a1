/* SPDX-License-Identifier: Apache-2.0 */
/* fds: see the header. */
#include "base/fds.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/os.h"

enum { BLIND_MOST = 1 << 20 /* closed one by one if there is no list */ };

bool
fds_open_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        /* This is the lowest free number: those below are open by now. */
        if (errno != EBADF || open("/dev/null", O_RDWR | O_NOCTTY) != fd)
            return false;
    }
    return true;
}

/* The limit may have been lowered after a higher descriptor was opened; only the list shows it. */
static bool
close_listed(int first)
{
    DIR *d = opendir(OS_DESCRIPTORS);
    if (d == NULL)
        return false;
    for (const struct dirent *e; (e = readdir(d)) != NULL;) {
        char *end = NULL;
        long fd = strtol(e->d_name, &end, 10);
        if (*end == '\0' && fd >= first && fd != dirfd(d))
            (void)close((int)fd);
    }
    (void)closedir(d);
    return true;
}

static bool
close_blindly(int first)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_max > BLIND_MOST)
        return false;
    for (int fd = first; fd < (int)files.rlim_max; fd++)
        (void)close(fd);
    return true;
}

bool
fds_close_from(int first)
{
    return os_close_from(first) || close_listed(first) || close_blindly(first);
}

bool
fds_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    int why = errno;
    if (fd >= 0)
        (void)close(fd);
    errno = why;
    return done;
}

bool
fds_write_synced(int fd, struct str bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            bytes = str_sub(bytes, (size_t)n, bytes.n);
    }
    return fsync(fd) == 0;
}
