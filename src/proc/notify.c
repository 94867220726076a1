/* SPDX-License-Identifier: Apache-2.0 */
/* notify: see the header. */
#include "proc/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void
notify_manager(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t n = path == NULL ? 0 : strlen(path);
    if (n < 2 || n >= sizeof to.sun_path || (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(to.sun_path, path, n);
    if (path[0] == '@')
        to.sun_path[0] = '\0'; /* an abstract address */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    (void)sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *)&to,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
    (void)close(fd);
}

int64_t
notify_watchdog(void)
{
    const char *every = getenv("WATCHDOG_USEC"), *whose = getenv("WATCHDOG_PID");
    int64_t period = 0, pid = 0;
    if (every == NULL || str_to_i64(str_from_cstr(every), 1, INT64_MAX, &period) != ERR_NONE)
        return 0;
    if (whose != NULL &&
        (str_to_i64(str_from_cstr(whose), 1, INT32_MAX, &pid) != ERR_NONE || pid != getpid()))
        return 0; /* meant for another process */
    return period;
}

void
notify_fd(int fd, struct str line)
{
    if (fd < 0)
        return;
    ssize_t n = write(fd, line.p, line.n);
    (void)n; /* a reader that went away must not stop the server */
    (void)close(fd);
}
