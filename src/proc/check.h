/* SPDX-License-Identifier: Apache-2.0 */
/* check: --check-config: loads everything that a start would load, with the same programs and under the
 * same account, and reports every problem in one run. It opens no listener and changes nothing, so it may
 * run beside a server. */
#ifndef COUNTERSIGN_PROC_CHECK_H
#define COUNTERSIGN_PROC_CHECK_H

#include "base/err.h"
#include "proc/supervise.h"

/* Uses the paths of the options. Writes "FILE:LINE: problem", "FILE: problem" and "FILE: warning: text" to
 * standard error. Returns an exit status: OK (warnings do not count), FAILED when no process can be
 * created, BAD_CONFIG. */
int check_run(const struct supervise_options *options) MUST_CHECK;

#endif
