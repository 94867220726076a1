/* SPDX-License-Identifier: Apache-2.0 */
/* former: see the header. */
#include "proc/former.h"

#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/list.h"
#include "log/log.h"
#include "proc/handover.h"
#include "proc/signals.h"
#include "proc/supervisor.h"

void
former_leave(struct supervisor *s)
{
    struct former *f = &s->former;
    loop_fd_remove(s->loop, &f->watch);
    if (f->fd >= 0)
        (void)close(f->fd);
    f->fd = -1;
}

/* Nothing is ever written into it. */
static void
ended(struct loop_fd *w, unsigned what)
{
    (void)what;
    struct former *f = LIST_ITEM(w, struct former, watch);
    struct supervisor *s = LIST_ITEM(f, struct supervisor, former);
    former_leave(s);
    f->gone(s);
}

void
former_init(struct supervisor *s, void (*gone)(struct supervisor *s))
{
    s->former = (struct former){.fd = -1, .watch = {.fd = -1}, .gone = gone};
}

void
former_begin(struct supervisor *s, int fd)
{
    s->former.fd = fd;
    if (fd >= 0 && loop_fd_add(s->loop, &s->former.watch, fd, LOOP_READ, ended) != ERR_NONE)
        former_leave(s);
}

bool
former_is_there(const struct supervisor *s)
{
    return s->former.fd >= 0;
}

bool
former_holds(struct supervisor *s)
{
    if (former_is_there(s) && !s->former.is_noted)
        log_event(LOG_DRAIN_FORMER, "");
    s->former.is_noted = true;
    return former_is_there(s);
}

void
former_release(struct supervisor *s)
{
    if (!former_is_there(s))
        return;
    if (s->ready_fd >= 0)
        (void)close(s->ready_fd);
    s->ready_fd = -1;
    loop_timer_set(s->loop, &s->deadline, clock_mono() + s->source.config.server_drain_time);
}

void
former_await(int fd, int64_t time)
{
    const int64_t deadline = clock_mono() + time;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    for (int64_t left = time; fd >= 0 && left > 0; left = deadline - clock_mono())
        if (poll(&p, 1, (int)(left / CLOCK_MS) + 1) > 0)
            return;
}

/* The wait of a start that has failed: in a loop of its own, for the supervisor's has timers and children. */
struct last_wait {
    struct loop *loop;
    struct loop_fd watch;
    struct loop_timer deadline;
    bool is_asked; /* to end, once */
};

static void
wait_is_over(struct loop_fd *w, unsigned what)
{
    (void)what;
    loop_stop(LIST_ITEM(w, struct last_wait, watch)->loop);
}

static void
wait_is_late(struct loop_timer *t)
{
    loop_stop(LIST_ITEM(t, struct last_wait, deadline)->loop);
}

/* As elsewhere (signals.def): the first has the old program drain, which it does already. */
static void
wait_got_end(void *arg, int signo)
{
    (void)signo;
    struct last_wait *w = arg;
    if (w->is_asked)
        loop_stop(w->loop);
    w->is_asked = true;
}

static void
wait_got_other(void *arg, int signo)
{
    (void)arg;
    (void)signo;
}

/* At most that long, and not after a second signal to end. */
static void
await_last(int fd, int64_t time)
{
    static void (*const got[])(void *arg, int signo) = {
        [SIGNAL_END] = wait_got_end,    [SIGNAL_RELOAD] = wait_got_other, [SIGNAL_UPGRADE] = wait_got_other,
        [SIGNAL_REAP] = wait_got_other, [SIGNAL_IGNORE] = NULL,
    };
    const int64_t deadline = clock_mono() + time;
    struct last_wait w = {.loop = loop_new(), .watch = {.fd = -1}};
    loop_timer_init(&w.deadline, wait_is_late);
    enum errcode err = w.loop == NULL ? ERR_SYSTEM : signals_watch(w.loop, got, &w);
    if (err == ERR_NONE)
        err = loop_fd_add(w.loop, &w.watch, fd, LOOP_READ, wait_is_over);
    if (err == ERR_NONE) {
        loop_timer_set(w.loop, &w.deadline, deadline);
        err = loop_run(w.loop);
        loop_timer_stop(w.loop, &w.deadline);
        loop_fd_remove(w.loop, &w.watch);
    }
    if (err != ERR_NONE)
        former_await(fd, deadline - clock_mono());
    loop_free(&w.loop);
}

void
former_see_off(struct supervisor *s)
{
    struct handover left;
    handover_receive(&left);
    handover_drop(&left);
    const int fd = former_is_there(s) ? s->former.fd : left.former;
    if (fd < 0)
        return;
    log_event(LOG_DRAIN_FORMER, "");
    if (s->ready_fd >= 0)
        (void)close(s->ready_fd);
    s->ready_fd = -1;
    await_last(fd, s->source.config.server_drain_time);
}
