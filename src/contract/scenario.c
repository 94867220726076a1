/* SPDX-License-Identifier: Apache-2.0 */
/* scenario: the table generated from its list, and the look-up of a row by address. */
#include "contract/scenario.h"

enum { TAG_MAX = 32 };

#define RIGHT SCENARIO_PASSWORD
#define SCENARIO(name, way, sent, brought, l, ch, se, ck, first, next, last, gone, text) \
    {.user = STR(name),                                                                  \
     .via = VIA_##way,                                                                   \
     .typed = STR(sent),                                                                 \
     .new_password = STR(brought),                                                       \
     .login = STR(l),                                                                    \
     .change = STR(ch),                                                                  \
     .send = STR(se),                                                                    \
     .check = STR(ck),                                                                   \
     .before = STEP_##first,                                                             \
     .then = STEP_##next,                                                                \
     .after = STEP_##last,                                                               \
     .away = AWAY_##gone,                                                                \
     .doc = text},
const struct scenario scenarios[] = {
#include "contract/scenarios.def"
};
const size_t scenarios_n = ARRAY_LEN(scenarios);

const char *
scenario_step_doc(enum scenario_step step)
{
    static const char *const docs[STEP_COUNT_] = {
#define SCENARIO_STEP(name, doc) doc,
#include "contract/scenarios.def"
    };
    return docs[step];
}

static bool
is_tag(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'))
            return false;
    }
    return s.n >= 1 && s.n <= TAG_MAX;
}

const struct scenario *
scenario_find(struct str email)
{
    struct str domain = email, tag;
    if (str_is_null(email))
        return NULL;
    tag = str_cut(&domain, '@');
    struct str user = str_cut(&tag, '+');
    if (!str_eq_nocase(domain, STR_LIT(SCENARIO_DOMAIN)) || (!str_is_null(tag) && !is_tag(tag)))
        return NULL;
    for (size_t i = 0; i < scenarios_n; i++)
        if (str_eq_nocase(user, scenarios[i].user))
            return &scenarios[i];
    return NULL;
}
