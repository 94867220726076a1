/* SPDX-License-Identifier: Apache-2.0 */
/* company_change: what an operator does to a company. Each change is a transaction of its own,
 * audited; one that changes nothing is not. */
#ifndef COUNTERSIGN_ACCOUNTS_COMPANY_CHANGE_H
#define COUNTERSIGN_ACCOUNTS_COMPANY_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_company.h"

/* name: 1 to 64 of a-z 0-9 - . _; title: 1 to 200 bytes of printable UTF-8, or null for the name. ERR_EXISTS,
 * ERR_SYNTAX. */
enum errcode company_add(struct cx *cx, struct str name, struct str title, int64_t *id_out) MUST_CHECK;
/* What is to be another way; nulls stay as they are. The enterprise plan is on for a company that gets it. */
struct company_wish {
    struct str title;
    const enum company_state *state;
    const bool *is_enterprise, *enterprise_on;
};
/* All of it or nothing. A state other than active ends what is open (revoke.h), also where the company was so
 * before; so does a plan that is off or does not carry the company's policy. ERR_SYNTAX: the title. */
enum errcode company_set(struct cx *cx, int64_t id, const struct company_wish *wish) MUST_CHECK;
/* The same for one of them. */
enum errcode company_set_state(struct cx *cx, int64_t id, enum company_state state) MUST_CHECK;
enum errcode company_set_plan(struct cx *cx, int64_t id, bool enterprise, bool on) MUST_CHECK;
#endif
