/* SPDX-License-Identifier: Apache-2.0 */
/* watchdog: signs of life for the service manager (WATCHDOG=1, see sd_watchdog_enabled(3)), while the server
 * can serve: the supervisor's loop runs, and a front and a worker have answered. A single child that hangs is
 * replaced by the supervisor itself; the manager's restart is for what the supervisor cannot mend. */
#ifndef COUNTERSIGN_PROC_WATCHDOG_H
#define COUNTERSIGN_PROC_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"

struct supervisor;

struct watchdog {
    struct loop_timer timer;
    int64_t period; /* 0: the manager expects nothing */
    bool is_withheld;
};

/* How long a child may be silent before it counts as hanging, in microseconds: twice its longest step, plus
 * half a minute. */
int64_t watchdog_silence(const struct supervisor *s);
/* Once, when the server is ready. Runs until the loop ends. */
void watchdog_begin(struct supervisor *s);

#endif
