/* rlimits: the resource limits that a parent left, a shell's ulimit or a service manager's. */
#ifndef COUNTERSIGN_PROC_RLIMITS_H
#define COUNTERSIGN_PROC_RLIMITS_H

/* For the supervisor, before its first child: descriptors, processor time, the size of files and memory get
 * what the system grants (the hard limits). A hard limit of one of the last three that is finite is
 * somebody's decision: it stays, and is logged as a warning, since it ends processes or fails writes of the
 * store one day. */
void limits_adopt(void);

#endif
