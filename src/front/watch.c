/* SPDX-License-Identifier: Apache-2.0 */
/* watch: see watch.h. */
#include "front/watch.h"

#include "base/clock.h"
#include "front/parts.h"
#include "front/peer.h"
#include "metrics/metrics_read.h"
#include "pages/response.h"

/* Worker 0 looks once a second; a transaction of another may keep it waiting for some of these. */
#define WATCH_STORE_FRESH (10 * CLOCK_S)

/* The media types of the two formats. */
#define OPENMETRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define PROMETHEUS "text/plain; version=0.0.4; charset=utf-8"

static uint64_t
value(const struct front *f, enum metric m, int a)
{
    return metrics_value_of(&f->metrics, m, a, 0);
}

static bool
has_store(const struct front *f)
{
    uint64_t answered = value(f, METRIC_STORE_ANSWERED_MONO, 0);
    return answered != 0 && clock_mono() - (int64_t)answered < WATCH_STORE_FRESH;
}

bool
watch_is_ready(const struct front *f)
{
    if (f->drain.is_on || (!f->is_watch && backend_alive(&f->backend) == 0))
        return false;
    return f->metrics.page == NULL || (value(f, METRIC_DRAINING, 0) == 0 && has_store(f));
}

static bool
is_alive(const struct front *f)
{
    return value(f, METRIC_PROCESSES, METRICS_PROCESS_FRONT) > 0 &&
           value(f, METRIC_PROCESSES, METRICS_PROCESS_WORKER) > 0;
}

static void
say(bool is_good, struct str good, struct str bad, struct response *r)
{
    r->status = is_good ? 200 : 503;
    r->retry_after = is_good ? 0 : 1;
    r->body = is_good ? good : bad;
}

/* For a person; a program reads the status. */
static struct str
why_not_ready(const struct front *f)
{
    return value(f, METRIC_DRAINING, 0) != 0 ? STR_LIT("draining\n") : STR_LIT("the store does not answer\n");
}

static bool
wants_openmetrics(struct front *f)
{
    struct str accept = http_header_joined(&f->request, HTTP_NAME_ACCEPT, &f->arena);
    return str_find_str(accept, STR_LIT("application/openmetrics-text")) < accept.n;
}

static void
metrics(struct front *f, struct response *r)
{
    bool is_open = wants_openmetrics(f);
    metrics_write(&f->metrics, is_open ? METRICS_OPENMETRICS : METRICS_PROMETHEUS, &f->body);
    r->status = 200;
    r->content_type = is_open ? STR_LIT(OPENMETRICS) : STR_LIT(PROMETHEUS);
    r->body = buf_view(&f->body);
}

void
watch_respond(struct peer *p)
{
    struct front *f = p->front;
    struct str path = f->request.path;
    struct response r = {.cache_control = STR("no-store"), .content_type = STR("text/plain; charset=utf-8")};

    buf_reset(&f->body);
    if (f->request.method != HTTP_GET && f->request.method != HTTP_HEAD_METHOD) {
        r.status = 405;
        r.allow = STR_LIT("GET, HEAD");
        r.body = STR_LIT("method not allowed\n");
    } else if (str_eq(path, STR_LIT("/metrics"))) {
        metrics(f, &r);
    } else if (str_eq(path, STR_LIT("/healthz"))) {
        say(is_alive(f), STR_LIT("ok\n"), STR_LIT("no front or no worker\n"), &r);
    } else if (str_eq(path, STR_LIT("/readyz"))) {
        say(watch_is_ready(f), STR_LIT("ready\n"), why_not_ready(f), &r);
    } else {
        r.status = 404;
        r.body = STR_LIT("/metrics, /healthz, /readyz\n");
    }
    peer_respond(p, &r);
    buf_reset(&f->body);
}
