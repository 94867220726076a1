/* SPDX-License-Identifier: Apache-2.0 */
/* ticket_keys: see the header. */
#include "proc/ticket_keys.h"

#include <unistd.h>

#include "base/list.h"
#include "base/secret.h"
#include "log/log.h"
#include "proc/supervisor.h"
#include "proc/ticket_file.h"

static void
take(struct ticket_keys *k, int fd)
{
    if (k->fd >= 0)
        (void)close(k->fd);
    k->fd = fd;
}

/* Where no new key can be made, the old ones serve until the next try. */
static void
change_due(struct loop_timer *t)
{
    struct ticket_keys *k = LIST_ITEM(t, struct ticket_keys, change);
    struct supervisor *s = LIST_ITEM(k, struct supervisor, ticket_keys);
    int fd = -1;
    cx_begin(&s->cx);
    if (ticket_file_make(&s->cx, k->fd, &fd) != ERR_NONE) {
        log_cx_error(&s->cx, LOG_TICKET_KEYS_FAILED);
        loop_timer_set(s->loop, t, clock_mono() + CLOCK_MINUTE);
        return;
    }
    take(k, fd);
    for (size_t i = 0; i < s->n; i++)
        member_give_tickets(&s->members[i]);
    log_event(LOG_TICKET_KEYS, "");
    loop_timer_set(s->loop, t, clock_mono() + TICKET_KEYS_PERIOD);
}

void
ticket_keys_init(struct supervisor *s)
{
    s->ticket_keys.fd = -1;
    loop_timer_init(&s->ticket_keys.change, change_due);
}

enum errcode
ticket_keys_begin(struct supervisor *s, int handed)
{
    struct ticket_keys *k = &s->ticket_keys;
    struct tls_tickets unused;
    int64_t now = clock_mono(), made = now;
    take(k, handed);
    enum errcode err = ERR_NONE;
    if (!ticket_file_read(k->fd, &unused, &made) || made > now) {
        take(k, -1);
        made = now;
        err = ticket_file_make(&s->cx, -1, &k->fd);
    }
    secret_wipe(&unused, sizeof unused);
    loop_timer_set(s->loop, &k->change, made + TICKET_KEYS_PERIOD);
    return err;
}

void
ticket_keys_clear(struct supervisor *s)
{
    loop_timer_stop(s->loop, &s->ticket_keys.change);
    take(&s->ticket_keys, -1);
}
