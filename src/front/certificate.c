/* SPDX-License-Identifier: Apache-2.0 */
/* certificate: see the header. */
#include "front/certificate.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/list.h"
#include "front/parts.h"
#include "log/log.h"
#include "metrics/metrics.h"

#define LOOK_EVERY CLOCK_HOUR

enum { LINES_MAX = 32 * 1024, HOST_MAX = 256 };

enum certificate_stage
certificate_stage(int64_t left)
{
    if (left <= 0)
        return CERTIFICATE_ENDED;
    if (left <= CLOCK_DAY)
        return CERTIFICATE_DAY;
    if (left <= 7 * CLOCK_DAY)
        return CERTIFICATE_WEEK;
    return left <= 21 * CLOCK_DAY ? CERTIFICATE_THREE_WEEKS : CERTIFICATE_GOOD;
}

static void
describe_end(const struct tls_certificate *c, int64_t now, struct buf *lines)
{
    int64_t left = c->not_after - now;
    struct arena a;
    arena_init(&a);
    struct str when = clock_text(&a, c->not_after);
    if (left <= 0)
        buf_addf(lines, "%s: ended at %.*s: clients refuse it; renew it\n", c->name, STR_ARG(when));
    else if (certificate_stage(left) != CERTIFICATE_GOOD)
        buf_addf(lines, "%s: ends in %" PRId64 " day%s, at %.*s: renew it\n", c->name, left / CLOCK_DAY,
                 left / CLOCK_DAY == 1 ? "" : "s", STR_ARG(when));
    arena_clear(&a);
}

/* https://HOST, https://HOST:PORT or https://[ADDRESS]:PORT, as checked by the configuration. */
static struct str
host_of(struct str url)
{
    size_t slashes = str_find_str(url, STR_LIT("://"));
    struct str rest = str_sub(url, slashes + 3, SIZE_MAX);
    if (str_starts(rest, STR_LIT("[")))
        return str_sub(rest, 1, str_find(rest, ']') - 1);
    return str_sub(rest, 0, str_find(rest, ':'));
}

static void
describe_name(const struct tls_context *tls, struct str public_url, struct buf *lines)
{
    char host[HOST_MAX];
    struct str name = host_of(public_url);
    if (name.n == 0 || name.n >= sizeof host)
        return;
    memcpy(host, name.p, name.n);
    host[name.n] = '\0';
    if (!tls_context_is_for(tls, host))
        buf_addf(lines, "tls.certificate: is not for %s, the host of server.public_url: clients refuse it\n",
                 host);
}

void
certificate_describe(const struct tls_context *tls, struct str public_url, int64_t now, struct buf *lines)
{
    for (size_t i = 0; i < tls_context_count(tls); i++) {
        const struct tls_certificate *c = tls_context_certificate(tls, i);
        if (c->not_before > now)
            buf_addf(lines, "%s: is not valid yet: clients refuse it\n", c->name);
        describe_end(c, now, lines);
    }
    describe_name(tls, public_url, lines);
}

void
certificate_list(const struct tls_context *tls, int64_t now, struct buf *lines)
{
    for (size_t i = 0; i < tls_context_count(tls); i++) {
        const struct tls_certificate *c = tls_context_certificate(tls, i);
        int64_t days = (c->not_after - now) / CLOCK_DAY;
        buf_addf(lines, "%s: for %s, by %s, %s, %" PRId64 " days left, its key matches\n", c->name, c->names,
                 c->issuer, c->key, days < 0 ? 0 : days);
    }
}

/* The worst of them. */
void
certificate_count(const struct tls_context *tls)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < tls_context_count(tls); i++) {
        int64_t end = tls_context_certificate(tls, i)->not_after;
        first = end < first ? end : first;
    }
    metrics_set(METRIC_CERTIFICATE_END, 0, first > 0 ? first : 1);
}

static enum certificate_stage
stage_of(const struct tls_context *tls, int64_t now)
{
    enum certificate_stage worst = CERTIFICATE_GOOD;
    for (size_t i = 0; i < tls_context_count(tls); i++) {
        enum certificate_stage stage = certificate_stage(tls_context_certificate(tls, i)->not_after - now);
        if (stage > worst)
            worst = stage;
    }
    return worst;
}

static void
warn(struct front *f, int64_t now)
{
    struct buf lines;
    struct arena a;
    buf_init(&lines, LINES_MAX);
    arena_init(&a);
    certificate_describe(f->tls, f->config->server_public_url, now, &lines);
    for (struct str rest = buf_view(&lines); !str_is_empty(rest);) {
        struct str line = str_cut(&rest, '\n');
        log_event(LOG_CERTIFICATE, "problem=%s", log_quote(&a, line));
    }
    f->certificate.stage = stage_of(f->tls, now);
    f->certificate.warned_at = now;
    arena_clear(&a);
    buf_clear(&lines);
}

static void
look(struct loop_timer *t)
{
    struct certificate_watch *w = LIST_ITEM(t, struct certificate_watch, look);
    struct front *f = LIST_ITEM(w, struct front, certificate);
    int64_t now = clock_now();
    enum certificate_stage stage = stage_of(f->tls, now);
    bool is_daily = stage == CERTIFICATE_ENDED && now - w->warned_at >= CLOCK_DAY;
    if (stage > w->stage || is_daily)
        warn(f, now);
    loop_timer_set(f->loop, t, clock_mono() + LOOK_EVERY);
}

static void
log_each(const struct tls_context *tls, int64_t now)
{
    for (size_t i = 0; i < tls_context_count(tls); i++) {
        const struct tls_certificate *c = tls_context_certificate(tls, i);
        log_event(LOG_CERTIFICATE_USED,
                  "certificate=\"%s\" names=\"%s\" issuer=\"%s\" key=\"%s\" days_left=%" PRId64, c->name,
                  c->names, c->issuer, c->key, (c->not_after - now) / CLOCK_DAY);
    }
}

void
certificate_watch(struct front *f)
{
    struct certificate_watch *w = &f->certificate;
    if (!w->is_on)
        loop_timer_init(&w->look, look);
    w->is_on = true;
    log_each(f->tls, clock_now());
    warn(f, clock_now());
    loop_timer_set(f->loop, &w->look, clock_mono() + LOOK_EVERY);
}
