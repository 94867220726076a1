/* SPDX-License-Identifier: Apache-2.0 */
/* fault_tls: the calls to libssl that can fail. */
#include "tests/faults/fault_call.h"

#include <openssl/ssl.h>

#define FAULTS_TLS
#include "tests/faults/faults.def"
