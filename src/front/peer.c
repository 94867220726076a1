/* SPDX-License-Identifier: Apache-2.0 */
/* peer: see peer.h. */
#include "front/peer.h"

#include "front/parts.h"

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
                                             .is_secure = p->is_secure};
    response_write(r, &setting, &p->out);
}
