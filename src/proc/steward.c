/* SPDX-License-Identifier: Apache-2.0 */
/* steward: see the header. It does not use the supervisor's loop: the kernel would share that between the two
 * processes. */
#include "proc/steward.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/os.h"
#include "log/log.h"
#include "proc/control.h"
#include "proc/supervisor.h"

#define START_TIME (120 * CLOCK_S) /* for the new program to be ready */
#define END_TIME (5 * CLOCK_S)     /* for workers and courier, which have nothing left to do */

/* The old children, one after the other; the pipe of the new program comes after them. */
struct steward {
    struct supervisor *s;
    struct pollfd *watched; /* of members[i]; fd -1: it has ended */
    int *pidfds;            /* its number may be in use again, once the supervisor has reaped it. -1: none */
};

static int
open_pid(pid_t pid)
{
    return pid <= 0 ? -1 : os_process_open(pid);
}

static bool
is_kind(const struct steward *w, size_t i, bool fronts)
{
    return member_accepts(&w->s->members[i]) == fronts;
}

static size_t
count(const struct steward *w, bool fronts)
{
    size_t n = 0;
    for (size_t i = 0; i < w->s->n; i++)
        n += w->watched[i].fd >= 0 && is_kind(w, i, fronts);
    return n;
}

/* Whatever a child reports is of no interest any more, except that its channel has ended. */
static void
listen_to(struct steward *w, size_t i)
{
    struct control got;
    enum errcode err = control_receive(w->watched[i].fd, &got);
    if (err == ERR_NONE)
        control_close_fds(&got);
    if (err == ERR_NONE || err == ERR_MORE)
        return;
    (void)close(w->watched[i].fd);
    w->watched[i].fd = -1;
}

/* Until the deadline at most. True: the pipe has something. */
static bool
wait_once(struct steward *w, int64_t deadline)
{
    size_t n = w->s->n;
    int64_t left = deadline - clock_mono();
    int ms = left <= 0 ? 0 : left > CLOCK_S ? 1000 : (int)(left / CLOCK_MS) + 1;
    if (poll(w->watched, n + 1, ms) <= 0)
        return false;
    for (size_t i = 0; i < n; i++)
        if (w->watched[i].fd >= 0 && w->watched[i].revents != 0)
            listen_to(w, i);
    return w->watched[n].fd >= 0 && w->watched[n].revents != 0;
}

static bool
is_taken_over(struct steward *w, int ready)
{
    char byte;
    int64_t deadline = clock_mono() + START_TIME;
    while (clock_mono() < deadline)
        if (wait_once(w, deadline))
            return read(ready, &byte, 1) == 1;
    return false;
}

static void
end_each(struct steward *w, bool fronts, int64_t time)
{
    for (size_t i = 0; i < w->s->n; i++)
        if (w->watched[i].fd >= 0 && is_kind(w, i, fronts) &&
            control_send(w->watched[i].fd, &(struct control){.type = CONTROL_DRAIN}) == ERR_IO)
            log_event(LOG_CHILD_DEAF, "child=%s slot=%" PRIu32 " message=drain",
                      member_name(&w->s->members[i]), w->s->members[i].slot);
    for (int64_t deadline = clock_mono() + time; count(w, fronts) > 0 && clock_mono() < deadline;)
        (void)wait_once(w, deadline);
    size_t late = count(w, fronts);
    if (late > 0)
        log_event(LOG_DRAIN_LATE, "killed=%zu", late);
    for (size_t i = 0; late > 0 && i < w->s->n; i++)
        if (w->watched[i].fd >= 0 && is_kind(w, i, fronts) && w->pidfds[i] >= 0)
            (void)os_process_kill(w->pidfds[i]);
}

/* Our copies of what the new program has: a socket or a lock is released when the last copy is closed. */
static void
let_go(struct supervisor *s, const int others[2])
{
    (void)close(others[0]);
    (void)close(others[1]);
    listeners_close(&s->listeners);
    certificates_close(&s->tls);
    if (s->ticket_keys.fd >= 0)
        (void)close(s->ticket_keys.fd);
    if (s->store_lock >= 0)
        (void)close(s->store_lock);
}

_Noreturn void
steward_run(struct supervisor *s, int ready, const int others[2])
{
    struct steward w = {.s = s};
    const int before = s->former.fd;
    os_name_process("countersign-old");
    w.watched = calloc(s->n + 1, sizeof *w.watched);
    w.pidfds = calloc(s->n + 1, sizeof *w.pidfds);
    if (w.watched == NULL || w.pidfds == NULL)
        err_no_memory();
    for (size_t i = 0; i < s->n; i++) {
        w.watched[i] = (struct pollfd){.fd = s->members[i].control, .events = POLLIN};
        w.pidfds[i] = open_pid(s->members[i].pid);
    }
    w.watched[s->n] = (struct pollfd){.fd = ready, .events = POLLIN};
    let_go(s, others);
    bool is_over = is_taken_over(&w, ready);
    w.watched[s->n].fd = -1;
    int64_t began = clock_mono();
    end_each(&w, true, s->source.config.server_drain_time);
    end_each(&w, false, END_TIME);
    if (is_over)
        log_event(LOG_UPGRADE_DONE, "drain_ms=%" PRId64, (clock_mono() - began) / CLOCK_MS);
    former_await(before, s->source.config.server_drain_time + END_TIME);
    _exit(is_over ? EXIT_SUCCESS : EXIT_FAILURE);
}
