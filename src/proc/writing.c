/* SPDX-License-Identifier: Apache-2.0 */
/* writing: see the header. */
#include "proc/writing.h"

#include <inttypes.h>
#include <stdio.h>

#include "accounts/alarm.h"
#include "delivery/letter.h"
#include "proc/verdict.h"

struct writing_ways
writing_ways(const struct config *config)
{
    return (struct writing_ways){.has_webhook = !str_is_empty(config->webhook_url),
                                 .has_web_push = !str_is_empty(config->push_contact),
                                 .has_alarm_hook = !str_is_empty(config->alarms_url),
                                 .has_mail = config->alarms_mail_to.n > 0};
}

bool
writing_has_ways(const struct writing_ways *w)
{
    return w->has_webhook || w->has_web_push || w->has_alarm_hook || w->has_mail;
}

bool
writing_can_deliver(const struct writing_ways *w, const struct outbox_row *row)
{
    if (verdict_is_web_push(row))
        return w->has_web_push;
    if (str_eq(row->transport, STR_LIT(OUTBOX_ALARM)))
        return w->has_alarm_hook;
    return str_eq(row->transport, STR_LIT(OUTBOX_MAIL)) ? w->has_mail : w->has_webhook;
}

static void
put_alarm(struct buf *out, uint32_t id, const struct outbox_row *row)
{
    char number[24];
    const bool is_mail = str_eq(row->transport, STR_LIT(OUTBOX_MAIL));
    (void)snprintf(number, sizeof number, "%" PRId64, row->alarm_id);
    const struct letter letter = {.kind = is_mail ? LETTER_MAIL : LETTER_ALARM,
                                  .id = str_from_cstr(number),
                                  .alarm = {.is_cleared = row->alarm.is_cleared,
                                            .class = row->alarm.class,
                                            .title = alarm_title(row->alarm.class),
                                            .subject = row->alarm.subject,
                                            .detail = row->alarm.detail,
                                            .raised_at = row->alarm.raised_at,
                                            .at = row->created_at}};
    letter_put(out, id, &letter);
}

void
writing_put(struct buf *out, uint32_t id, const struct outbox_row *row, int64_t now)
{
    if (row->alarm_id != 0) {
        put_alarm(out, id, row);
        return;
    }
    const bool is_notice = row->notice_id != 0;
    int64_t until = is_notice ? now + WRITING_NOTICE_KEPT : row->expires_at;
    const struct letter letter = {.kind = !verdict_is_web_push(row) ? LETTER_WEBHOOK
                                          : is_notice               ? LETTER_NOTICE
                                                                    : LETTER_CHALLENGE,
                                  .id = row->public_id,
                                  .device_id = row->device_id,
                                  .endpoint = row->subscription.endpoint,
                                  .p256dh = row->subscription.p256dh,
                                  .auth = row->subscription.auth,
                                  .ttl = (until - now + CLOCK_S - 1) / CLOCK_S};
    letter_put(out, id, &letter);
}
