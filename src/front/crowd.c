/* SPDX-License-Identifier: Apache-2.0 */
/* crowd: see the header. */
#include "front/crowd.h"

#include "base/clock.h"
#include "front/parts.h"
#include "front/redirect.h"
#include "front/throttle.h"
#include "log/log.h"
#include "metrics/metrics.h"

/* The limit was reached: logged at most once a minute, with the consequences since. */
void
crowd_warn(struct front *f)
{
    int64_t now = loop_now(f->loop);
    if (f->full_warned != 0 && now - f->full_warned < CLOCK_MINUTE)
        return;
    f->full_warned = now;
    log_event(LOG_CONNECTIONS_FULL, "connections=%zu gave_way=%zu turned_away=%zu", f->n_connections,
              f->gave_way, f->turned_away);
    f->gave_way = f->turned_away = 0;
}

struct throttle_source *
crowd_count(struct front *f, const struct inet_addr *from, bool is_proxy)
{
    size_t most = (size_t)f->config->limits_connections_per_source;
    if (f->is_redirect && most > REDIRECT_PER_SOURCE)
        most = REDIRECT_PER_SOURCE;
    if (is_proxy)
        most = SIZE_MAX;
    struct throttle_source *source = throttle_connect(&f->throttle, from, most);
    f->turned_away += source == NULL;
    if (source == NULL) {
        metrics_count(METRIC_THROTTLED, METRICS_CAUSE_CONNECTIONS_SOURCE);
        crowd_warn(f);
    }
    return source;
}
