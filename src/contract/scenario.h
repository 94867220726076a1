/* scenario: the users of a sandbox as a table (scenarios.def): what a console sends for each, and what it is
 * to expect. Not here: what is done to lead there (src/play), and the page that lists them (src/front). */
#ifndef COUNTERSIGN_CONTRACT_SCENARIO_H
#define COUNTERSIGN_CONTRACT_SCENARIO_H

#include <stddef.h>

#include "base/str.h"

#define SCENARIO_DOMAIN "sandbox.test"
/* The password of every user but those whose row has another, the one before it where there was one, a new
 * one that is never refused, and one that has to be escaped by whatever carries it. */
#define SCENARIO_PASSWORD "a quiet harbour, 7 boats"
#define SCENARIO_FORMER "nine lanterns over Sund!"
#define SCENARIO_NEW "many a cheerful river 8 miles"
#define SCENARIO_LETTERS "p\u00e4ssw\u00f6rd & <b> \"\u20ac\" $HOME it's \u6f22\u5b57"

enum scenario_via {
    VIA_LOGIN,        /* loginTechnicianFromStandalone_v7_2 */
    VIA_NEW_PASSWORD, /* loginTechnicianWithNewPassword_v7_2 */
    VIA_CHANGE,       /* the former, then changePassword with its session */
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
    struct str user; /* before the @ */
    enum scenario_via via;
    struct str typed, new_password;  /* what the console sends; "": no new one */
    struct str login, change, check; /* what is answered at last, without the prefix; "": not asked */
    struct str send;                 /* what the first push is answered; "": OK */
    enum scenario_step before, then, after;
    enum scenario_away away;
    const char *doc;
};

extern const struct scenario scenarios[];
extern const size_t scenarios_n;
const char *scenario_step_doc(enum scenario_step step);

/* By an address in any case of letters: "OK@sandbox.test", or "OK+TAG@sandbox.test" with 1 to 32 letters,
 * digits and "-" as tag, which is another account of the same scenario. NULL: none. */
const struct scenario *scenario_find(struct str email);

#endif
