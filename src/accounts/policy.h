/* SPDX-License-Identifier: Apache-2.0 */
/* policy: the rules of a company, as one struct generated from policy.def; unset values are the defaults. */
#ifndef COUNTERSIGN_ACCOUNTS_POLICY_H
#define COUNTERSIGN_ACCOUNTS_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_policy.h"

enum second_factor { SECOND_FACTOR_REQUIRED, SECOND_FACTOR_OFF };
enum sign_in_mode { SIGN_IN_PASSWORD, SIGN_IN_SSO, SIGN_IN_SAML2 };
enum password_strength {
    STRENGTH_NONE,
    STRENGTH_GOOD,
    STRENGTH_STRONG,
    STRENGTH_EXCELLENT
}; /* published numbers */
enum passkey_policy { PASSKEY_POLICY_OFF, PASSKEY_POLICY_OFFERED, PASSKEY_POLICY_REQUIRED };
enum seat_full { SEAT_REFUSE, SEAT_END_OLDEST };

#define POLICY_C_FLAG bool
#define POLICY_C_COUNT int64_t
#define POLICY_C_SECONDS int64_t /* microseconds */
#define POLICY_C_DAYS int64_t    /* days */
#define POLICY_C_URL struct str  /* http or https; empty: none */
#define POLICY_C_CHOICE_SECOND_FACTOR enum second_factor
#define POLICY_C_CHOICE_SIGN_IN enum sign_in_mode
#define POLICY_C_CHOICE_STRENGTH enum password_strength
#define POLICY_C_CHOICE_PASSKEY enum passkey_policy
#define POLICY_C_CHOICE_SEAT enum seat_full

struct policy {
#define POLICY(key, kind, def, min, max, plan, doc) POLICY_C_##kind key;
#include "accounts/policy.def"
    bool needs_enterprise; /* a value that only the enterprise plan includes is set */
};

/* All defaults. */
void policy_defaults(struct policy *policy_out);
/* ERR_STORE when a stored value cannot be parsed: no guess is made. */
enum errcode policy_get(struct cx *cx, int64_t company_id, struct policy *policy_out) MUST_CHECK;
/* For policy_set: what the value means, in *checked_out, and whether it can be; then, within the open
 * transaction, the row and its audit event. ERR_USAGE, ERR_RANGE, ERR_SYNTAX; ERR_POLICY: the plan. */
enum errcode
policy_check(struct cx *cx, struct str key, struct str value, struct policy *checked_out) MUST_CHECK;
enum errcode policy_write(struct cx *cx, int64_t company_id, struct str key, struct str value) MUST_CHECK;

struct policy_row {
    struct str key, value, default_value, doc, set_by;
    struct str values;  /* the possible values: "30 to 300", "off or on" */
    int64_t set_at;     /* 0: the default */
    bool is_enterprise; /* any value but the default needs that plan */
};
/* Every policy with its current value, in the order of policy.def. */
enum errcode
policy_list(struct cx *cx, int64_t company_id, struct policy_row **rows_out, size_t *n_out) MUST_CHECK;

/* Address rules: the company's, then the technician's; within each the first match decides; if there is an
 * allow rule, no match is a refusal. A source that is not an address is refused if there is any rule.
 * Whether the rules apply at all (policy address_rules) is up to the caller. */
enum errcode address_is_allowed(struct cx *cx, int64_t company_id, int64_t technician_id, struct str source,
                                bool *allowed_out) MUST_CHECK;
/* The same, and the rule that decided; rule NULL: none matched. */
struct address_verdict {
    bool is_allowed, is_company; /* is_company: the company's list decided, not the technician's own */
    const struct address_rule *rule;
};
enum errcode address_judge(struct cx *cx, int64_t company_id, int64_t technician_id, struct str source,
                           struct address_verdict *verdict_out) MUST_CHECK;
/* technician_id 0: the company's rules. Appends the rule. ERR_SYNTAX or ERR_RANGE for the net,
 * ERR_NOT_FOUND for a technician of another company. Audited. */
enum errcode address_rule_add(struct cx *cx, int64_t company_id, int64_t technician_id, bool allow,
                              struct str net) MUST_CHECK;
/* struct address_rule and its choice are in store_policy.h. */
enum errcode address_rule_list(struct cx *cx, int64_t company_id, int64_t technician_id,
                               struct address_rule **rules_out, size_t *n_out) MUST_CHECK;
/* A page of them. *more_out: there are more after them. */
enum errcode address_rule_page(struct cx *cx, const struct address_rule_choice *choice,
                               struct address_rule **rules_out, size_t *n_out, bool *more_out) MUST_CHECK;
enum errcode address_rule_remove(struct cx *cx, int64_t company_id, int64_t rule_id) MUST_CHECK;

#endif
