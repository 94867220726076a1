/* SPDX-License-Identifier: Apache-2.0 */
/* sealing: see sealing.h. */
#include "proc/sealing.h"

#include "accounts/audit.h"
#include "ledger/sealer.h"

_Static_assert((int)SEALING_FOLLOWS <= (int)CX_WOKEN, "a look wakes those whom it concerns");

void
sealing_init(struct sealing *s)
{
    *s = (struct sealing){.followed = -1};
}

void
sealing_soon(struct sealing *s)
{
    if (s->at > s->earliest)
        s->at = s->earliest;
}

int
sealing_patience(const struct sealing *s)
{
    const int64_t left = s->at - clock_mono();
    return left <= 0 ? 0 : (int)(left / CLOCK_MS) + 1;
}

bool
sealing_is_due(const struct sealing *s)
{
    return clock_mono() >= s->at;
}

void
sealing_rest(struct sealing *s)
{
    s->at = s->earliest = clock_mono() + SEALING_PAUSE;
}

enum errcode
sealing_work(struct cx *cx, struct sealing *s)
{
    bool sealed = false, more = false, more_rows = false;
    enum errcode err = sealer_run(cx, &sealed, &more);
    if (err == ERR_NONE)
        err = audit_follow(cx, SEALING_FOLLOWS, &s->followed, &more_rows);
    const int64_t now = clock_mono();
    s->earliest = now + (sealed ? SEALING_REST : SEALING_SOON);
    s->at = more || more_rows ? now : sealed ? s->earliest : now + SEALING_EVERY;
    if (err != ERR_NONE)
        sealing_rest(s);
    return err;
}
