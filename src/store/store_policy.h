/* SPDX-License-Identifier: Apache-2.0 */
/* store_policy: the companies' deviations from the default policies, and the address rules. */
#ifndef COUNTERSIGN_STORE_STORE_POLICY_H
#define COUNTERSIGN_STORE_STORE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

struct policy_value {
    struct str key, value, set_by;
    int64_t set_at;
};
/* In the arena, unordered. */
enum errcode store_policy_list(struct cx *cx, int64_t company_id, struct policy_value **values_out,
                               size_t *n_out) MUST_CHECK;
enum errcode store_policy_set(struct cx *cx, int64_t company_id, const struct policy_value *value) MUST_CHECK;
enum errcode store_policy_unset(struct cx *cx, int64_t company_id, struct str key) MUST_CHECK;

struct address_rule {
    int64_t id, position;
    bool allow;
    struct str net;
};
/* In order, in the arena. technician_id 0: the company's own. */
enum errcode store_address_rule_list(struct cx *cx, int64_t company_id, int64_t technician_id,
                                     struct address_rule **rules_out, size_t *n_out) MUST_CHECK;
/* At most `limit` of them, after the one that has that position and that id (0: from the first one on). */
struct address_rule_choice {
    int64_t company_id, technician_id, after_position, after_id, limit;
};
enum errcode store_address_rule_page(struct cx *cx, const struct address_rule_choice *choice,
                                     struct address_rule **rules_out, size_t *n_out) MUST_CHECK;
/* Appends it after the last one, at a position of its own. */
enum errcode store_address_rule_add(struct cx *cx, int64_t company_id, int64_t technician_id,
                                    const struct address_rule *rule) MUST_CHECK;
/* ERR_NOT_FOUND. Returns the removed rule, for the audit log. */
enum errcode store_address_rule_remove(struct cx *cx, int64_t company_id, int64_t rule_id,
                                       struct address_rule *rule_out, int64_t *technician_out) MUST_CHECK;

#endif
