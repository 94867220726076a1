/* SPDX-License-Identifier: Apache-2.0 */
/* company: the customer of the service, and how it is found. struct company is store_company.h's. What
 * changes it: company_change.h. */
#ifndef COUNTERSIGN_ACCOUNTS_COMPANY_H
#define COUNTERSIGN_ACCOUNTS_COMPANY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_company.h"

/* ERR_NOT_FOUND. */
enum errcode company_get(struct cx *cx, int64_t id, struct company *company_out) MUST_CHECK;
enum errcode company_find(struct cx *cx, struct str name, struct company *company_out) MUST_CHECK;
enum errcode company_list(struct cx *cx, struct company **companies_out, size_t *n_out) MUST_CHECK;

#endif
