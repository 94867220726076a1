/* SPDX-License-Identifier: Apache-2.0 */
/* store_company: the rows of companies. */
#ifndef COUNTERSIGN_STORE_STORE_COMPANY_H
#define COUNTERSIGN_STORE_STORE_COMPANY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

enum company_state { COMPANY_ACTIVE, COMPANY_INACTIVE, COMPANY_BANNED };

struct company {
    int64_t id;
    struct str name, title;
    enum company_state state;
    bool is_enterprise; /* the plan */
    bool enterprise_on;
    int64_t created_at;
};

/* As in the table and on the command line: "active". */
const char *company_state_name(enum company_state state);

enum errcode store_company_insert(struct cx *cx, const struct company *company) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum errcode store_company_get(struct cx *cx, int64_t id, struct company *company_out) MUST_CHECK;
enum errcode store_company_find(struct cx *cx, struct str name, struct company *company_out) MUST_CHECK;
/* Ordered by name, in the arena. */
enum errcode store_company_list(struct cx *cx, struct company **companies_out, size_t *n_out) MUST_CHECK;
/* Some of them: at most `limit`, ordered by name, after that name (null: from the first one on). An operator
 * and a token, where given, both reach them. */
struct company_choice {
    struct str after;
    int64_t limit, holders[2];
};
enum errcode store_company_page(struct cx *cx, const struct company_choice *choice,
                                struct company **companies_out, size_t *n_out) MUST_CHECK;
/* Writes title, state and plan. */
enum errcode store_company_update(struct cx *cx, const struct company *company) MUST_CHECK;

#endif
