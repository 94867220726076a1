/* SPDX-License-Identifier: Apache-2.0 */
/* top: see the header. */
#include "report/top.h"

#include <stdbool.h>

#include "base/clock.h"

static const struct str signins = STR("signins_total"), granted = STR("result=\"OK\""),
                        failed = STR("result=\"UnknownError\""), approved = STR("decision=\"approved\"");

/* Two looks, of one run of the server or of two. */
struct looks {
    const struct live *before, *now;
    bool is_same;
};

static int64_t
since(const struct looks *l, struct str name, struct str labels)
{
    const int64_t from = l->is_same ? live_value(l->before, name, labels) : 0;
    const int64_t to = live_value(l->now, name, labels);
    return to >= from ? to - from : to;
}

/* Keeps the most frequent ones, in order. */
static void
add_cause(struct top *t, struct str result, int64_t n)
{
    size_t at = t->n_causes;
    while (at > 0 && t->causes[at - 1].n < n)
        at--;
    if (at == TOP_CAUSES)
        return;
    if (t->n_causes < TOP_CAUSES)
        t->n_causes++;
    for (size_t i = t->n_causes - 1; i > at; i--)
        t->causes[i] = t->causes[i - 1];
    t->causes[at] = (struct top_cause){result, n};
}

static void
find_causes(const struct looks *l, struct top *t)
{
    for (size_t i = 0; i < l->now->n; i++) {
        const struct live_sample *s = &l->now->samples[i];
        if (!str_eq(s->name, signins) || str_eq(s->labels, granted) || str_eq(s->labels, failed))
            continue;
        struct str rest = s->labels;
        (void)str_cut(&rest, '"');
        const int64_t n = since(l, signins, s->labels);
        if (n > 0)
            add_cause(t, str_cut(&rest, '"'), n);
        t->refused += n;
    }
}

void
top_between(const struct live *before, const struct live *now, struct top *out)
{
    static const struct str started = STR("start_time_seconds");
    const bool is_same = live_value(before, started, STR_NULL) == live_value(now, started, STR_NULL);
    const struct looks l = {before, now, is_same};
    const int64_t time = since(&l, STR_LIT("approval_seconds_sum"), approved);
    *out = (struct top){
        .granted = since(&l, signins, granted),
        .failed = since(&l, signins, failed),
        .approvals = since(&l, STR_LIT("approval_seconds_count"), approved),
        .approval_ms = -1,
        .requests = since(&l, STR_LIT("requests_total"), STR_NULL),
        .turned_away = since(&l, STR_LIT("throttled_total"), STR_NULL),
        .waiting = live_value(now, STR_LIT("parked_checks"), STR_NULL),
        .queued_fast = live_value(now, STR_LIT("queued_calls"), STR_LIT("lane=\"fast\"")),
        .queued_slow = live_value(now, STR_LIT("queued_calls"), STR_LIT("lane=\"slow\"")),
        .connections = live_value(now, STR_LIT("connections"), STR_NULL),
    };
    if (out->approvals > 0)
        out->approval_ms = time / out->approvals / CLOCK_MS;
    find_causes(&l, out);
}
