/* SPDX-License-Identifier: Apache-2.0 */
/* fds: handling of the descriptors that a program was started with. */
#ifndef COUNTERSIGN_BASE_FDS_H
#define COUNTERSIGN_BASE_FDS_H

#include <stdbool.h>

#include "base/err.h"

/* Must come first in a program: opens /dev/null for each of 0, 1 and 2 that is closed. Otherwise a file
 * opened later would get that number, and output meant for standard error would be written into it. False:
 * not possible, and the program must not continue. */
bool fds_open_standard(void) MUST_CHECK;

/* Closes every descriptor from `first` on. Also works without close_range(2), which an older kernel lacks
 * and a container's filter may refuse. False: some may still be open. */
bool fds_close_from(int first) MUST_CHECK;

#endif
