/* SPDX-License-Identifier: Apache-2.0 */
/* fault_crypto: the calls to libcrypto that can fail. */
#include "tests/faults/fault_call.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#define FAULTS_CRYPTO
#include "tests/faults/faults.def"
