/* SPDX-License-Identifier: Apache-2.0 */
/* fault_sqlite: the calls to SQLite that can fail. */
#include "tests/faults/fault_call.h"

#include <sqlite3.h>

#define FAULTS_SQLITE
#include "tests/faults/faults.def"
