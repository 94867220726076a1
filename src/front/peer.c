/* SPDX-License-Identifier: Apache-2.0 */
/* peer: see peer.h. */
#include "front/peer.h"

#include "front/parts.h"
#include "log/log.h"

bool
peer_is_proxy(const struct peer *p)
{
    return p->from.is_unix || forwarded_is_proxy(&p->front->proxies, &p->from.address);
}

struct str
peer_name(const struct peer *p, struct arena *a)
{
    return p->from.is_unix ? STR_LIT("unix") : inet_format(a, &p->from.address);
}

void
peer_warn(struct peer *p, const char *why)
{
    struct front *f = p->front;

    if (!f->has_warned_of_refusal)
        log_event(LOG_PROXY_REFUSED, "proxy=%.*s reason=%s", STR_ARG(peer_name(p, &f->arena)), why);
    f->has_warned_of_refusal = true;
}

static int
class_of(unsigned status)
{
    static const int classes[] = {METRICS_STATUS_2XX, METRICS_STATUS_3XX, METRICS_STATUS_4XX,
                                  METRICS_STATUS_5XX};
    ASSERT(status >= 200 && status < 600);
    return classes[status / 100 - 2];
}

void
peer_respond(struct peer *p, const struct response *r)
{
    struct front *f = p->front;

    if (f->drain.is_on)
        p->to.keep_alive = false;
    pool_take(&f->pool, &p->out);
    const struct response_setting setting = {.to = &p->to,
                                             .date = date_now(&f->date, f->loop),
                                             .is_sandbox = f->is_sandbox,
                                             .request_id = mark_id(&p->mark),
                                             .hsts = p->is_secure ? f->hsts : STR_NULL};
    response_write(r, &setting, &p->out);
    if (!f->is_aside)
        metrics_count(METRIC_REQUESTS, class_of(r->status));
    mark_log(p, r->status, r->body.n);
}
