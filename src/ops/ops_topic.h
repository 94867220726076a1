/* SPDX-License-Identifier: Apache-2.0 */
/* ops_topic: what a parked check waits for. */
#ifndef COUNTERSIGN_OPS_OPS_TOPIC_H
#define COUNTERSIGN_OPS_OPS_TOPIC_H

#include <stdint.h>

#include "base/cx.h"
#include "contract/call.h"

/* The topic that fronts wait on for a technician's challenge: opaque, the same in every worker. */
struct topic ops_topic(struct cx *cx, int64_t technician_id);

#endif
