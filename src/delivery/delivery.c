/* SPDX-License-Identifier: Apache-2.0 */
/* delivery: see the header. */
#include "delivery/delivery.h"

#include <stdio.h>

#include "base/list.h"
#include "base/secret.h"
#include "delivery/letter.h"
#include "delivery/mail.h"
#include "delivery/webhook.h"

void
delivery_init(struct delivery *d)
{
    *d = (struct delivery){.http = NULL};
    arena_init(&d->arena);
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
        cx_init(&d->jobs[i].cx);
}

void
delivery_clear(struct delivery *d)
{
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
        cx_clear(&d->jobs[i].cx);
    vapid_clear(&d->push.vapid);
    arena_clear(&d->arena);
}

static struct delivery_job *
find_free(struct delivery *d)
{
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
        if (!d->jobs[i].is_busy)
            return &d->jobs[i];
    return NULL;
}

bool
delivery_has_room(const struct delivery *d)
{
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
        if (!d->jobs[i].is_busy)
            return true;
    return false;
}

/* A restarted worker sends it again. */
static enum errcode
take_key(struct delivery *d, struct frame *f)
{
    struct secret scalar;
    unsigned char point[P256_POINT];
    enum errcode err = letter_get_key(f, &scalar, point);
    if (err == ERR_NONE && str_is_empty(d->contact))
        err = ERR_PROTOCOL;
    if (err == ERR_NONE) {
        vapid_clear(&d->push.vapid);
        arena_reset(&d->arena);
        vapid_init(&d->push.vapid, &d->arena, &scalar, point, d->contact);
    }
    secret_clear(&scalar);
    return err;
}

/* Without a post: it cannot be delivered. */
static void
refuse(struct delivery_job *job, const char *why)
{
    job->is_refused = true;
    job->post.end = (struct http_out_end){.result = HTTP_OUT_REFUSED};
    (void)snprintf(job->post.end.why, sizeof job->post.end.why, "%s", why);
}

static bool
is_configured(const struct delivery *d, enum letter_kind kind)
{
    if (letter_is_web_push(kind))
        return d->push.vapid.key != NULL;
    if (kind == LETTER_WEBHOOK)
        return d->url != NULL;
    return kind == LETTER_ALARM ? d->alarm_url != NULL : d->relay != NULL;
}

static enum errcode
write_post(const struct delivery *d, struct delivery_job *job, const struct letter *letter)
{
    struct cx *cx = &job->cx;
    if (!is_configured(d, letter->kind))
        return ERR_PROTOCOL;
    job->post = (struct http_out_post){.url = d->url};
    if (letter_is_web_push(letter->kind))
        return web_push_write(cx, &d->push, letter, &job->post);
    if (letter->kind == LETTER_WEBHOOK) {
        webhook_write(cx, d->key, letter->id, &job->post);
        return ERR_NONE;
    }
    job->post.timeout = d->alarm_time;
    if (letter->kind == LETTER_MAIL) {
        job->post.url = d->relay;
        job->post.mail = &d->mail;
        mail_write(cx, &d->mail, letter, &job->post);
    } else {
        job->post.url = d->alarm_url;
        webhook_write_alarm(cx, d->alarm_key, letter, &job->post);
    }
    return ERR_NONE;
}

static enum errcode
take_post(struct delivery *d, struct frame *f)
{
    struct letter letter;
    struct delivery_job *job = find_free(d);
    enum errcode err = letter_get(f, &letter);
    if (err != ERR_NONE || job == NULL)
        return ERR_PROTOCOL;
    cx_begin(&job->cx);
    err = write_post(d, job, &letter);
    if (err != ERR_NONE && err != ERR_POLICY && err != ERR_CRYPTO)
        return err;
    job->id = f->id;
    job->is_busy = job->is_awaited = true;
    if (err == ERR_NONE)
        http_out_begin(d->http, &job->post);
    else
        refuse(job, err == ERR_POLICY ? "the push service is not admitted" : "bad key");
    return ERR_NONE;
}

enum errcode
delivery_take(struct delivery *d, struct frame *f)
{
    if (f->type == LETTER_KEY)
        return take_key(d, f);
    return f->type == LETTER_POST ? take_post(d, f) : ERR_PROTOCOL;
}

static void
finish(struct delivery_job *job, struct buf *out)
{
    if (job->is_awaited)
        letter_end_put(out, job->id, &job->post.end);
    cx_begin(&job->cx);
    job->is_busy = job->is_refused = false;
}

void
delivery_collect(struct delivery *d, struct buf *out)
{
    for (struct http_out_post *post = NULL; (post = http_out_take(d->http)) != NULL;)
        finish(LIST_ITEM(post, struct delivery_job, post), out);
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
        if (d->jobs[i].is_refused)
            finish(&d->jobs[i], out);
}

void
delivery_disown(struct delivery *d)
{
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
        d->jobs[i].is_awaited = false;
}
