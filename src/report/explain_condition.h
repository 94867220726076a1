/* SPDX-License-Identifier: Apache-2.0 */
/* explain_condition: the conditions of decide.def, each explained by a function of its own. Internal to
 * explain. */
#ifndef COUNTERSIGN_REPORT_EXPLAIN_CONDITION_H
#define COUNTERSIGN_REPORT_EXPLAIN_CONDITION_H

#include "report/explain.h"
#include "store/store_audit.h"
#include "store/store_login.h"

/* What was read for one explanation. */
struct explaining {
    struct explanation *x;
    const struct login_row *login; /* NULL: a new sign-in is explained */
    bool is_login_over;            /* spent, or its time is over */
    struct facts facts;            /* of that login, or of a new one */
    struct facts fresh;            /* of a new one whose phone approves */
    struct account_seats seats;
    struct address_verdict address;
    const struct lockout_source *refused; /* the addresses that are refused for the account now */
    size_t refused_n;
    size_t disabled_n, able_n; /* phones: that are disabled; that can approve by the policy in force */
    const struct policy_row *policies;
    size_t policies_n;
    const struct audit_row *events; /* of the account, newest first */
    size_t events_n;
};

/* One line for each condition, in their order. */
void explain_conditions(struct cx *cx, struct explaining *e);

/* Where a policy was set. */
struct explain_set explain_policy(const struct explaining *e, const char *key);
/* explain_set.c, from the newest events. By the last event of that name. */
struct explain_set explain_technician_set(const struct explaining *e, enum audit_event event);
/* An event sets both flags: the one that changed this one is the oldest of the newest that agree on it. */
struct explain_set explain_flag_set(struct cx *cx, const struct explaining *e, const char *flag, bool is_on);
/* Who asks for another password: a report of a phone does, too. */
struct explain_set explain_must_change_set(const struct explaining *e);
/* The operator's lock of that time; failures lock an account, too. */
struct explain_set explain_lock_set(const struct explaining *e, int64_t at);
/* A command about the account: "countersign VERB EMAIL", with the address quoted for a shell if need be. */
struct str explain_command(struct cx *cx, const struct explaining *e, const char *verb);
/* "countersign device list --technician EMAIL", in the same way. */
struct str explain_devices(struct cx *cx, const struct explaining *e);
/* explain_event.c: the rest of an explanation that is read from the account's events. */
void explain_events(struct cx *cx, struct explaining *e);
/* The members of an event's detail that the operator may see, as "key=value key=value". */
struct str explain_detail(struct cx *cx, const struct audit_row *row);
/* "Ann's phone (17)". */
struct str explain_device(struct cx *cx, int64_t id);
/* explain_story.c, within the open transaction. ERR_NOT_FOUND: the account has no such login. */
enum errcode
explain_story(struct cx *cx, const struct explain_question *q, struct explain_story *story_out) MUST_CHECK;

#endif
