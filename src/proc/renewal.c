/* SPDX-License-Identifier: Apache-2.0 */
/* renewal: see the header. */
#include "proc/renewal.h"

#include "base/clock.h"
#include "base/list.h"
#include "proc/supervisor.h"

#define SETTLE (2 * CLOCK_S) /* a program that replaces both files is done by then */

static bool
is_same(const struct buf *a, const struct buf *b)
{
    return str_eq(buf_view(a), buf_view(b));
}

/* Changed files must have been left alone from one look to the next. */
static void
due(struct loop_timer *t)
{
    struct renewal *r = LIST_ITEM(t, struct renewal, timer);
    struct supervisor *s = LIST_ITEM(r, struct supervisor, renewal);
    int64_t every = s->source.config.tls_watch;
    if (s->phase != PHASE_SERVING || every == 0)
        return;
    struct buf now;
    buf_init(&now, CERTIFICATES_STAMP_MAX);
    cx_begin(&s->cx);
    certificates_stamp(&s->cx, &s->source.config, &now);
    bool is_new = !is_same(&now, &r->known), is_settled = is_same(&now, &r->seen);
    buf_reset(&r->seen);
    buf_add_str(&r->seen, buf_view(&now));
    buf_clear(&now);
    bool is_due = is_new && is_settled && r->reload(s);
    loop_timer_set(s->loop, t, clock_mono() + (is_new && !is_due && every > SETTLE ? SETTLE : every));
}

void
renewal_init(struct supervisor *s, bool (*reload)(struct supervisor *s))
{
    s->renewal.reload = reload;
    loop_timer_init(&s->renewal.timer, due);
    buf_init(&s->renewal.known, CERTIFICATES_STAMP_MAX);
    buf_init(&s->renewal.seen, CERTIFICATES_STAMP_MAX);
}

void
renewal_clear(struct supervisor *s)
{
    loop_timer_stop(s->loop, &s->renewal.timer);
    buf_clear(&s->renewal.known);
    buf_clear(&s->renewal.seen);
}

void
renewal_begin(struct supervisor *s)
{
    loop_timer_stop(s->loop, &s->renewal.timer);
    if (s->source.config.tls_watch > 0)
        loop_timer_set(s->loop, &s->renewal.timer, clock_mono() + s->source.config.tls_watch);
}

void
renewal_note(struct supervisor *s)
{
    certificates_stamp(&s->cx, &s->source.config, &s->renewal.known);
}
