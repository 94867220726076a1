/* SPDX-License-Identifier: Apache-2.0 */
/* fds: the descriptors that a program was started with, and files that are written whole. */
#ifndef COUNTERSIGN_BASE_FDS_H
#define COUNTERSIGN_BASE_FDS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

/* Must come first in a program: opens /dev/null for each of 0, 1 and 2 that is closed. Otherwise a file
 * opened later would get that number, and output meant for standard error would be written into it. False:
 * not possible, and the program must not continue. */
bool fds_open_standard(void) MUST_CHECK;

/* Closes every descriptor from `first` on. Also works without close_range(2), which an older kernel lacks
 * and a container's filter may refuse. False: some may still be open. */
bool fds_close_from(int first) MUST_CHECK;

/* Waits until the disk has that file, or that folder, without which the name of a new file is lost. False:
 * errno says why. */
bool fds_sync(const char *path) MUST_CHECK;
/* Writes all bytes to a file, and waits until the disk has them. False: errno says why. */
bool fds_write_synced(int fd, struct str bytes) MUST_CHECK;

#endif
