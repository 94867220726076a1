/* SPDX-License-Identifier: Apache-2.0 */
/* loop: one set of descriptors (base/os.h), one heap of timers, one descriptor of signals. */
#include "base/loop.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/os.h"
#include "base/secret.h"

enum { SIGNALS = 65, MOVABLE_CLOCK_MS = 10 };

_Static_assert((int)LOOP_EVENTS_MAX == OS_EVENTS_MAX && (int)LOOP_READ == OS_READ &&
                   (int)LOOP_WRITE == OS_WRITE && (int)LOOP_HANGUP == OS_HANGUP,
               "a loop waits for what the system can wait for");

/* Ordered by `at`; ties by `order`. */
struct due {
    int64_t at; /* a copy of the timer's: the heap is ordered without dereferencing pointers */
    uint64_t order;
    struct loop_timer *timer;
};

struct handler {
    void (*got)(void *arg, int signo);
    void *arg;
};

struct loop {
    int set;
    bool stopped;
    int64_t now;
    struct os_event events[LOOP_EVENTS_MAX]; /* events of this round; delivered up to event_at */
    int event_at, n_events;
    struct due *heap; /* heap[0] is due first */
    size_t n_timers, heap_cap;
    uint64_t order; /* order of the most recently set timer */
    uint64_t round;
    bool is_telling_timers;
    struct loop_fd signals;
    sigset_t signal_set;
    struct handler handlers[SIGNALS];
};

struct loop *
loop_new(void)
{
    struct loop *l = calloc(1, sizeof *l);
    if (l == NULL)
        err_no_memory();
    l->set = os_set_new();
    if (l->set < 0) {
        free(l);
        return NULL;
    }
    l->signals.fd = -1;
    (void)sigemptyset(&l->signal_set);
    l->now = clock_mono();
    return l;
}

void
loop_free(struct loop **l)
{
    if (*l == NULL)
        return;
    if ((*l)->signals.fd >= 0)
        (void)close((*l)->signals.fd);
    (void)close((*l)->set);
    free((*l)->heap);
    free(*l);
    *l = NULL;
}

enum errcode
loop_fd_add(struct loop *l, struct loop_fd *w, int fd, unsigned want,
            void (*ready)(struct loop_fd *, unsigned))
{
    if (!os_set_add(l->set, fd, want, w)) {
        w->fd = -1;
        return ERR_SYSTEM;
    }
    w->fd = fd;
    w->want = want;
    w->ready = ready;
    return ERR_NONE;
}

void
loop_fd_want(struct loop *l, struct loop_fd *w, unsigned want)
{
    ASSERT(w->fd >= 0 && w->ready != NULL);
    if (w->want == want)
        return;
    ASSERT(os_set_change(l->set, w->fd, want, w));
    w->want = want;
}

void
loop_fd_remove(struct loop *l, struct loop_fd *w)
{
    if (w->fd < 0 || w->ready == NULL)
        return;
    ASSERT(os_set_remove(l->set, w->fd));
    w->fd = -1;
    w->want = 0;
    /* The owner may be freed next, and its memory or descriptor number reused within this round. */
    for (int i = l->event_at; i < l->n_events; i++)
        if (l->events[i].whose == w)
            l->events[i].whose = NULL;
}

void
loop_timer_init(struct loop_timer *t, void (*due)(struct loop_timer *))
{
    *t = (struct loop_timer){.due = due};
}

static void
heap_put(struct loop *l, size_t slot, struct due d)
{
    l->heap[slot] = d;
    d.timer->slot = slot;
}

static bool
is_before(const struct due *a, const struct due *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

/* Moves d from a free slot upwards, then downwards, to its place in the heap. */
static void
heap_settle(struct loop *l, size_t slot, struct due d)
{
    while (slot > 0 && is_before(&d, &l->heap[(slot - 1) / 2])) {
        heap_put(l, slot, l->heap[(slot - 1) / 2]);
        slot = (slot - 1) / 2;
    }
    for (size_t child = 2 * slot + 1; child < l->n_timers; child = 2 * slot + 1) {
        if (child + 1 < l->n_timers && is_before(&l->heap[child + 1], &l->heap[child]))
            child++;
        if (is_before(&d, &l->heap[child]))
            break;
        heap_put(l, slot, l->heap[child]);
        slot = child;
    }
    heap_put(l, slot, d);
}

static void
heap_grow(struct loop *l)
{
    size_t cap = l->heap_cap == 0 ? 64 : l->heap_cap * 2;
    struct due *heap = reallocarray(l->heap, cap, sizeof *heap);
    if (heap == NULL)
        err_no_memory();
    l->heap = heap;
    l->heap_cap = cap;
}

void
loop_timer_set(struct loop *l, struct loop_timer *t, int64_t at)
{
    ASSERT(at > 0 && t->due != NULL);
    if (t->at == 0) {
        if (l->n_timers == l->heap_cap)
            heap_grow(l);
        t->slot = l->n_timers++;
    }
    /* After all timers that are due in this round: see tell_timers. */
    if (l->is_telling_timers && at < l->now)
        at = l->now;
    t->at = at;
    heap_settle(l, t->slot, (struct due){at, ++l->order, t});
}

void
loop_timer_stop(struct loop *l, struct loop_timer *t)
{
    if (t->at == 0)
        return;
    ASSERT(t->slot < l->n_timers && l->heap[t->slot].timer == t);
    t->at = 0;
    struct due last = l->heap[--l->n_timers];
    if (last.timer != t)
        heap_settle(l, t->slot, last);
}

static void
signals_ready(struct loop_fd *w, unsigned what)
{
    (void)what;
    struct loop *l = LIST_ITEM(w, struct loop, signals);
    for (int signo; !l->stopped && (signo = os_signals_take(w->fd)) > 0;) {
        ASSERT(signo < SIGNALS);
        const struct handler *h = &l->handlers[signo];
        h->got(h->arg, signo);
    }
}

enum errcode
loop_signal(struct loop *l, int signo, void (*got)(void *arg, int signo), void *arg)
{
    ASSERT(signo > 0 && signo < SIGNALS);
    (void)sigaddset(&l->signal_set, signo);
    l->handlers[signo] = (struct handler){got, arg};
    if (sigprocmask(SIG_BLOCK, &l->signal_set, NULL) != 0)
        return ERR_SYSTEM;
    int fd = os_signals_open(l->signals.fd, &l->signal_set);
    if (fd < 0)
        return ERR_SYSTEM;
    if (l->signals.fd >= 0)
        return ERR_NONE;
    enum errcode err = loop_fd_add(l, &l->signals, fd, LOOP_READ, signals_ready);
    if (err != ERR_NONE)
        (void)close(fd);
    return err;
}

/* Milliseconds to sleep, rounded up so that a timer is due on waking. */
static int
patience(const struct loop *l)
{
    int64_t ms = -1;
    if (l->n_timers > 0) {
        int64_t us = l->heap[0].at - clock_mono();
        ms = us <= 0 ? 0 : us / CLOCK_MS + (us % CLOCK_MS > 0 ? 1 : 0);
    }
    /* A clock that jumps wakes no sleeper: look again soon. */
    if (l->n_timers > 0 && clock_is_movable() && ms > MOVABLE_CLOCK_MS)
        ms = MOVABLE_CLOCK_MS;
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

static unsigned
what_to_tell(const struct loop_fd *w, unsigned happened)
{
    unsigned what = happened & w->want;
    if (w->want != 0 && (happened & OS_BROKEN) != 0)
        what |= LOOP_READ;
    return what;
}

static void
tell_descriptors(struct loop *l)
{
    for (l->event_at = 0; l->event_at < l->n_events && !l->stopped;) {
        const struct os_event *e = &l->events[l->event_at++];
        struct loop_fd *w = e->whose;
        unsigned what = w == NULL ? 0 : what_to_tell(w, e->what);
        if (what != 0)
            w->ready(w, what);
    }
    l->n_events = 0;
}

/* Timers set meanwhile, and those beyond the bound, run in the next round: whatever timers do, descriptors
 * get their turn in between. */
static void
tell_timers(struct loop *l)
{
    const uint64_t last = l->order;

    l->is_telling_timers = true;
    for (unsigned n = 0; n < LOOP_EVENTS_MAX && l->n_timers > 0 && !l->stopped; n++) {
        struct due first = l->heap[0];
        if (first.at > l->now || first.order > last)
            break;
        loop_timer_stop(l, first.timer);
        first.timer->due(first.timer);
    }
    l->is_telling_timers = false;
}

enum errcode
loop_run(struct loop *l)
{
    while (!l->stopped) {
        int n = os_set_wait(l->set, l->events, patience(l));
        if (n < 0 && errno != EINTR)
            return ERR_SYSTEM;
        l->n_events = n < 0 ? 0 : n;
        l->now = clock_mono();
        l->round++;
        tell_descriptors(l);
        tell_timers(l);
        secret_wipe_stack();
    }
    l->stopped = false;
    return ERR_NONE;
}

void
loop_stop(struct loop *l)
{
    l->stopped = true;
}

int64_t
loop_now(const struct loop *l)
{
    return l->now;
}

uint64_t
loop_round(const struct loop *l)
{
    return l->round;
}
