/* SPDX-License-Identifier: Apache-2.0 */
/* unit: what every unit test includes first. */
#ifndef COUNTERSIGN_TESTS_UNIT_H
#define COUNTERSIGN_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

/* A view equals a literal; both are printed when they differ. */
#define assert_str(s, expected)                                    \
    do {                                                           \
        struct str unit_s = (s);                                   \
        assert_non_null(unit_s.p);                                 \
        assert_int_equal(unit_s.n, strlen(expected));              \
        assert_memory_equal(unit_s.p, expected, strlen(expected)); \
    } while (0)

#endif
