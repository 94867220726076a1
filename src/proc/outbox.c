/* SPDX-License-Identifier: Apache-2.0 */
/* outbox: see the header. Enter at outbox_work. */
#include "proc/outbox.h"

#include <stdio.h>

#include "base/frame.h"
#include "db/db.h"
#include "delivery/letter.h"
#include "log/log.h"
#include "proc/share.h"
#include "proc/verdict.h"
#include "proc/writing.h"

enum { LOOKED_AT = 128 /* rows of one transaction: most of them may be over, or have no place */ };

/* One transaction. */
struct work {
    struct outbox *o;
    size_t room;
    const struct outbox_row **claimed; /* `room` of them */
    size_t n_claimed;
    struct verdict *verdicts; /* for the log, once they are written */
    size_t n_verdicts;
    int64_t until; /* the end of the claims of this transaction */
    bool has_more;
};

void
outbox_init(struct outbox *o)
{
    *o = (struct outbox){.node = 1};
    channel_init(&o->courier);
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
        arena_init(&o->entries[i].arena);
}

void
outbox_clear(struct outbox *o)
{
    channel_close(&o->courier);
    secret_clear(&o->key.scalar);
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
        arena_clear(&o->entries[i].arena);
}

enum errcode
outbox_open(struct cx *cx, struct outbox *o, const struct config *config)
{
    int64_t longest = config->webhook_time > config->push_time ? config->webhook_time : config->push_time;
    longest = config->alarms_time > longest ? config->alarms_time : longest;
    o->ways = writing_ways(config);
    o->claim = 2 * longest + OUTBOX_CLAIM_SPARE;
    return o->ways.has_web_push ? vapid_key_read(cx, config->store_key_file.p, &o->key) : ERR_NONE;
}

static void
end_letter(struct outbox *o, struct outbox_entry *e, const struct http_out_end *end)
{
    e->state = OUTBOX_ENDED;
    e->end = *end;
    e->ended_at = clock_now();
    o->is_urgent = true;
}

/* Ends what was under way with a courier that is gone. */
static void
lose_letters(struct outbox *o)
{
    static const struct http_out_end lost = {.result = HTTP_OUT_LATER, .why = "the courier ended"};
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++) {
        struct outbox_entry *e = &o->entries[i];
        if (e->state == OUTBOX_UNDER_WAY)
            end_letter(o, e, &lost);
    }
}

void
outbox_join(struct outbox *o, int fd)
{
    channel_open(&o->courier, fd);
    lose_letters(o);
    o->owes_key = true;
    o->is_urgent = true;
}

int
outbox_watch(const struct outbox *o, struct pollfd *watched_out)
{
    if (!writing_has_ways(&o->ways))
        return -1;
    *watched_out = (struct pollfd){.fd = o->courier.fd, .events = channel_events(&o->courier)};
    return o->is_urgent && clock_mono() >= o->rests_until ? 0 : (int)(OUTBOX_LOOK / CLOCK_MS);
}

void
outbox_look_soon(struct outbox *o)
{
    o->is_urgent = true;
}

void
outbox_rest(struct outbox *o)
{
    o->rests_until = clock_mono() + CLOCK_S;
}

static struct outbox_entry *
find_letter(struct outbox *o, uint32_t id)
{
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
        if (o->entries[i].state == OUTBOX_UNDER_WAY && o->entries[i].id == id)
            return &o->entries[i];
    return NULL;
}

static enum errcode
take_end(struct outbox *o, struct frame *f)
{
    struct http_out_end end;
    struct outbox_entry *e = find_letter(o, f->id);
    if (f->type != LETTER_END || e == NULL || letter_end_get(f, &end) != ERR_NONE)
        return ERR_PROTOCOL;
    end_letter(o, e, &end);
    return ERR_NONE;
}

static enum errcode
hear(struct outbox *o)
{
    enum errcode err = channel_fill(&o->courier);
    while (err == ERR_NONE) {
        struct frame frame;
        err = frame_next(&o->courier.in, &frame);
        if (err == ERR_NONE)
            err = take_end(o, &frame);
        if (err == ERR_NONE)
            frame_consume(&o->courier.in, &frame);
    }
    return err == ERR_MORE ? ERR_NONE : err;
}

/* Longer than a delivery may take. */
static bool
is_late(const struct outbox *o)
{
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
        if (o->entries[i].state == OUTBOX_UNDER_WAY && o->entries[i].row.next_at <= clock_now())
            return true;
    return false;
}

static void
send_key(struct outbox *o)
{
    if (o->ways.has_web_push && o->courier.fd >= 0)
        letter_put_key(&o->courier.out, &o->key.scalar, o->key.point);
    o->owes_key = false;
}

bool
outbox_listen(struct outbox *o, short revents)
{
    if (!writing_has_ways(&o->ways))
        return false;
    if (o->owes_key)
        send_key(o);
    channel_flush(&o->courier);
    enum errcode err = o->courier.fd >= 0 && revents != 0 ? hear(o) : ERR_NONE;
    if (err == ERR_NONE && o->courier.fd >= 0 && is_late(o))
        err = ERR_LIMIT;
    if (err == ERR_PROTOCOL || err == ERR_LIMIT)
        log_event(err == ERR_LIMIT ? LOG_COURIER_LATE : LOG_COURIER_BROKE_PROTOCOL, "");
    if (err != ERR_NONE)
        channel_close(&o->courier);
    if (o->courier.fd < 0)
        lose_letters(o);
    int64_t now = clock_mono();
    return now >= o->rests_until && (o->is_urgent || now - o->looked_at >= OUTBOX_LOOK);
}

static enum errcode
settle(struct cx *cx, struct work *w, const struct verdict *v)
{
    struct verdict *mine = &w->verdicts[w->n_verdicts++];
    *mine = *v;
    return verdict_write(cx, mine);
}

/* Without an attempt. */
static enum errcode
move(struct cx *cx, const struct outbox_row *row, const char *state, int64_t next_at, bool *moved_out)
{
    return store_outbox_move(cx, row, &(struct outbox_move){.state = state, .next_at = next_at}, moved_out);
}

/* Handles a due row that must not be delivered, or not now: *is_done_out. */
static enum errcode
pass_over(struct cx *cx, struct work *w, const struct outbox_row *row, bool *is_done_out)
{
    const struct fate_of of = verdict_fate_of(row);
    const struct verdict none = {
        .row = row, .at = cx->now, .end = {.result = HTTP_OUT_REFUSED, .why = "not subscribed"}};
    bool is_over = !row->is_pending || row->expires_at <= cx->now, moved = false;
    bool is_possible = writing_can_deliver(&w->o->ways, row);
    *is_done_out = true;
    if (is_over || !is_possible || (of.is_web_push && row->subscription.rests_until > fate_last(&of)))
        return move(cx, row, "dropped", cx->now, &moved);
    if (of.is_web_push && str_is_null(row->subscription.endpoint))
        return settle(cx, w, &none);
    if (of.is_web_push && row->subscription.rests_until > cx->now)
        return move(cx, row, "waiting", row->subscription.rests_until, &moved);
    *is_done_out = false;
    return ERR_NONE;
}

/* Its destination has as many letters under way as it may. */
static bool
has_no_place(const struct work *w, const struct outbox_row *row)
{
    size_t n = 0;
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
        n += w->o->entries[i].state == OUTBOX_UNDER_WAY && share_is_same(&w->o->entries[i].row, row) ? 1 : 0;
    for (size_t i = 0; i < w->n_claimed; i++)
        n += share_is_same(w->claimed[i], row) ? 1 : 0;
    return n >= SHARE_MOST;
}

/* Whose delivery may have begun, with an unknown outcome: it may go well another time. */
static enum errcode
lose_row(struct cx *cx, struct work *w, const struct outbox_row *row, const char *why)
{
    struct verdict v = {.row = row, .end = {.result = HTTP_OUT_LATER}, .at = cx->now};
    (void)snprintf(v.end.why, sizeof v.end.why, "%s", why);
    return settle(cx, w, &v);
}

/* One that is due. */
static enum errcode
take_row(struct cx *cx, struct work *w, const struct outbox_row *row)
{
    bool is_done = false, moved = false;
    if (row->claimed != 0)
        return lose_row(cx, w, row, "who claimed it does not answer");
    enum errcode err = pass_over(cx, w, row, &is_done);
    if (err != ERR_NONE || is_done)
        return err;
    if (has_no_place(w, row))
        return move(cx, row, "waiting", cx->now + SHARE_PAUSE, &moved);
    const struct outbox_move claim = {.state = "waiting", .next_at = w->until, .claim = w->o->node};
    err = store_outbox_move(cx, row, &claim, &moved);
    if (moved)
        w->claimed[w->n_claimed++] = row;
    return err;
}

static enum errcode
settle_ended(struct cx *cx, struct work *w)
{
    enum errcode err = ERR_NONE;
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE && err == ERR_NONE; i++) {
        const struct outbox_entry *entry = &w->o->entries[i];
        const struct verdict v = {.row = &entry->row, .end = entry->end, .at = entry->ended_at};
        if (entry->state == OUTBOX_ENDED)
            err = settle(cx, w, &v);
    }
    return err;
}

/* What the worker before this one had under way when it died: the supervisor starts one after the other's
 * end. In a shared database another server's, which may live, are left. */
static enum errcode
take_over(struct cx *cx, struct work *w)
{
    struct outbox_row *rows = NULL;
    size_t n = 0;
    enum errcode err = db_is_shared(cx->db)
                           ? store_outbox_claimed_by(cx, w->o->node, HTTP_OUT_AT_ONCE, &rows, &n)
                           : store_outbox_claimed(cx, HTTP_OUT_AT_ONCE, &rows, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++)
        err = lose_row(cx, w, &rows[i], "the worker ended");
    return err;
}

static enum errcode
take_due(struct cx *cx, struct work *w)
{
    struct outbox_row *rows = NULL;
    size_t n = 0, i = 0;
    enum errcode err = store_outbox_due(cx, cx->now, LOOKED_AT, &rows, &n);
    for (; i < n && w->n_claimed < w->room && err == ERR_NONE; i++)
        err = take_row(cx, w, &rows[i]);
    w->has_more = i == LOOKED_AT && w->n_claimed < w->room;
    return err;
}

static enum errcode
work_within(struct cx *cx, struct work *w)
{
    w->until = cx->now + w->o->claim;
    enum errcode err = settle_ended(cx, w);
    if (err == ERR_NONE && !w->o->has_taken_over)
        err = take_over(cx, w);
    return err == ERR_NONE && w->room > 0 ? take_due(cx, w) : err;
}

static enum errcode
run(struct cx *cx, struct work *w, enum errcode (*within)(struct cx *, struct work *))
{
    w->claimed = arena_array(&cx->arena, HTTP_OUT_AT_ONCE, sizeof(const struct outbox_row *));
    w->verdicts = arena_array(&cx->arena, 2 * HTTP_OUT_AT_ONCE + LOOKED_AT, sizeof *w->verdicts);
    enum errcode err = db_begin(cx);
    return err == ERR_NONE ? db_end(cx, within(cx, w)) : err;
}

static void
forget(struct outbox_entry *entry)
{
    arena_reset(&entry->arena);
    entry->row = (struct outbox_row){.id = 0};
    entry->state = OUTBOX_FREE;
}

static void
keep(struct outbox *o, struct outbox_entry *entry, const struct outbox_row *row, int64_t until)
{
    struct arena *a = &entry->arena;
    entry->state = OUTBOX_UNDER_WAY;
    entry->id = ++o->last_id;
    entry->row = *row;
    entry->row.next_at = until;
    entry->row.transport = arena_str(a, row->transport);
    entry->row.public_id = arena_str(a, row->public_id);
    entry->row.alarm.class = arena_str(a, row->alarm.class);
    entry->row.alarm.subject = arena_str(a, row->alarm.subject);
    entry->row.alarm.detail = arena_str(a, row->alarm.detail);
    entry->row.subscription.endpoint = arena_str(a, row->subscription.endpoint);
    entry->row.subscription.p256dh = arena_str(a, row->subscription.p256dh);
    entry->row.subscription.auth = arena_str(a, row->subscription.auth);
}

/* The transaction was committed: the entries take its results, and the letters are sent. */
static void
adopt(struct cx *cx, const struct work *w)
{
    struct outbox *o = w->o;
    size_t next = 0;
    o->has_taken_over = true;
    for (size_t i = 0; i < w->n_verdicts; i++)
        verdict_log(&w->verdicts[i]);
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++) {
        struct outbox_entry *entry = &o->entries[i];
        if (entry->state == OUTBOX_ENDED)
            forget(entry);
        if (entry->state == OUTBOX_FREE && next < w->n_claimed) {
            keep(o, entry, w->claimed[next++], w->until);
            writing_put(&o->courier.out, entry->id, &entry->row, cx->now);
        }
    }
    channel_flush(&o->courier);
    if (o->courier.fd < 0)
        lose_letters(o);
}

static size_t
count(const struct outbox *o, enum outbox_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
        n += o->entries[i].state == state ? 1 : 0;
    return n;
}

/* So that a transaction is only started when there is something to write. */
static enum errcode
is_anything_due(struct cx *cx, bool *is_due_out)
{
    int64_t at = 0;
    enum errcode err = db_begin_read(cx); /* otherwise it would conflict with those that write the outbox */
    if (err == ERR_NONE)
        err = store_outbox_next(cx, &at);
    db_rollback(cx);
    *is_due_out = err == ERR_NONE && at != 0 && at <= clock_now();
    return err;
}

enum errcode
outbox_work(struct cx *cx, struct outbox *o)
{
    struct work w = {.o = o, .room = 0};
    bool has_ended = count(o, OUTBOX_ENDED) > 0, is_due = false;
    enum errcode err = ERR_NONE;
    o->is_urgent = false;
    o->looked_at = clock_mono();
    if (channel_is_free(&o->courier))
        w.room = HTTP_OUT_AT_ONCE - count(o, OUTBOX_UNDER_WAY);
    if (w.room > 0 && !has_ended)
        err = is_anything_due(cx, &is_due);
    if (err == ERR_NONE && (has_ended || is_due || !o->has_taken_over)) {
        err = run(cx, &w, work_within);
        if (err == ERR_NONE)
            adopt(cx, &w);
    }
    if (err != ERR_NONE && err != ERR_STORE_RACE)
        outbox_rest(o);
    o->is_urgent = o->is_urgent || w.has_more || err != ERR_NONE;
    return err;
}

static enum errcode
give_back(struct cx *cx, struct work *w)
{
    enum errcode err = settle_ended(cx, w);
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE && err == ERR_NONE; i++) {
        const struct outbox_entry *entry = &w->o->entries[i];
        bool moved = false;
        if (entry->state == OUTBOX_UNDER_WAY)
            err = move(cx, &entry->row, "waiting", cx->now, &moved);
    }
    return err;
}

enum errcode
outbox_leave(struct cx *cx, struct outbox *o)
{
    struct work w = {.o = o};
    if (count(o, OUTBOX_FREE) == HTTP_OUT_AT_ONCE)
        return ERR_NONE;
    enum errcode err = run(cx, &w, give_back);
    for (size_t i = 0; i < w.n_verdicts && err == ERR_NONE; i++)
        verdict_log(&w.verdicts[i]);
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE && err == ERR_NONE; i++)
        forget(&o->entries[i]);
    return err;
}
