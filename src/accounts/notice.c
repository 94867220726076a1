/* SPDX-License-Identifier: Apache-2.0 */
/* notice: see notice.h. */
#include "accounts/notice.h"

#include "accounts/sweep.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/rand.h"
#include "keys/env.h"
#include "store/store_outbox.h"
#include "store/store_subscription.h"

#define NOTICE_KEPT (90 * CLOCK_DAY)
#define NOTICE_RINGS (10 * CLOCK_MINUTE) /* how long a push service that is down is retried */

enum { ID_BYTES = 16 };

const char *
notice_kind_name(enum notice_kind kind)
{
    static const char *const names[NOTICE_COUNT_] = {
#define NOTICE(kind, name, doc) name,
#include "accounts/notice.def"
    };
    ASSERT(kind < NOTICE_COUNT_);
    return names[kind];
}

/* Subscribed phones are also notified: with the opaque id, as for a challenge. */
static enum errcode
ring(struct cx *cx, int64_t notice_id, int64_t device_id)
{
    int64_t rung = 0;
    enum errcode err = store_outbox_rings(cx, device_id, &rung);
    if (err != ERR_NONE || rung >= NOTICES_RUNG)
        return err;
    const struct outbox_row row = {.id = rand_id(),
                                   .notice_id = notice_id,
                                   .device_id = device_id,
                                   .transport = STR_LIT("web-push"),
                                   .next_at = cx->now,
                                   .created_at = cx->now,
                                   .expires_at = cx->now + NOTICE_RINGS};
    return store_outbox_insert(cx, &row);
}

/* It gets another id than those that it stands for: what the phone has shown of them does not count as
 * shown for it. */
static enum errcode
tell_device(struct cx *cx, int64_t device_id, enum notice_kind kind, struct str subject, int64_t *id_out)
{
    unsigned char id[ID_BYTES];
    rand_word(id, sizeof id);
    const struct notice notice = {
        .id = rand_id(),
        .public_id = codec_base64url(&cx->arena, id, sizeof id),
        .kind = str_from_cstr(notice_kind_name(kind)),
        .subject = str_is_null(subject) ? STR_LIT("") : subject,
        .times = 1,
        .since = cx->now,
        .created_at = cx->now,
    };
    *id_out = notice.id;
    enum errcode err = store_notice_insert(cx, device_id, &notice);
    if (err == ERR_NONE)
        err = store_notice_join(cx, device_id, &notice);
    return err != ERR_NONE ? err : store_notice_fold(cx, device_id, &notice, NOTICES_OF_A_KIND);
}

enum errcode
notice_tell(struct cx *cx, int64_t technician_id, enum notice_kind kind, struct str subject)
{
    struct device *devices = NULL;
    int64_t *subscribed = NULL;
    size_t n = 0, n_subscribed = 0;
    enum errcode err = store_device_list(cx, technician_id, false, &devices, &n);
    if (err == ERR_NONE && cx->env->has_web_push)
        err = store_subscription_devices(cx, technician_id, &subscribed, &n_subscribed);
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        int64_t id = 0;
        if (devices[i].state != DEVICE_ACTIVE || devices[i].id == cx->device)
            continue;
        err = tell_device(cx, devices[i].id, kind, subject, &id);
        for (size_t k = 0; k < n_subscribed && err == ERR_NONE; k++)
            if (subscribed[k] == devices[i].id)
                err = ring(cx, id, devices[i].id);
    }
    return err;
}

enum errcode
notice_list(struct cx *cx, const struct device *d, struct notice **notices_out, size_t *n_out)
{
    return store_notice_list(cx, d->id, NOTICES_LISTED, notices_out, n_out);
}

enum errcode
notice_shown(struct cx *cx, const struct device *d, struct str public_id)
{
    return str_is_empty(public_id) ? ERR_NONE : store_notice_remove(cx, d->id, public_id);
}

enum errcode
notice_sweep(struct cx *cx, int64_t limit, bool *more_out)
{
    return sweep_old(cx, store_notice_sweep, NOTICE_KEPT, limit, more_out);
}
