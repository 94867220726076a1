/* SPDX-License-Identifier: Apache-2.0 */
/* explain: why a sign-in to an account is answered as it is, for the operator: every condition of the
 * decision with its value and where that was set, what would happen now, what was refused lately, and the
 * story of one sign-in. It reads, in one snapshot, and changes nothing. No token, number, code or key is
 * in it. One function for each condition is in explain_condition.c; what was refused in explain_event.c;
 * one sign-in in explain_story.c. */
#ifndef COUNTERSIGN_REPORT_EXPLAIN_H
#define COUNTERSIGN_REPORT_EXPLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "accounts/account.h"
#include "accounts/decide.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* Where a value was set. */
struct explain_set {
    const char *where; /* "company", "technician", "company policy", "default", "configuration", "sign-in",
                        * "fixed" */
    struct str key;    /* of a policy or a setting; otherwise null */
    struct str by;     /* an actor of the audit log; null: not recorded */
    int64_t at;        /* 0: not recorded */
};

/* OPEN: not known before the sign-in itself, or without an address. */
enum explain_holds { EXPLAIN_NO, EXPLAIN_YES, EXPLAIN_OPEN };

struct explain_line {
    const struct condition *condition;
    enum explain_holds holds;
    struct str value;
    struct explain_set set;
    struct str mend; /* what ends the condition: a command, or who does it; null: it does not hold */
};

/* What one operation of a sign-in would answer now, the password and each approval being right. */
enum explain_operation { EXPLAIN_LOGIN, EXPLAIN_SEND, EXPLAIN_CHECK };
struct explain_answer {
    enum explain_operation operation;
    enum signin_result result;
    struct str why, mend; /* null: there is nothing to say */
    int64_t until;        /* when that ends by itself; 0: it does not, or not known */
};

struct explain_budget {
    const char *name;
    int64_t used, limit; /* limit -1: none */
    int64_t until;       /* what it began ends by itself; INT64_MAX: only by `unlock`; 0: nothing began */
    struct str detail;   /* null: none */
    struct explain_set set;
    struct str mend;
};

/* Something that was refused. */
struct explain_refusal {
    int64_t seq; /* 0: not sealed yet */
    int64_t at;
    struct str event, source, why, detail, login; /* login null: no login was begun */
    struct str result;                            /* null: the event has none */
    struct str mend;                              /* null: nothing, or it ended meanwhile */
};

struct explain_signin {
    struct str login;
    int64_t at;
    struct str source, result; /* result: as answered; "waits" or "abandoned" */
};

/* One step of a sign-in. */
struct explain_step {
    int64_t at;
    const char *what; /* "begun", "push", "delivery", "phone", "console", "session", "account" */
    struct str text, detail;
};

enum {
    EXPLAIN_LINES = 32,
    EXPLAIN_ANSWERS = 3,
    EXPLAIN_BUDGETS = 32,
    EXPLAIN_EVENTS = 500, /* how far back refusals and sign-ins are looked for */
    EXPLAIN_REFUSALS = 20,
    EXPLAIN_SIGNINS = 10,
    EXPLAIN_STEPS = 200
};

struct explanation {
    struct account account;
    struct str from;     /* null: no address was given, and there was no attempt */
    const char *from_is; /* "given", "the last attempt", "none" */
    unsigned methods;    /* METHOD_* */
    struct explain_line lines[EXPLAIN_LINES];
    struct explain_answer answers[EXPLAIN_ANSWERS];
    struct explain_budget budgets[EXPLAIN_BUDGETS];
    struct explain_refusal refusals[EXPLAIN_REFUSALS]; /* newest first */
    struct explain_signin signins[EXPLAIN_SIGNINS];    /* newest first */
    size_t lines_n, answers_n, budgets_n, refusals_n, signins_n;
};

struct explain_question {
    int64_t technician_id;
    struct str from;  /* an address; null: that of the last attempt */
    int64_t login_id; /* 0: conditions are those of a new sign-in; otherwise of this one */
};

struct explain_story {
    struct str login;
    struct explain_step steps[EXPLAIN_STEPS]; /* in order */
    size_t n;
    bool is_cut; /* there were more */
};
/* Both in one snapshot; story_out NULL: none is asked for. ERR_SYNTAX: `from` is not an address.
 * ERR_NOT_FOUND: no such account; the account has no such login. Everything is in the arena. */
enum errcode explain_account(struct cx *cx, const struct explain_question *q, struct explain_story *story_out,
                             struct explanation *x_out) MUST_CHECK;

#endif
