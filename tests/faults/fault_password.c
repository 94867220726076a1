/* SPDX-License-Identifier: Apache-2.0 */
/* fault_password: the calls to libsodium that can fail. */
#include "tests/faults/fault_call.h"

#include <sodium.h>

#define FAULTS_PASSWORD
#include "tests/faults/faults.def"
