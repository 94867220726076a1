/* SPDX-License-Identifier: Apache-2.0 */
/* verdict: see the header. */
#include "proc/verdict.h"

#include <inttypes.h>

#include "accounts/subscription.h"
#include "base/endpoint.h"
#include "log/log.h"
#include "metrics/metrics.h"

bool
verdict_is_web_push(const struct outbox_row *row)
{
    return str_eq(row->transport, STR_LIT("web-push"));
}

struct fate_of
verdict_fate_of(const struct outbox_row *row)
{
    return (struct fate_of){.is_web_push = verdict_is_web_push(row),
                            .is_alarm = row->alarm_id != 0,
                            .attempts = row->attempts,
                            .created_at = row->created_at,
                            .expires_at = row->expires_at};
}

/* No effect on a subscription that was replaced since. */
static enum errcode
note_subscription(struct cx *cx, const struct verdict *v)
{
    enum { NOT_FOUND = 404, GONE = 410 };
    const struct outbox_row *row = v->row;
    if (!verdict_is_web_push(row) || str_is_null(row->subscription.endpoint))
        return ERR_NONE;
    if (v->end.status == NOT_FOUND || v->end.status == GONE)
        return subscription_gone_within(cx, row->device_id, row->subscription.endpoint);
    if (v->end.result == HTTP_OUT_LATER && v->end.retry_after != 0)
        return store_subscription_rest(cx, row->device_id, row->subscription.endpoint,
                                       v->at + v->end.retry_after);
    return ERR_NONE;
}

enum errcode
verdict_write(struct cx *cx, struct verdict *v)
{
    static const char *const states[] = {
        [FATE_SENT] = "sent", [FATE_AGAIN] = "waiting", [FATE_FAILED] = "failed", [FATE_DROPPED] = "dropped"};
    const struct fate_of of = verdict_fate_of(v->row);
    struct outbox_move move = {.next_at = v->at};
    bool moved = false;
    v->fate = fate_decide(&of, &v->end, v->at, &move.next_at);
    move.state = states[v->fate];
    move.is_attempt = v->fate != FATE_DROPPED;
    enum errcode err = store_outbox_move(cx, v->row, &move, &moved);
    return err == ERR_NONE ? note_subscription(cx, v) : err;
}

/* The push services of the browsers (base/endpoint.c); any other host is the operator's. */
static int
service_of(const struct outbox_row *row, struct str host)
{
    static const struct {
        struct str end;
        int service;
    } services[] = {
        {STR("googleapis.com"), METRICS_SERVICE_GOOGLE},
        {STR("mozilla.com"), METRICS_SERVICE_MOZILLA},
        {STR("push.apple.com"), METRICS_SERVICE_APPLE},
        {STR("notify.windows.com"), METRICS_SERVICE_MICROSOFT},
    };
    if (row->alarm_id != 0)
        return str_eq(row->transport, STR_LIT(OUTBOX_MAIL)) ? METRICS_SERVICE_ALARM_MAIL
                                                            : METRICS_SERVICE_ALARM_HOOK;
    if (!verdict_is_web_push(row))
        return METRICS_SERVICE_WEBHOOK;
    for (size_t i = 0; i < ARRAY_LEN(services); i++)
        if (str_ends(host, services[i].end))
            return services[i].service;
    return METRICS_SERVICE_OTHER;
}

static void
count(const struct verdict *v, struct str host)
{
    static const int fates[] = {[FATE_SENT] = METRICS_FATE_SENT,
                                [FATE_AGAIN] = METRICS_FATE_AGAIN,
                                [FATE_FAILED] = METRICS_FATE_FAILED,
                                [FATE_DROPPED] = METRICS_FATE_DROPPED};
    metrics_add(METRIC_DELIVERIES, service_of(v->row, host), fates[v->fate], 1);
}

void
verdict_log(const struct verdict *v)
{
    struct endpoint at = {.port = 0};
    const struct outbox_row *row = v->row;
    bool is_final = v->fate != FATE_AGAIN;
    if (!str_is_null(row->subscription.endpoint))
        (void)endpoint_read(row->subscription.endpoint, &at);
    count(v, at.host);
    if (v->fate == FATE_SENT)
        return;
    if (row->alarm_id != 0)
        log_event(LOG_ALARM_FAILED,
                  "alarm=%" PRId64 " class=%.*s by=%.*s attempt=%" PRId64 " status=%ld error=\"%s\" final=%d",
                  row->alarm_id, STR_ARG(row->alarm.class), STR_ARG(row->transport), row->attempts + 1,
                  v->end.status, v->end.why, is_final);
    else if (verdict_is_web_push(row))
        log_event(LOG_WEB_PUSH_FAILED,
                  "id=%.*s device=%" PRId64 " service=\"%.*s\" attempt=%" PRId64
                  " status=%ld error=\"%s\" final=%d",
                  STR_ARG(row->public_id), row->device_id, STR_ARG(at.host), row->attempts + 1, v->end.status,
                  v->end.why, is_final);
    else
        log_event(LOG_WEBHOOK_FAILED, "id=%.*s attempt=%" PRId64 " status=%ld error=\"%s\" final=%d",
                  STR_ARG(row->public_id), row->attempts + 1, v->end.status, v->end.why, is_final);
}
