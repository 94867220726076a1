/* SPDX-License-Identifier: Apache-2.0 */
/* steward: a copy of the supervisor that sees the old children off after an upgrade: their channels are in
 * its hands, and the supervisor's process belongs to the new program. It waits until that one is ready, has
 * the old fronts finish what is in flight, then ends the other old children, and exits. */
#ifndef COUNTERSIGN_PROC_STEWARD_H
#define COUNTERSIGN_PROC_STEWARD_H

struct supervisor;

/* In the copy. ready: the pipe's end from which the new program's READY line is read; `other` is its other
 * end. If it is closed without that line, there is no new program, and nothing is done. */
_Noreturn void steward_run(struct supervisor *s, int ready, int other);

#endif
