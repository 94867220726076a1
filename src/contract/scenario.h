/* SPDX-License-Identifier: Apache-2.0 */
/* scenario: the users of a sandbox as a table (scenarios.def): what a console sends for each, and what it
 * should expect. Not here: the steps that lead there (src/play), and the page that lists them (src/front). */
#ifndef COUNTERSIGN_CONTRACT_SCENARIO_H
#define COUNTERSIGN_CONTRACT_SCENARIO_H

#include <stddef.h>

#include "base/str.h"

#define SCENARIO_DOMAIN "sandbox.test"
/* The passwords: of every user except those whose row has another; the previous one, where there is one; a
 * new one that is never refused; and one that every protocol must escape. */
#define SCENARIO_PASSWORD "a quiet harbour, 7 boats"
#define SCENARIO_FORMER "nine lanterns over Sund!"
#define SCENARIO_NEW "many a cheerful river 8 miles"
#define SCENARIO_LETTERS "p\u00e4ssw\u00f6rd & <b> \"\u20ac\" $HOME it's \u6f22\u5b57"

enum scenario_via {
    VIA_LOGIN,        /* loginTechnicianFromStandalone_v7_2 */
    VIA_NEW_PASSWORD, /* loginTechnicianWithNewPassword_v7_2 */
    VIA_CHANGE,       /* the login with a new password, then changePassword with its session */
    VIA_CHANGE2,      /* the same with changePassword_v7_2 */
    VIA_COUNT_
};
enum scenario_away { AWAY_NEVER, AWAY_LOGIN, AWAY_CHECK, AWAY_CHANGE };
enum scenario_step {
#define SCENARIO_STEP(name, doc) STEP_##name,
#include "contract/scenarios.def"
    STEP_COUNT_
};

struct scenario {
    struct str user; /* the part before the @ */
    enum scenario_via via;
    struct str typed, new_password;  /* sent by the console; "": no new password */
    struct str login, change, check; /* the final answer, without the prefix; "": not asked */
    struct str send;                 /* the answer to the first push; "": OK */
    enum scenario_step before, then, after;
    enum scenario_away away;
    const char *doc;
};

extern const struct scenario scenarios[];
extern const size_t scenarios_n;
const char *scenario_step_doc(enum scenario_step step);

/* By address, ignoring case: "OK@sandbox.test", or "OK+TAG@sandbox.test" with a tag of 1 to 32 letters,
 * digits and "-", which is a separate account of the same scenario. NULL: none. */
const struct scenario *scenario_find(struct str email);

#endif
