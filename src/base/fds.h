/* fds: what a program does about the descriptors that it was started with. */
#ifndef COUNTERSIGN_BASE_FDS_H
#define COUNTERSIGN_BASE_FDS_H

#include <stdbool.h>

#include "base/err.h"

/* First of all in a program: opens /dev/null at each of 0, 1 and 2 that is closed. A file that is opened
 * later would get that number, and what is meant for standard error would be written into it. False: it
 * cannot be done, and the program must not go on. */
bool fds_open_standard(void) MUST_CHECK;

/* Closes every descriptor from `first` on. Works without close_range(2) too: an older kernel lacks it and the
 * filter of a container may refuse it. False: something may still be open. */
bool fds_close_from(int first) MUST_CHECK;

#endif
