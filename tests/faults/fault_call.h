/* SPDX-License-Identifier: Apache-2.0 */
/* fault_call: what a row of faults.def becomes: the linker (--wrap) sends each call of ours here first. */
#ifndef COUNTERSIGN_TESTS_FAULT_CALL_H
#define COUNTERSIGN_TESTS_FAULT_CALL_H

#include <errno.h>
#include <stddef.h>

#include "tests/faults/fault.h"

#define FAULT_CALL(name, type, failing, error, params, args) \
    type __real_##name params;                               \
    type __wrap_##name params;                               \
    type __wrap_##name params                                \
    {                                                        \
        if (!fault_is_due(#name))                            \
            return __real_##name args;                       \
        if ((error) != 0)                                    \
            errno = (error);                                 \
        return failing;                                      \
    }

#endif
