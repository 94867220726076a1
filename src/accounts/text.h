/* text: what a name may be, and the forms in which names and passwords are compared (utf8proc). */
#ifndef COUNTERSIGN_ACCOUNTS_TEXT_H
#define COUNTERSIGN_ACCOUNTS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cx.h"
#include "base/str.h"

/* 1 to max bytes of UTF-8 that a person can be shown: nothing unassigned, no control character, no line or
 * paragraph separator, no mark that turns the direction of writing (U+200E, U+200F, U+202A to U+202E, U+2066
 * to U+2069), no blank at either end. */
bool text_is_printable(struct str s, size_t max);

/* Normalised (NFKC), in the arena; null when s is null or no UTF-8. */
struct str text_nfkc(struct cx *cx, struct str s);
/* NFKC and case-folded (Unicode's NFKC_Casefold, which also drops what is invisible). */
struct str text_fold(struct cx *cx, struct str s);

/* A code or a number as it was meant, in the arena: NFKC, so that full-width digits are digits; without
 * blanks, tabs, line ends, dashes and invisible marks; in upper case. Null: null, no UTF-8, or longer than
 * anyone types (64 bytes). The only normaliser of what is typed as a second factor. */
struct str text_typed(struct cx *cx, struct str s);

#endif
