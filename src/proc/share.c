/* SPDX-License-Identifier: Apache-2.0 */
/* share: see the header. */
#include "proc/share.h"

#include "base/endpoint.h"
#include "proc/verdict.h"

bool
share_is_same(const struct outbox_row *a, const struct outbox_row *b)
{
    struct endpoint one = {.port = 0}, other = {.port = 0};
    if (!verdict_is_web_push(a) || !verdict_is_web_push(b))
        return str_eq(a->transport, b->transport);
    return endpoint_read(a->subscription.endpoint, &one) && endpoint_read(b->subscription.endpoint, &other) &&
           one.port == other.port && str_eq(one.host, other.host);
}
