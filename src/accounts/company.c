/* SPDX-License-Identifier: Apache-2.0 */
/* company: see company.h. */
#include "accounts/company.h"

enum errcode
company_get(struct cx *cx, int64_t id, struct company *company_out)
{
    return store_company_get(cx, id, company_out);
}

enum errcode
company_find(struct cx *cx, struct str name, struct company *company_out)
{
    return store_company_find(cx, name, company_out);
}

enum errcode
company_list(struct cx *cx, struct company **companies_out, size_t *n_out)
{
    return store_company_list(cx, companies_out, n_out);
}
