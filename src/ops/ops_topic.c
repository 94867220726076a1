/* SPDX-License-Identifier: Apache-2.0 */
/* ops_topic: see ops_topic.h. */
#include "ops/ops_topic.h"

#include <string.h>

#include "keys/env.h"

struct topic
ops_topic(struct cx *cx, int64_t technician_id)
{
    struct topic topic;
    const struct digest digest = token_digest(token_derive(cx, "topic", technician_id, STR_LIT("")));
    memcpy(topic.bytes, digest.bytes, sizeof topic.bytes);
    return topic;
}
