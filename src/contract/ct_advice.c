/* SPDX-License-Identifier: Apache-2.0 */
/* ct_advice: see the header. */
#include "contract/ct_advice.h"

enum next {
#define NEXT(next, doc) NEXT_##next,
#include "contract/advice.def"
    NEXT_COUNT_
};

static const struct {
    const char *name, *doc;
} nexts[NEXT_COUNT_] = {
#define NEXT(next, doc) [NEXT_##next] = {#next, doc},
#include "contract/advice.def"
};

static const struct {
    struct str type, value;
    enum next next;
    const char *person;
} rows[] = {
#define ADVICE(type, value, next, person) {STR(#type), STR(#value), NEXT_##next, person},
#include "contract/advice.def"
};

bool
ct_advice_find(const struct ct_enum *e, struct str bare, struct ct_advice *advice_out)
{
    bool is_found = false;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bool is_own = str_eq(rows[i].type, str_from_cstr(e->type));
        if (!str_eq(rows[i].value, bare) || (!is_own && !str_eq(rows[i].type, STR_LIT("ANY"))))
            continue;
        *advice_out = (struct ct_advice){nexts[rows[i].next].name, nexts[rows[i].next].doc, rows[i].person};
        is_found = true;
        if (is_own)
            break;
    }
    return is_found;
}
