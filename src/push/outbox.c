/* outbox: see the header. */
#include "push/outbox.h"

#include <inttypes.h>
#include <stdio.h>

#include "log/log.h"
#include "push/webhook.h"
#include "store/db.h"

static bool
is_web_push(const struct outbox_row *row)
{
    return str_eq(row->transport, STR_LIT("web-push"));
}

static int64_t
last_of(const struct outbox_row *row)
{
    return row->expires_at - OUTBOX_LAST;
}

static int64_t
pause_of(const struct outbox_row *row)
{
    int64_t pause = OUTBOX_PAUSE_FIRST;
    for (int64_t i = 0; i < row->attempts && pause < OUTBOX_PAUSE_MOST; i++)
        pause *= 2;
    return pause < OUTBOX_PAUSE_MOST ? pause : OUTBOX_PAUSE_MOST;
}

/* A webhook that cannot be reached has no other way to the phone, and fails its challenge; a push service
 * that asks for more patience than there is time, or has no time at all, leaves a phone that may ask by
 * itself. */
static enum outbox_fate
decide_later(const struct outbox_row *row, int64_t retry_after, int64_t now, int64_t *next_out)
{
    int64_t last = last_of(row), next = now + pause_of(row);
    bool is_push = is_web_push(row);
    if (now >= last)
        return is_push ? OUTBOX_DROPPED : OUTBOX_FAILED;
    if (is_push && now + retry_after > last)
        return OUTBOX_DROPPED;
    if (is_push && now + retry_after > next)
        next = now + retry_after;
    *next_out = next < last ? next : last;
    return OUTBOX_AGAIN;
}

enum outbox_fate
outbox_decide(const struct outbox_row *row, const struct http_out_post *post, int64_t now, int64_t *next_out)
{
    int64_t last = last_of(row), grace = row->created_at + OUTBOX_GRACE;
    *next_out = now;
    if (post->result == HTTP_OUT_SENT)
        return OUTBOX_SENT;
    if (post->result == HTTP_OUT_CANCELLED)
        return OUTBOX_AGAIN;
    if (post->result == HTTP_OUT_LATER)
        return decide_later(row, post->retry_after, now, next_out);
    *next_out = grace < last ? grace : last;
    return now >= *next_out ? OUTBOX_FAILED : OUTBOX_AGAIN;
}

/* What an attempt writes. */
struct outcome {
    const char *state;   /* NULL: waits, until */
    int64_t next_at;     /* then */
    bool is_gone;        /* the push service knows the subscription no more */
    int64_t rests_until; /* the push service wants to be left alone; 0: it does not say */
};

/* Its host, which is all that is kept of where it was. */
static struct str
service_of(const struct outbox_row *row)
{
    struct endpoint e = {.port = 0};
    return endpoint_read(row->push.endpoint, &e) ? e.host : STR_LIT("");
}

static enum errcode
write_within(struct cx *cx, const struct outbox_row *row, const struct outcome *o)
{
    bool changed = false;
    enum errcode e = o->state == NULL ? store_outbox_delay(cx, row->id, o->next_at)
                                      : store_outbox_end(cx, row->id, str_from_cstr(o->state));
    if (e == ERR_NONE && o->is_gone)
        e = store_push_remove(cx, row->device_id, row->push.endpoint, &changed);
    if (e == ERR_NONE && changed)
        e = store_push_ended_put(cx, row->device_id, service_of(row));
    if (e == ERR_NONE && o->rests_until != 0)
        e = store_push_rest(cx, row->device_id, row->push.endpoint, o->rests_until);
    return e;
}

/* One row's new state, in a transaction of its own: a crash repeats a notification rather than lose one. */
static enum errcode
write_row(struct cx *cx, const struct outbox_row *row, const struct outcome *o)
{
    enum errcode e = db_begin(cx);
    if (e != ERR_NONE)
        return e;
    e = write_within(cx, row, o);
    return db_end(cx, e);
}

/* Nothing of a subscription but its service's host is logged. */
static void
log_failure(const struct outbox_row *row, const struct http_out_post *post, bool is_final)
{
    struct endpoint e = {.port = 0};
    if (is_web_push(row) && !str_is_null(row->push.endpoint))
        (void)endpoint_read(row->push.endpoint, &e);
    if (is_web_push(row))
        log_event(LOG_WEB_PUSH_FAILED,
                  "id=%.*s device=%" PRId64 " service=\"%.*s\" attempt=%" PRId64
                  " status=%ld error=\"%s\" final=%d",
                  STR_ARG(row->public_id), row->device_id, STR_ARG(e.host), row->attempts + 1, post->status,
                  post->why, is_final);
    else
        log_event(LOG_WEBHOOK_FAILED, "id=%.*s attempt=%" PRId64 " status=%ld error=\"%s\" final=%d",
                  STR_ARG(row->public_id), row->attempts + 1, post->status, post->why, is_final);
}

static enum errcode
settle(struct cx *cx, const struct outbox_row *row, const struct http_out_post *post)
{
    static const char *const states[] = {
        [OUTBOX_SENT] = "sent", [OUTBOX_FAILED] = "failed", [OUTBOX_DROPPED] = "dropped"};
    if (post->result == HTTP_OUT_CANCELLED)
        return ERR_NONE; /* as if it had not been tried */
    struct outcome o = {.state = NULL};
    int64_t now = clock_now();
    enum outbox_fate fate = outbox_decide(row, post, now, &o.next_at);
    o.state = fate == OUTBOX_AGAIN ? NULL : states[fate];
    if (is_web_push(row)) {
        o.is_gone = post->status == 404 || post->status == 410;
        if (post->result == HTTP_OUT_LATER && post->retry_after != 0)
            o.rests_until = now + post->retry_after;
    }
    enum errcode e = write_row(cx, row, &o);
    if (fate != OUTBOX_SENT)
        log_failure(row, post, fate != OUTBOX_AGAIN);
    return e;
}

/* What a subscription's row becomes without an attempt. */
static enum errcode
refuse(struct cx *cx, const struct outbox_row *row, const char *why)
{
    struct http_out_post none = {.result = HTTP_OUT_REFUSED};
    (void)snprintf(none.why, sizeof(none.why), "%s", why);
    return settle(cx, row, &none);
}

/* *is_ready_out: post is to be sent; else the row is done with for now. */
static enum errcode
prepare_push(const struct outbox *o, struct cx *cx, const struct outbox_row *row, struct http_out_post *post,
             bool *is_ready_out)
{
    const bool is_notice = row->notice_id != 0;
    const struct web_push_note note = {.id = row->public_id,
                                       .expires_at =
                                           is_notice ? cx->now + OUTBOX_NOTICE_KEPT : row->expires_at,
                                       .is_notice = is_notice};
    const int64_t rests_until = row->push.rests_until;
    if (o->push == NULL)
        return write_row(cx, row, &(struct outcome){.state = "dropped"});
    if (str_is_null(row->push.endpoint))
        return refuse(cx, row, "not subscribed");
    if (rests_until > last_of(row))
        return write_row(cx, row, &(struct outcome){.state = "dropped"});
    if (rests_until > cx->now)
        return write_row(cx, row, &(struct outcome){.next_at = rests_until});
    enum errcode e = web_push_write(cx, o->push, &row->push, &note, post);
    if (e == ERR_POLICY || e == ERR_CRYPTO) {
        err_forget(cx);
        return refuse(cx, row, e == ERR_POLICY ? "the push service is not admitted" : "bad key");
    }
    *is_ready_out = e == ERR_NONE;
    return e;
}

static enum errcode
prepare(const struct outbox *o, struct cx *cx, const struct outbox_row *row, struct http_out_post *post,
        bool *is_ready_out)
{
    *is_ready_out = false;
    *post = (struct http_out_post){.url = o->url};
    bool is_over = !row->is_pending || row->expires_at <= cx->now;
    if (!is_over && is_web_push(row))
        return prepare_push(o, cx, row, post, is_ready_out);
    if (is_over || o->url == NULL)
        return write_row(cx, row, &(struct outcome){.state = "dropped"});
    webhook_write(cx, o->key, row->public_id, post);
    *is_ready_out = true;
    return ERR_NONE;
}

enum errcode
outbox_round(struct outbox *o, struct cx *cx, size_t *n_out)
{
    struct outbox_row *rows = NULL;
    struct http_out_post posts[HTTP_OUT_AT_ONCE];
    const struct outbox_row *of[HTTP_OUT_AT_ONCE];
    size_t n = 0;
    *n_out = 0;
    enum errcode e = store_outbox_due(cx, cx->now, HTTP_OUT_AT_ONCE, &rows, n_out);
    for (size_t i = 0; e == ERR_NONE && i < *n_out; i++) {
        bool is_ready = false;
        e = prepare(o, cx, &rows[i], &posts[n], &is_ready);
        if (is_ready)
            of[n++] = &rows[i];
    }
    if (e != ERR_NONE || n == 0)
        return e;
    http_out_run(o->http, posts, n, o->interrupt);
    for (size_t i = 0; e == ERR_NONE && i < n; i++)
        e = settle(cx, of[i], &posts[i]);
    return e;
}
