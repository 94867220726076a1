/* SPDX-License-Identifier: Apache-2.0 */
/* ct_json: the contract's structures as JSON objects (RFC 8259), for phones and web pages.
 *
 * A structure is an object with the members of its table, under the table's names. A string is a string, a
 * boolean true or false, unsignedByte and int are integers, an array is an array of objects. An
 * operation's result is its first member, "result", with the value's bare name: "result":"OK". A null
 * string or array is omitted when writing; when reading, a missing or null member is null (string, array),
 * false or 0. */
#ifndef COUNTERSIGN_CONTRACT_CT_JSON_H
#define COUNTERSIGN_CONTRACT_CT_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "contract/ct.h"

enum {
    CT_JSON_BODY_MAX = 64 * 1024, /* a request's body */
    CT_JSON_DEPTH_MAX = 8,        /* nesting depth of arrays and objects */
    CT_JSON_ITEMS_MAX = 1000      /* items of one array */
};

/* Decodes one JSON object into `value_out`, a struct of type `t` (an operation's `in`), which is zeroed
 * first; its strings are in the arena. Strict: valid UTF-8, no duplicate members, no unknown members, no
 * other JSON types, nothing after the object. An empty body counts as {}. ERR_SYNTAX, ERR_RANGE or
 * ERR_LIMIT: *why_out is then one line (in the arena) that may be shown to the caller: it names members
 * and positions, never values. */
enum errcode ct_json_get(struct arena *a, struct str body, const struct ct_type *t, void *value_out,
                         struct str *why_out) MUST_CHECK;

/* Appends `value`, a struct of type `t` (an operation's `out`), as one JSON object without blanks. Invalid
 * UTF-8 becomes U+FFFD; "<", ">", "&" and U+2028, U+2029 are escaped, so that it may be embedded in a
 * page. */
void ct_json_put(struct buf *out, const struct ct_type *t, const void *value);

#endif
