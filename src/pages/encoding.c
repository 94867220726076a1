/* SPDX-License-Identifier: Apache-2.0 */
/* encoding: see encoding.h. */
#include "pages/encoding.h"

#include <stdint.h>

enum { WEIGHT_MOST = 1000, NOT_LISTED = -1 };

/* "0.875" as 875 (section 12.4.2); 0 if it is not a weight. */
static int
weight(struct str s)
{
    int value = 0;
    if (s.n == 0 || s.n > 5 || (s.n > 1 && s.p[1] != '.'))
        return 0;
    for (size_t i = 0, unit = WEIGHT_MOST; i < s.n; i++) {
        if (i == 1)
            continue;
        if (s.p[i] < '0' || s.p[i] > '9')
            return 0;
        value += (s.p[i] - '0') * (int)unit;
        unit /= 10;
    }
    return value <= WEIGHT_MOST ? value : 0;
}

/* Of one item, such as "gzip;q=0.5". */
static int
weight_of(struct str parameters)
{
    if (str_is_null(parameters))
        return WEIGHT_MOST;
    struct str value = str_trim(parameters, " \t");
    struct str name = str_cut(&value, '=');
    return str_eq_nocase(name, STR_LIT("q")) && !str_is_null(value) ? weight(value) : 0;
}

bool
encoding_prefers_gzip(struct str list)
{
    int gzip = NOT_LISTED, identity = NOT_LISTED, others = NOT_LISTED;
    while (!str_is_null(list)) {
        struct str parameters = str_cut(&list, ',');
        struct str coding = str_trim(str_cut(&parameters, ';'), " \t");
        int q = weight_of(parameters);
        if (str_eq_nocase(coding, STR_LIT("gzip")) || str_eq_nocase(coding, STR_LIT("x-gzip")))
            gzip = q;
        else if (str_eq_nocase(coding, STR_LIT("identity")))
            identity = q;
        else if (str_eq(coding, STR_LIT("*")))
            others = q;
    }
    if (gzip == NOT_LISTED)
        gzip = others;
    return gzip > 0 && gzip >= identity;
}
