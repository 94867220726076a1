/* SPDX-License-Identifier: Apache-2.0 */
/* away: see away.h. */
#include "front/away.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/list.h"
#include "front/transport.h"

static void
drop(struct away_client *c)
{
    int fd = c->watch.fd;

    if (fd < 0)
        return;
    loop_fd_remove(c->away->loop, &c->watch);
    (void)close(fd);
}

static void
ready(struct loop_fd *watch, unsigned what)
{
    struct away_client *c = LIST_ITEM(watch, struct away_client, watch);

    (void)what;
    ssize_t n = transport_discard(watch->fd, c->left);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    c->left -= n > 0 ? (size_t)n : c->left;
    if (c->left == 0)
        drop(c);
}

/* All have the same lifetime, so they expire in the order of the ring. */
static void
due(struct loop_timer *t)
{
    struct away *a = LIST_ITEM(t, struct away, timer);

    for (size_t i = 0; i < AWAY_MOST; i++) {
        struct away_client *c = &a->clients[(a->next + i) % AWAY_MOST];
        if (c->watch.fd < 0)
            continue;
        if (c->until > loop_now(a->loop)) {
            loop_timer_set(a->loop, t, c->until);
            return;
        }
        drop(c);
    }
}

void
away_init(struct away *a, struct loop *l)
{
    *a = (struct away){.loop = l};
    loop_timer_init(&a->timer, due);
    for (size_t i = 0; i < AWAY_MOST; i++)
        a->clients[i] = (struct away_client){.watch = {.fd = -1}, .away = a};
}

void
away_clear(struct away *a)
{
    loop_timer_stop(a->loop, &a->timer);
    for (size_t i = 0; i < AWAY_MOST; i++)
        drop(&a->clients[i]);
}

void
away_keep(struct away *a, int fd)
{
    struct away_client *c = &a->clients[a->next];

    a->next = (a->next + 1) % AWAY_MOST;
    drop(c);
    (void)shutdown(fd, SHUT_WR);
    if (loop_fd_add(a->loop, &c->watch, fd, LOOP_READ, ready) != ERR_NONE) {
        (void)close(fd);
        return;
    }
    c->until = loop_now(a->loop) + AWAY_TIME;
    c->left = AWAY_BYTES;
    if (a->timer.at == 0)
        loop_timer_set(a->loop, &a->timer, c->until);
}
