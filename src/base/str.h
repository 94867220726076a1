/* SPDX-License-Identifier: Apache-2.0 */
/* str: a read-only view of bytes that belong to someone else.
 *
 * A view with p == NULL is "null" (absent), which differs from empty: the contract distinguishes the two
 * (docs/contract.md, sections 3 and 4). A view is not guaranteed to be NUL-terminated, and must not
 * outlive its owner. */
#ifndef COUNTERSIGN_BASE_STR_H
#define COUNTERSIGN_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct str {
    const char *p;
    size_t n;
};

/* A literal as a view; usable in static initialisers. */
#define STR(lit)               \
    {                          \
        "" lit, sizeof lit - 1 \
    }
#define STR_LIT(lit) ((struct str){"" lit, sizeof lit - 1})
#define STR_NULL ((struct str){NULL, 0})

/* For printf: "%.*s", STR_ARG(s). A view longer than INT_MAX is truncated there. */
#define STR_ARG(s) str_print_len(s), ((s).p != NULL ? (s).p : "")
int str_print_len(struct str s);

/* A view of a NUL-terminated string; NULL gives the null view. */
struct str str_from_cstr(const char *cstr);

bool str_is_null(struct str s);
/* True for null and for empty. */
bool str_is_empty(struct str s);

/* Byte by byte. Null equals only null. Not for secrets: see secret_equal. */
bool str_eq(struct str a, struct str b);
/* Ignores ASCII case; bytes above 127 are compared as they are. */
bool str_eq_nocase(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* -1, 0, 1 by bytes, the shorter first (an ordinal order, as memcmp's); for sorting. */
int str_cmp(struct str a, struct str b);

/* Without the leading and trailing bytes that are in `set`. */
struct str str_trim(struct str s, const char *set);
/* The part of s from byte `from` (clamped) on, at most `n` bytes. Never null for a non-null s. */
struct str str_sub(struct str s, size_t from, size_t n);

/* Index of the first `byte`, or s.n when there is none. */
size_t str_find(struct str s, char byte);
/* Index of the first occurrence of needle, or s.n. An empty needle is found at 0. */
size_t str_find_str(struct str s, struct str needle);

/* A path up to its last slash, that one included; empty if it has none. */
struct str str_folder(struct str path);

/* Splits *rest at the first `sep`: returns the part before it, and *rest becomes the part after it.
 * Without a `sep`, returns everything and *rest becomes null; so a loop ends at str_is_null(*rest). */
struct str str_cut(struct str *rest, char sep);

/* Decimal digits only (the signed one allows a leading '-'): no blanks, no '+', nothing after the number.
 * Otherwise ERR_SYNTAX; ERR_RANGE when outside [min, max]. */
enum errcode str_to_i64(struct str s, int64_t min, int64_t max, int64_t *out) MUST_CHECK;
enum errcode str_to_u64(struct str s, uint64_t max, uint64_t *out) MUST_CHECK;

#endif
