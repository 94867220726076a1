/* SPDX-License-Identifier: Apache-2.0 */
/* ct_form: application/x-www-form-urlencoded (form bodies and query strings) as ASP.NET reads it, and the
 * form binding of the operations that have one: parameters in, the Result as one XML element out
 * (docs/contract.md, sections 6 and 13). */
#ifndef COUNTERSIGN_CONTRACT_CT_FORM_H
#define COUNTERSIGN_CONTRACT_CT_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "contract/ct.h"
#include "contract/ct_sample.h"

enum { CT_FORM_ITEMS_MAX = 1000 }; /* ASP.NET's aspnet:MaxHttpCollectionKeys */

struct ct_form_item {
    struct str name; /* null without '=' */
    struct str value;
};

struct ct_form {
    const struct ct_form_item *items;
    size_t n;
};

/* Splits at '&' and the first '=', decodes '+' and %XX. An escape without two hex digits is kept, invalid
 * UTF-8 becomes U+FFFD. %uXXXX, which ASP.NET also decodes, is kept. Null and empty give no items.
 * Everything is in the arena. ERR_LIMIT above CT_FORM_ITEMS_MAX. */
enum errcode ct_form_read(struct arena *a, struct str text, struct ct_form *out) MUST_CHECK;

/* The value of that name (ignoring case); repeated values are joined with ",", as by NameValueCollection.
 * Null if there is none. A null name selects the items without a name. */
struct str ct_form_value(const struct ct_form *form, struct arena *a, struct str name);

/* .NET gives an operation a form binding when its parameters are simple and its only output is the Result. */
bool ct_form_is_callable(const struct ct_op *op);

/* Fills `in`, the struct of a callable operation. ERR_NOT_FOUND when a parameter is missing: *missing_out
 * is its field. */
enum errcode ct_form_get(const struct ct_form *form, struct arena *a, const struct ct_op *op, void *in,
                         const struct ct_field **missing_out) MUST_CHECK;

/* Appends the answer of a callable operation: the XML declaration, CR LF, and an element named after the
 * Result's type. ERR_RANGE when the Result's value has no name. */
enum errcode ct_form_put(struct buf *out, const struct ct_op *op, const void *value) MUST_CHECK;

/* The samples of a callable operation, as the help page shows them to local callers; host and path as in
 * ct_sample.h. Lines end with LF. */
void ct_form_sample_request(struct ct_pen *pen, const struct ct_op *op, struct str host, struct str path);
void ct_form_sample_response(struct ct_pen *pen, const struct ct_op *op);

#endif
