/* SPDX-License-Identifier: Apache-2.0 */
/* fault_http: the call to libcurl that can fail. */
#include "tests/faults/fault_call.h"

#include <curl/curl.h>

#define FAULTS_HTTP
#include "tests/faults/faults.def"
