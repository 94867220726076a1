/* SPDX-License-Identifier: Apache-2.0 */
/* enclose: where the supervisor may write and what it may run, by its configuration; guard.h keeps it there.
 */
#ifndef COUNTERSIGN_PROC_ENCLOSE_H
#define COUNTERSIGN_PROC_ENCLOSE_H

#include "base/err.h"

struct supervisor;

/* From here on: where the data is, where reports go, and our own programs. Errors as guard_enter. */
enum errcode enclose(struct supervisor *s) MUST_CHECK;

#endif
