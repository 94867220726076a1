/* SPDX-License-Identifier: Apache-2.0 */
/* fault_password: the calls to Argon2 that can fail. */
#include "tests/faults/fault_call.h"

#include <argon2.h>

#define FAULTS_PASSWORD
#include "tests/faults/faults.def"
