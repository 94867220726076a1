/* check: --check-config: everything that a start would load, loaded by the programs and as the account that
 * would, with every problem said in one round. It listens nowhere and changes nothing, so that it may run
 * beside a server. */
#ifndef COUNTERSIGN_PROC_CHECK_H
#define COUNTERSIGN_PROC_CHECK_H

#include "base/err.h"
#include "proc/supervise.h"

/* Uses the paths of the options. Writes "FILE:LINE: problem", "FILE: problem" and "FILE: warning: text" to
 * standard error. The answer is an exit status: OK (warnings do not count), FAILED when no process can be
 * made, BAD_CONFIG. */
int check_run(const struct supervise_options *options) MUST_CHECK;

#endif
