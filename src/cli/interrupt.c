/* SPDX-License-Identifier: Apache-2.0 */
/* interrupt: a descriptor of signals, and poll. */
#include "cli/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/os.h"

enum errcode
interrupt_open(struct interrupt *i)
{
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGINT);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &wanted, &i->before) != 0)
        return ERR_SYSTEM;
    i->fd = os_signals_open(-1, &wanted);
    if (i->fd >= 0)
        return ERR_NONE;
    (void)sigprocmask(SIG_SETMASK, &i->before, NULL);
    return ERR_SYSTEM;
}

void
interrupt_close(struct interrupt *i)
{
    close(i->fd);
    (void)sigprocmask(SIG_SETMASK, &i->before, NULL);
}

bool
interrupt_came(const struct interrupt *i, int64_t microseconds)
{
    struct pollfd p = {.fd = i->fd, .events = POLLIN};
    int n = poll(&p, 1, (int)(microseconds / 1000));
    return n > 0;
}

void
interrupt_take(const struct interrupt *i)
{
    while (os_signals_take(i->fd) > 0)
        continue;
}

bool
interrupt_or_readable(const struct interrupt *i, int fd)
{
    struct pollfd p[2] = {{.fd = i->fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    while (poll(p, 2, -1) < 0 && errno == EINTR)
        continue;
    return p[0].revents == 0;
}
