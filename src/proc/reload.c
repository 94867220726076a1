/* SPDX-License-Identifier: Apache-2.0 */
/* reload: see the header. */
#include "proc/reload.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/list.h"
#include "log/log.h"
#include "proc/notify.h"
#include "proc/receipt.h"
#include "proc/report.h"
#include "proc/supervisor.h"

enum { MESSAGES_MAX = 64 * 1024 };

static void
close_open(struct reload *r)
{
    rehearsal_clear(&r->rehearsal);
    source_fresh_clear(&r->fresh);
    r->is_open = false;
}

/* The manager is notified in any case: the protocol has no other way to end RELOADING=1. problems: NULL if
 * there were none. */
static void
finish(struct supervisor *s, const struct buf *problems)
{
    if (s->reload.is_of_certificates) {
        close_open(&s->reload);
        if (s->reload.waits)
            reload_begin(s);
        return;
    }
    receipt_write(&s->cx, ++s->reload.count, problems);
    close_open(&s->reload);
    notify_manager(problems == NULL ? "READY=1\nSTATUS=serving"
                                    : "READY=1\nSTATUS=serving; the last reload was refused, see the log");
    if (s->reload.waits)
        reload_begin(s);
}

static void
refuse(struct supervisor *s, const struct buf *problems)
{
    report_lines(s->reload.is_of_certificates ? LOG_CERTIFICATES_REFUSED : LOG_RELOAD_REFUSED, problems);
    finish(s, problems);
}

static void
take_tls(struct supervisor *s, struct certificates *fresh)
{
    if (fresh->n == 0)
        return;
    certificates_close(&s->tls);
    certificates_move(&s->tls, fresh);
}

static void
give_certificates(struct supervisor *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->members[i].kind == MEMBER_FRONT)
            member_give_tls(&s->members[i]);
}

/* Sends the newest configuration and TLS files to the children. */
static void
take(struct supervisor *s)
{
    if (s->reload.is_of_certificates) {
        take_tls(s, &s->reload.fresh.tls);
        give_certificates(s);
        log_event(LOG_CERTIFICATES_RENEWED, "certificates=%zu", s->tls.n);
        finish(s, NULL);
        return;
    }
    struct buf needs_restart;
    buf_init(&needs_restart, MESSAGES_MAX);
    cx_begin(&s->cx);
    source_take(&s->source, &s->reload.fresh, &needs_restart);
    take_tls(s, &s->reload.fresh.tls);
    log_set_level((enum log_level)s->source.config.log_level);
    for (size_t i = 0; i < s->n; i++)
        member_give_config(&s->members[i]);
    give_certificates(s);
    renewal_begin(s);
    log_event(LOG_RELOAD, "needs_restart=%s", log_quote(&s->cx.arena, buf_view(&needs_restart)));
    buf_clear(&needs_restart);
    finish(s, NULL);
}

static void
rehearsed(struct rehearsal *r)
{
    struct reload *reload = LIST_ITEM(r, struct reload, rehearsal);
    struct supervisor *s = LIST_ITEM(reload, struct supervisor, reload);
    if (r->problems.len == 0)
        take(s);
    else
        refuse(s, &r->problems);
}

/* Has a front prove the pair. False: that is impossible, and messages has the reason. */
static bool
rehearse(struct supervisor *s, struct buf *messages)
{
    const struct source *source = &s->source;
    const struct buf *text = s->reload.is_of_certificates ? source_newest(source) : &s->reload.fresh.text;
    const struct rehearsal_part part = {.path = s->options->front,
                                        .name = "countersign-front",
                                        .text = text,
                                        .tls = &s->reload.fresh.tls,
                                        .user = &s->user};
    if (rehearsal_begin(&s->cx, &s->reload.rehearsal, s->loop, &part, rehearsed) == ERR_NONE)
        return true;
    buf_addf(messages, "%s\n", s->cx.detail);
    return false;
}

void
reload_begin(struct supervisor *s)
{
    struct reload *r = &s->reload;
    r->waits = r->is_open;
    if (r->is_open)
        return;
    r->is_open = true;
    r->is_of_certificates = false;
    cx_begin(&s->cx);
    renewal_note(s);
    struct str state = arena_printf(&s->cx.arena, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_mono());
    notify_manager(state.p);
    struct buf messages;
    buf_init(&messages, MESSAGES_MAX);
    bool is_good = source_read(&s->cx, &s->source, &r->fresh, &messages) == ERR_NONE;
    bool has_pair = is_good && r->fresh.tls.n > 0;
    if (has_pair)
        is_good = rehearse(s, &messages);
    if (!is_good)
        refuse(s, &messages);
    else if (!has_pair)
        take(s);
    buf_clear(&messages);
}

bool
reload_certificates(struct supervisor *s)
{
    struct reload *r = &s->reload;
    if (r->is_open)
        return false;
    r->is_open = r->is_of_certificates = true;
    struct buf messages;
    buf_init(&messages, MESSAGES_MAX);
    renewal_note(s);
    source_fresh_init(&r->fresh);
    bool is_good = certificates_open(&s->cx, &s->source.config, &r->fresh.tls) == ERR_NONE;
    if (!is_good)
        buf_addf(&messages, "%s\n", s->cx.detail);
    else
        is_good = rehearse(s, &messages);
    if (!is_good)
        refuse(s, &messages);
    buf_clear(&messages);
    return true;
}

void
reload_cancel(struct supervisor *s)
{
    s->reload.waits = false;
    if (s->reload.is_open)
        close_open(&s->reload);
}
