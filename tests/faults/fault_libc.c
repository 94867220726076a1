/* SPDX-License-Identifier: Apache-2.0 */
/* fault_libc: the calls to the kernel that can fail. */
#include "tests/faults/fault_call.h"

#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>

#define FAULTS_LIBC
#include "tests/faults/faults.def"
