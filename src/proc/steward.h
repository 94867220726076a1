/* SPDX-License-Identifier: Apache-2.0 */
/* steward: a copy of the supervisor that sees the old children off after an upgrade: their channels are in
 * its hands, and the supervisor's process belongs to the new program. It waits until that one is ready, or
 * ends before it was, has the old fronts finish what is in flight, then ends the other old children, and
 * exits. The new program waits for it before it ends itself (former.h). */
#ifndef COUNTERSIGN_PROC_STEWARD_H
#define COUNTERSIGN_PROC_STEWARD_H

struct supervisor;

/* In the copy. ready: the pipe's end from which the new program's READY line is read. others: what is the new
 * program's alone: the other end of that pipe, and of the one that ends with the copy. */
_Noreturn void steward_run(struct supervisor *s, int ready, const int others[2]);

#endif
