/* SPDX-License-Identifier: Apache-2.0 */
/* top: what happened between two looks at a running server (live.h). */
#ifndef COUNTERSIGN_REPORT_TOP_H
#define COUNTERSIGN_REPORT_TOP_H

#include "report/live.h"

enum { TOP_CAUSES = 8 };

struct top {
    int64_t granted, refused, failed; /* sign-ins; failed: UnknownError */
    int64_t approvals;
    int64_t approval_ms; /* on average; -1: there was none */
    int64_t requests, turned_away;
    int64_t waiting, queued_fast, queued_slow, connections; /* at the later look */
    struct top_cause {
        struct str result; /* as the contract names it; a view of the later look */
        int64_t n;
    } causes[TOP_CAUSES]; /* of refusals, the most frequent first */
    size_t n_causes;
};

/* A server that was started again between the two begins at 0. */
void top_between(const struct live *before, const struct live *now, struct top *out);

#endif
