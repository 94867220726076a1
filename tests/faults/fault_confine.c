/* SPDX-License-Identifier: Apache-2.0 */
/* fault_confine: the calls to libseccomp that can fail. */
#include "tests/faults/fault_call.h"

#include <seccomp.h>

#define FAULTS_CONFINE
#include "tests/faults/faults.def"
