/* SPDX-License-Identifier: Apache-2.0 */
/* rlimits: the resource limits inherited from the parent, a shell's ulimit or a service manager's. */
#ifndef COUNTERSIGN_PROC_RLIMITS_H
#define COUNTERSIGN_PROC_RLIMITS_H

/* For the supervisor, before its first child: raises the limits on descriptors, processor time, file size
 * and memory to the hard limits. A finite hard limit on one of the last three was set on purpose: it
 * stays, and is logged as a warning, since one day it will end processes or make the store's writes fail. */
void limits_adopt(void);

#endif
