/* SPDX-License-Identifier: Apache-2.0 */
/* sink: see the header. */
#include "log/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/os.h"

static int journal = -1; /* the connected socket */

static bool
is_writable_now(void)
{
    struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
    return poll(&p, 1, 0) == 1 && (p.revents & (POLLOUT | POLLERR | POLLHUP)) != 0;
}

/* A partially written line is a lost line: its rest would only mix with the lines of other processes. */
bool
sink_write(const char *line, size_t n)
{
    ssize_t done = send(STDERR_FILENO, line, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (done < 0 && errno == ENOTSOCK && is_writable_now())
        do
            done = write(STDERR_FILENO, line, n);
        while (done < 0 && errno == EINTR);
    return done == (ssize_t)n;
}

void
sink_make_own(void)
{
    struct stat st;
    if (fstat(STDERR_FILENO, &st) != 0 || !(S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)))
        return; /* a socket has MSG_DONTWAIT; a file has no reader to wait for, and a position to keep */
    int fd = open(OS_DESCRIPTORS "/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)dup2(fd, STDERR_FILENO);
    (void)close(fd);
}

/* A test build may name another socket. */
static const char *
journal_path(void)
{
#if COUNTERSIGN_TESTING
    const char *path = getenv("COUNTERSIGN_TEST_JOURNAL");
    if (path != NULL)
        return path;
#endif
    return "/run/systemd/journal/socket";
}

bool
sink_connect(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    const char *path = journal_path();
    size_t n = strlen(path);
    if (journal >= 0)
        return true;
    if (n >= sizeof at.sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(at.sun_path, path, n + 1);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) == 0) {
        journal = fd;
        return true;
    }
    const int why = errno;
    if (fd >= 0)
        (void)close(fd);
    errno = why;
    return false;
}

bool
sink_is_connected(void)
{
    return journal >= 0;
}

/* Refused: the socket under the journal's name is another one now. */
bool
sink_send(const char *datagram, size_t n)
{
    const ssize_t done = send(journal, datagram, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (done < 0 && (errno == ECONNREFUSED || errno == ECONNRESET || errno == ENOTCONN || errno == EPIPE)) {
        (void)close(journal);
        journal = -1;
    }
    return done == (ssize_t)n;
}
