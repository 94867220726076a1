/* outbox: see the header. */
#include "push/outbox.h"

#include <inttypes.h>

#include "log/log.h"
#include "push/webhook.h"
#include "store/db.h"

enum outbox_fate
outbox_decide(const struct outbox_row *row, enum http_out_result result, int64_t now, int64_t *next_out)
{
    *next_out = now;
    if (result == HTTP_OUT_SENT)
        return OUTBOX_SENT;
    if (result == HTTP_OUT_CANCELLED)
        return OUTBOX_AGAIN;
    int64_t pause = OUTBOX_PAUSE_FIRST, last = row->expires_at - OUTBOX_LAST;
    for (int64_t i = 0; i < row->attempts && pause < OUTBOX_PAUSE_MOST; i++)
        pause *= 2;
    int64_t next = now + (pause < OUTBOX_PAUSE_MOST ? pause : OUTBOX_PAUSE_MOST);
    bool is_final = now >= last;
    if (result == HTTP_OUT_REFUSED) {
        is_final = is_final || now >= row->created_at + OUTBOX_GRACE;
        next = row->created_at + OUTBOX_GRACE;
    }
    *next_out = next < last ? next : last;
    return is_final ? OUTBOX_FAILED : OUTBOX_AGAIN;
}

/* One row's new state, in a transaction of its own: a crash repeats a notification rather than lose one. */
static enum errcode
write_row(struct cx *cx, const struct outbox_row *row, const char *state, int64_t next_at)
{
    enum errcode e = db_begin(cx);
    if (e != ERR_NONE)
        return e;
    e = state == NULL ? store_outbox_delay(cx, row->id, next_at)
                      : store_outbox_end(cx, row->id, str_from_cstr(state));
    if (e == ERR_NONE)
        return db_commit(cx);
    db_rollback(cx);
    return e;
}

static enum errcode
settle(struct cx *cx, const struct outbox_row *row, const struct http_out_post *post)
{
    if (post->result == HTTP_OUT_CANCELLED)
        return ERR_NONE; /* as if it had not been tried */
    int64_t next = 0;
    enum outbox_fate fate = outbox_decide(row, post->result, clock_now(), &next);
    if (fate == OUTBOX_SENT)
        return write_row(cx, row, "sent", 0);
    log_warning("webhook.failed", "id=%.*s attempt=%" PRId64 " status=%ld error=\"%s\" final=%d",
                STR_ARG(row->public_id), row->attempts + 1, post->status, post->why, fate == OUTBOX_FAILED);
    if (fate == OUTBOX_AGAIN)
        return write_row(cx, row, NULL, next);
    return write_row(cx, row, "failed", 0);
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
        if (!rows[i].is_pending || rows[i].expires_at <= cx->now) {
            e = write_row(cx, &rows[i], "dropped", 0);
            continue;
        }
        posts[n] = (struct http_out_post){.url = o->url};
        webhook_write(cx, o->key, rows[i].public_id, &posts[n]);
        of[n++] = &rows[i];
    }
    if (e != ERR_NONE || n == 0)
        return e;
    http_out_run(o->http, posts, n, o->interrupt);
    for (size_t i = 0; e == ERR_NONE && i < n; i++)
        e = settle(cx, of[i], &posts[i]);
    return e;
}
