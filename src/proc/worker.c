/* SPDX-License-Identifier: Apache-2.0 */
/* worker: a plain loop over poll(2). Enter at worker_run. */
#include "proc/worker.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/frame.h"
#include "base/secret.h"
#include "contract/ct_wire.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include "proc/channel.h"
#include "proc/child.h"
#include "proc/control.h"
#include "proc/listeners.h"
#include "proc/pace.h"

enum { KEEP_SIZE = 64 * 1024 };

struct worker {
    const struct worker_hooks *hooks;
    struct cx cx;
    struct config config;
    struct worker_set_up given;
    bool ends, rehearses;
    struct metrics_view metrics;
    struct pace pace;
    int64_t said_alive;
    struct channel fronts[FRONTS_MAX];
};

/* All slots too, read only: worker 0 looks at what the others count (proc/alarms.h). */
static enum errcode
take_metrics(struct worker *w, struct control *m)
{
    enum errcode err = metrics_look(&w->cx, m->fds[0], &w->metrics);
    enum errcode taken = child_take_metrics(&w->cx, m);
    return err == ERR_NONE ? taken : err;
}

static enum errcode
obey(struct worker *w, struct control *m)
{
    if (m->type == CONTROL_FRONT && m->slot < FRONTS_MAX) {
        channel_open(&w->fronts[m->slot], m->fds[0]);
        return ERR_NONE;
    }
    if (m->type == CONTROL_COURIER && w->hooks->courier_join != NULL) {
        w->hooks->courier_join(w->hooks->arg, m->fds[0]);
        return ERR_NONE;
    }
    if (m->type == CONTROL_RELOAD) {
        child_reload(&w->config, m->fds[0]);
        w->hooks->reload(w->hooks->arg, &w->config);
        return ERR_NONE;
    }
    if (m->type == CONTROL_DRAIN) {
        w->ends = true;
        return ERR_NONE;
    }
    if (m->type == CONTROL_METRICS)
        return take_metrics(w, m);
    if (m->type == CONTROL_REHEARSE) {
        w->rehearses = true;
        return ERR_NONE;
    }
    control_close_fds(m);
    return err_set(&w->cx, ERR_PROTOCOL, "the supervisor sent %s", control_name(m->type));
}

static enum errcode
read_control(struct worker *w, struct control *m)
{
    enum errcode err = control_receive(CONTROL_FD, m);
    return err == ERR_NONE ? err : err_set(&w->cx, err, "the supervisor's channel");
}

/* Until GO; the confinement follows. */
static enum errcode
set_up(struct worker *w)
{
    struct control m = {.type = CONTROL_RELOAD};
    while (m.type != CONTROL_GO) {
        enum errcode err = read_control(w, &m);
        if (err == ERR_NONE && m.type != CONTROL_GO)
            err = obey(w, &m);
        if (err != ERR_NONE)
            return err;
    }
    w->given = (struct worker_set_up){.config = &w->config,
                                      .slot = m.slot,
                                      .is_first = m.is_first,
                                      .is_rehearsal = w->rehearses,
                                      .metrics = w->metrics,
                                      .confine = {.kind = CONFINE_WORKER,
                                                  .descriptors = (size_t)4 * FRONTS_MAX,
                                                  .memory = w->config.limits_worker_memory},
                                      .news = -1};
    enum errcode err = w->hooks->set_up(w->hooks->arg, &w->cx, &w->given);
    if (err != ERR_NONE || !w->rehearses)
        return err == ERR_NONE ? confine_enter(&w->cx, &w->given.confine) : err;
    child_rehearse_confinement(&w->cx, &w->given.confine);
    return ERR_NONE;
}

static void
put_reply(struct worker *w, struct buf *to, uint32_t id, const struct ct_op *op, const void *out)
{
    size_t mark = frame_begin(to, FRAME_REPLY, id);
    call_reply_put(to, w->cx.reply);
    if (w->cx.reply->status != CALL_FAULT)
        ct_wire_put(to, &op->out, out);
    /* An answer larger than a frame is a bug in its operation. */
    ASSERT(frame_end(to, mark) == ERR_NONE);
}

/* In every front: a check may be waiting in any of them. */
static void
send_wake(struct worker *w, const struct topic *topic)
{
    for (size_t k = 0; k < FRONTS_MAX; k++)
        channel_wake(&w->fronts[k], topic);
}

static void
wake(struct worker *w)
{
    if (w->cx.wakes_all) {
        send_wake(w, NULL);
        return;
    }
    for (size_t i = 0; i < w->cx.n_woken; i++) {
        struct topic t = w->hooks->topic(w->hooks->arg, &w->cx, w->cx.woken[i]);
        send_wake(w, &t);
    }
}

/* Decodes one call, runs it, and replies. ERR_PROTOCOL: the front violated the format. */
static enum errcode
answer(struct worker *w, struct channel *from, struct frame *f)
{
    struct cx *cx = &w->cx;
    cx_begin(cx);
    struct call call;
    struct call_reply reply = {.status = CALL_DONE};
    uint32_t number = frame_get_u32(f);
    if (f->type != FRAME_CALL || number >= CT_OP_COUNT_)
        return ERR_PROTOCOL;
    const struct ct_op *op = &ct_ops[number];
    void *in = arena_zalloc(&cx->arena, op->in.size);
    void *out = arena_zalloc(&cx->arena, op->out.size);
    call_get(f, &cx->arena, &call);
    ct_wire_get(f, &cx->arena, &op->in, in);
    if (frame_read_end(f) != ERR_NONE)
        return ERR_PROTOCOL;
    log_set_request(call.request, call.trace);
    log_event(LOG_CALL, "op=%.*s", STR_ARG(op->name));
    cx->call = &call;
    cx->reply = &reply;
    if (w->hooks->call(w->hooks->arg, cx, op, in, out) != ERR_NONE) {
        metrics_count(METRIC_CALL_FAILURES, 0);
        log_cx_error(cx, LOG_CALL_FAILED);
    }
    /* Wake-ups first: a client that has seen this answer and asks about the same challenge must not get an
     * older state. */
    wake(w);
    if (from->fd < 0)
        return ERR_NONE;
    put_reply(w, &from->out, f->id, op, out);
    channel_flush(from);
    return ERR_NONE;
}

static void
front_ready(struct worker *w, struct channel *f)
{
    channel_flush(f);
    enum errcode err = channel_is_free(f) ? channel_fill(f) : ERR_NONE;
    while (err == ERR_NONE && channel_is_free(f)) {
        struct frame frame;
        err = frame_next(&f->in, &frame);
        if (err == ERR_NONE) {
            err = answer(w, f, &frame);
            log_set_request(STR_NULL, STR_NULL);
            cx_end(&w->cx);
        }
        if (err == ERR_NONE && f->fd >= 0)
            frame_consume(&f->in, &frame);
    }
    if (err == ERR_PROTOCOL)
        log_event(LOG_FRONT_BROKE_PROTOCOL, "");
    if (err != ERR_NONE && err != ERR_MORE)
        channel_close(f);
    if (f->in.cap > KEEP_SIZE)
        buf_release_if_empty(&f->in);
    if (f->out.cap > KEEP_SIZE)
        buf_release_if_empty(&f->out);
}

static void
control_ready(struct worker *w)
{
    struct control m;
    cx_begin(&w->cx);
    enum errcode err = read_control(w, &m);
    if (err == ERR_NONE)
        err = obey(w, &m);
    if (err == ERR_NONE)
        return;
    log_cx_error(&w->cx, LOG_CONTROL_FAILED);
    w->ends = true;
}

static void
keep_house(struct worker *w)
{
    int64_t began = clock_mono();
    pace_kept(&w->pace, began, began, false);
    if (w->hooks->idle == NULL)
        return;
    cx_begin(&w->cx);
    w->cx.actor = STR_LIT("system");
    bool more = w->hooks->idle(w->hooks->arg, &w->cx, &w->ends);
    if (w->cx.err != ERR_NONE)
        log_cx_error(&w->cx, LOG_HOUSEKEEPING_FAILED);
    wake(w);
    pace_kept(&w->pace, began, clock_mono(), more);
}

/* The longest wait in milliseconds, and the events to wait for at the courier's channel. */
static int
patience(const struct worker *w, struct pollfd *courier)
{
    int most = pace_patience(&w->pace);
    *courier = (struct pollfd){.fd = -1};
    int wish = w->hooks->courier_watch == NULL ? -1 : w->hooks->courier_watch(w->hooks->arg, courier);
    if (wish >= 0 && wish < most)
        most = wish;
    wish = w->hooks->patience == NULL ? -1 : w->hooks->patience(w->hooks->arg);
    return wish >= 0 && wish < most ? wish : most;
}

static void
tend_courier(struct worker *w, short revents)
{
    if (w->hooks->courier_tend == NULL)
        return;
    cx_begin(&w->cx);
    w->cx.actor = STR_LIT("system");
    w->hooks->courier_tend(w->hooks->arg, &w->cx, revents);
}

static int
shared_fd(const struct worker *w)
{
    return w->hooks->shared_watch == NULL ? -1 : w->hooks->shared_watch(w->hooks->arg);
}

static void
take_shared(struct worker *w)
{
    log_event(LOG_NEWS, "from=others");
    cx_begin(&w->cx);
    w->hooks->shared_take(w->hooks->arg, &w->cx);
    wake(w);
}

static void
tend(struct worker *w)
{
    if (w->hooks->tend == NULL)
        return;
    cx_begin(&w->cx);
    w->cx.actor = STR_LIT("system");
    w->hooks->tend(w->hooks->arg, &w->cx);
    wake(w);
}

static void
serve(struct worker *w)
{
    enum { CONTROL = FRONTS_MAX, NEWS, SHARED, COURIER, WATCHED };
    while (!w->ends) {
        child_say_alive(&w->said_alive);
        secret_wipe_stack();
        struct pollfd p[WATCHED];
        for (size_t i = 0; i < FRONTS_MAX; i++)
            p[i] = (struct pollfd){.fd = w->fronts[i].fd, .events = channel_events(&w->fronts[i])};
        p[CONTROL] = (struct pollfd){.fd = CONTROL_FD, .events = POLLIN};
        p[NEWS] = (struct pollfd){.fd = w->given.news, .events = POLLIN};
        p[SHARED] = (struct pollfd){.fd = shared_fd(w), .events = POLLIN};
        int wait = patience(w, &p[COURIER]), n = child_poll(p, WATCHED, wait);
        /* First, since a channel may be replaced here, and p[i] then describes the old one; the new one
         * waits for the next round. */
        if (n > 0 && p[CONTROL].revents != 0) {
            control_ready(w);
            continue;
        }
        for (size_t i = 0; n > 0 && i < FRONTS_MAX; i++)
            if (p[i].revents != 0 && w->fronts[i].fd >= 0)
                front_ready(w, &w->fronts[i]);
        if (p[NEWS].revents != 0)
            log_event(LOG_NEWS, "");
        if (p[NEWS].revents != 0 ||
            pace_is_due(&w->pace, clock_mono(), n <= 0 && wait == pace_patience(&w->pace)))
            keep_house(w);
        if (p[SHARED].revents != 0)
            take_shared(w);
        tend(w);
        tend_courier(w, p[COURIER].revents);
    }
}

static void
leave(struct worker *w)
{
    if (w->hooks->leave == NULL)
        return;
    cx_begin(&w->cx);
    w->cx.actor = STR_LIT("system");
    w->hooks->leave(w->hooks->arg, &w->cx);
}

int
worker_run(const struct worker_hooks *hooks)
{
    struct worker w = {.hooks = hooks};
    for (size_t i = 0; i < FRONTS_MAX; i++)
        channel_init(&w.fronts[i]);
    int status = CHILD_FAILED;
    if (child_begin(&w.cx, "worker", &w.config) == ERR_NONE) {
        if (set_up(&w) == ERR_NONE && child_ready(&w.cx) == ERR_NONE) {
            status = 0;
            if (!w.rehearses) {
                serve(&w);
                leave(&w);
                child_drained();
            }
        } else {
            log_cx_error(&w.cx, LOG_START_FAILED);
        }
    }
    for (size_t i = 0; i < FRONTS_MAX; i++)
        channel_close(&w.fronts[i]);
    config_clear(&w.config);
    cx_clear(&w.cx);
    return status;
}
