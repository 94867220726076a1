/* SPDX-License-Identifier: Apache-2.0 */
/* backend: see backend.h. A worker whose call was lost or abandoned stays busy until it replies, so that a
 * frame never waits behind another one in its channel. */
#include "front/backend.h"

#include <stdlib.h>

#include "contract/ct_wire.h"
#include "front/link.h"
#include "log/log.h"
#include "metrics/metrics.h"

enum { PATIENT_MOST = 8 /* enough to keep workers busy between two of them */ };

struct backend_worker {
    struct link link;
    struct backend *backend;
    struct backend_call *call; /* NULL while busy: no caller waits for the reply */
    const struct ct_op *op;    /* of the current call */
    uint32_t id;
    bool is_busy, is_fast_only;
    bool is_lost; /* a channel existed, and its replacement is expected */
};

static bool
is_idle(const struct backend_worker *w)
{
    return link_is_open(&w->link) && !w->is_busy;
}

static void
count_queued(const struct backend *b, enum ct_lane lane)
{
    metrics_set(METRIC_QUEUED, lane == CT_LANE_SLOW ? METRICS_LANE_SLOW : METRICS_LANE_FAST,
                (int64_t)fair_count(&b->queues[lane]));
}

static void
close_call(struct backend *b, struct backend_call *call)
{
    fair_remove(&b->queues[call->op->lane], &call->queued);
    count_queued(b, call->op->lane);
    list_remove(&call->turned_away);
    list_remove(&call->open);
    if (call->worker != NULL) {
        call->worker->call = NULL;
        call->worker = NULL;
    }
}

static void
lose_call(struct backend *b, struct backend_call *call)
{
    close_call(b, call);
    call->done(call, NULL);
}

static void
give(struct backend_worker *w, struct backend_call *call)
{
    struct backend *b = w->backend;
    if (++b->id == 0)
        b->id = 1;
    w->id = b->id;
    w->op = call->op;
    w->is_busy = true;
    w->call = call;
    call->worker = w;
    if (!w->is_fast_only)
        b->last = call->op->lane;
    size_t mark = frame_begin(&w->link.out, FRAME_CALL, w->id);
    frame_put_bytes(&w->link.out, call->payload, call->payload_n);
    if (frame_end(&w->link.out, mark) != ERR_NONE)
        link_break(&w->link); /* it replied without reading the call */
    link_flush(&w->link);
}

static struct backend_call *
take_queued(struct backend *b, enum ct_lane lane)
{
    struct fair_item *i = fair_take(&b->queues[lane]);
    return i == NULL ? NULL : LIST_ITEM(i, struct backend_call, queued);
}

/* Gives an idle worker the next call it may run. A worker of both lanes alternates between them. */
static void
give_next(struct backend_worker *w)
{
    struct backend *b = w->backend;
    enum ct_lane first = w->is_fast_only || b->last == CT_LANE_SLOW ? CT_LANE_FAST : CT_LANE_SLOW;
    struct backend_call *call = take_queued(b, first);

    if (call == NULL && !w->is_fast_only)
        call = take_queued(b, first == CT_LANE_FAST ? CT_LANE_SLOW : CT_LANE_FAST);
    if (call == NULL)
        return;
    count_queued(b, call->op->lane);
    give(w, call);
}

static void
drop_worker(struct backend_worker *w)
{
    struct backend_call *call = w->call;

    link_close(&w->link);
    w->is_busy = false;
    if (call != NULL)
        lose_call(w->backend, call);
}

/* False: the worker violated the protocol. */
static bool
take_reply(struct backend_worker *w, struct frame *f)
{
    struct backend *b = w->backend;
    struct backend_reply reply = {.out = NULL};
    struct backend_call *call = w->call;

    if (!w->is_busy || f->id != w->id)
        return false;
    call_reply_get(f, b->settings.arena, &reply.reply);
    if (reply.reply.status != CALL_FAULT) {
        reply.out = arena_zalloc(b->settings.arena, w->op->out.size);
        ct_wire_get(f, b->settings.arena, &w->op->out, reply.out);
    }
    if (frame_read_end(f) != ERR_NONE)
        return false;
    frame_consume(&w->link.in, f);
    if (call != NULL) {
        metrics_observe(METRIC_CALL, call->op->lane == CT_LANE_SLOW ? METRICS_LANE_SLOW : METRICS_LANE_FAST,
                        loop_now(b->loop) - call->asked_at);
        close_call(b, call);
    }
    w->is_busy = false;
    give_next(w);
    if (call != NULL)
        call->done(call, &reply);
    return true;
}

static bool
take_wake(struct backend_worker *w, struct frame *f)
{
    struct topic topic;
    bool is_all = f->type == FRAME_WAKE_ALL;
    if (!is_all)
        frame_get_bytes(f, topic.bytes, sizeof topic.bytes);
    if (frame_read_end(f) != ERR_NONE)
        return false;
    frame_consume(&w->link.in, f);
    w->backend->settings.woken(w->backend, is_all ? NULL : &topic);
    return true;
}

static bool
take_frames(struct backend_worker *w)
{
    struct frame f;
    enum errcode err = ERR_NONE;

    while (link_is_open(&w->link) && (err = frame_next(&w->link.in, &f)) == ERR_NONE) {
        bool ok = false;
        if (f.type == FRAME_REPLY)
            ok = take_reply(w, &f);
        else if (f.type == FRAME_WAKE || f.type == FRAME_WAKE_ALL)
            ok = take_wake(w, &f);
        arena_reset(w->backend->settings.arena);
        if (!ok)
            return false;
    }
    return err == ERR_NONE || err == ERR_MORE;
}

static void
lose_worker(struct backend_worker *w)
{
    struct backend *b = w->backend;
    drop_worker(w);
    w->is_lost = true;
    if (w == &b->workers[0])
        b->settings.woken(b, NULL);
}

static void
read_channel(struct backend_worker *w)
{
    enum link_result result = link_read(&w->link);

    if (result == LINK_NOTHING)
        return;
    if (result == LINK_END) {
        log_event(LOG_WORKER_LOST, "slot=%td", w - w->backend->workers);
        lose_worker(w);
        return;
    }
    if (!take_frames(w)) {
        log_event(LOG_WORKER_BROKEN, "slot=%td", w - w->backend->workers);
        lose_worker(w);
        return;
    }
    link_trim(&w->link);
}

static void
worker_ready(struct loop_fd *watch, unsigned what)
{
    struct backend_worker *w = LIST_ITEM(watch, struct backend_worker, link.watch);
    if (what & LOOP_WRITE)
        link_flush(&w->link);
    if (what & LOOP_READ)
        read_channel(w);
}

/* One timer for all calls: the oldest is the first to be overdue. */
static void
overdue(struct loop_timer *t)
{
    struct backend *b = LIST_ITEM(t, struct backend, overdue);
    while (!list_is_empty(&b->open)) {
        struct backend_call *call = LIST_ITEM(b->open.next, struct backend_call, open);
        if (call->deadline > loop_now(b->loop)) {
            loop_timer_set(b->loop, t, call->deadline);
            return;
        }
        log_set_request(call->request, call->trace);
        log_event(LOG_CALL_OVERDUE, "operation=%.*s queued=%s", STR_ARG(call->op->name),
                  call->worker == NULL ? "yes" : "no");
        log_set_request(STR_NULL, STR_NULL);
        lose_call(b, call);
    }
}

/* Deferred, never in the middle of another request. */
static void
turn_away(struct loop_timer *t)
{
    struct backend *b = LIST_ITEM(t, struct backend, turn_away);
    while (!list_is_empty(&b->turned_away))
        lose_call(b, LIST_ITEM(b->turned_away.next, struct backend_call, turned_away));
}

void
backend_init(struct backend *b, struct loop *l, const struct backend_settings *settings)
{
    *b = (struct backend){.loop = l, .settings = *settings};
    b->workers = calloc(settings->slots, sizeof *b->workers);
    if (b->workers == NULL)
        err_no_memory();
    for (size_t i = 0; i < settings->slots; i++) {
        struct backend_worker *w = &b->workers[i];
        w->backend = b;
        link_init(&w->link, l);
    }
    fair_init(&b->queues[CT_LANE_FAST], settings->queue);
    fair_init(&b->queues[CT_LANE_SLOW], settings->queue);
    list_init(&b->open);
    list_init(&b->turned_away);
    loop_timer_init(&b->overdue, overdue);
    loop_timer_init(&b->turn_away, turn_away);
}

void
backend_clear(struct backend *b)
{
    ASSERT(list_is_empty(&b->open));
    for (size_t i = 0; i < b->settings.slots; i++) {
        if (link_is_open(&b->workers[i].link))
            drop_worker(&b->workers[i]);
    }
    loop_timer_stop(b->loop, &b->overdue);
    loop_timer_stop(b->loop, &b->turn_away);
    fair_clear(&b->queues[CT_LANE_FAST]);
    fair_clear(&b->queues[CT_LANE_SLOW]);
    free(b->workers);
    b->workers = NULL;
}

void
backend_set_limits(struct backend *b, int64_t call_time, size_t queue_per_source)
{
    b->settings.call_time = call_time;
    b->settings.queue_per_source = queue_per_source;
}

enum errcode
backend_set_worker(struct backend *b, unsigned slot, bool fast_only, int fd)
{
    ASSERT(slot < b->settings.slots);
    struct backend_worker *w = &b->workers[slot];

    if (link_is_open(&w->link))
        drop_worker(w);
    enum errcode err = link_open(&w->link, fd, worker_ready);
    if (err != ERR_NONE)
        return err;
    w->is_fast_only = fast_only;
    w->is_lost = false;
    give_next(w);
    return ERR_NONE;
}

size_t
backend_alive(const struct backend *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->settings.slots; i++)
        n += link_is_open(&b->workers[i].link);
    return n;
}

bool
backend_has_worker(const struct backend *b, unsigned slot)
{
    return link_is_open(&b->workers[slot].link);
}

bool
backend_find_lost(const struct backend *b, unsigned *slot)
{
    while (*slot < b->settings.slots && !b->workers[*slot].is_lost)
        ++*slot;
    return *slot < b->settings.slots;
}

size_t
backend_queued(const struct backend *b)
{
    return fair_count(&b->queues[CT_LANE_FAST]) + fair_count(&b->queues[CT_LANE_SLOW]);
}

/* Fast-only workers come first for fast calls, which keeps the others free for slow ones. */
static struct backend_worker *
idle_worker(struct backend *b, enum ct_lane lane)
{
    struct backend_worker *found = NULL;
    for (size_t i = 0; i < b->settings.slots; i++) {
        struct backend_worker *w = &b->workers[i];
        if (!is_idle(w) || (w->is_fast_only && lane == CT_LANE_SLOW))
            continue;
        if (w->is_fast_only || lane == CT_LANE_SLOW)
            return w;
        if (found == NULL)
            found = w;
    }
    return found;
}

/* Takes the place of a call whose source has more calls queued. */
static bool
displace(struct backend *b, const struct backend_call *call)
{
    struct fair_item *i = fair_excess(&b->queues[call->op->lane], &call->source);
    if (i == NULL)
        return false;
    struct backend_call *other = LIST_ITEM(i, struct backend_call, queued);
    fair_remove(&b->queues[call->op->lane], i);
    other->is_turned_away = true;
    metrics_count(METRIC_THROTTLED, METRICS_CAUSE_DISPLACED);
    list_add_last(&b->turned_away, &other->turned_away);
    loop_timer_set(b->loop, &b->turn_away, loop_now(b->loop));
    return true;
}

static bool
has_place(struct backend *b, const struct backend_call *call)
{
    const struct fair *queue = &b->queues[call->op->lane];
    if (call->op->lane == CT_LANE_SLOW && fair_count_of(queue, &call->source) >= b->settings.queue_per_source)
        return false;
    return fair_count(queue) < b->settings.queue || displace(b, call);
}

enum errcode
backend_submit(struct backend *b, struct backend_call *call)
{
    enum ct_lane lane = call->op->lane;
    struct backend_worker *w = idle_worker(b, lane);

    ASSERT(!backend_call_is_open(call));
    if (call->payload_n > FRAME_MAX - FRAME_HEAD)
        return ERR_LIMIT;
    if (w == NULL && !has_place(b, call)) {
        metrics_count(METRIC_THROTTLED, METRICS_CAUSE_QUEUE);
        return ERR_BUSY;
    }
    call->is_turned_away = false;
    call->asked_at = loop_now(b->loop);
    call->deadline = loop_now(b->loop) + b->settings.call_time;
    list_add_last(&b->open, &call->open);
    if (b->overdue.at == 0)
        loop_timer_set(b->loop, &b->overdue, call->deadline);
    if (w != NULL)
        give(w, call);
    else
        fair_put(&b->queues[lane], &call->queued, &call->source);
    count_queued(b, lane);
    return ERR_NONE;
}

bool
backend_has_room(const struct backend *b, enum ct_lane lane)
{
    size_t half = (b->settings.queue + 1) / 2;
    return fair_count(&b->queues[lane]) < (half < PATIENT_MOST ? half : PATIENT_MOST);
}

void
backend_abandon(struct backend *b, struct backend_call *call)
{
    close_call(b, call);
}

void
backend_call_init(struct backend_call *call)
{
    *call = (struct backend_call){.worker = NULL};
    fair_item_init(&call->queued);
    list_init(&call->open);
    list_init(&call->turned_away);
}

bool
backend_call_is_open(const struct backend_call *call)
{
    return !list_is_empty(&call->open);
}

bool
backend_call_is_slow_and_queued(const struct backend_call *call)
{
    return call->queued.source != NULL && call->op->lane == CT_LANE_SLOW;
}
