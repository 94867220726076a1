/* SPDX-License-Identifier: Apache-2.0 */
/* text: which names are allowed, and the forms in which names and passwords are compared (utf8proc). */
#ifndef COUNTERSIGN_TEXT_TEXT_H
#define COUNTERSIGN_TEXT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cx.h"
#include "base/str.h"

/* 1 to max bytes of UTF-8 that can be displayed, as PRECIS wants it of free text (RFC 8264, 4.3): nothing
 * unassigned or of private use, no controls, no line or paragraph separators, and nothing invisible
 * (Default_Ignorable_Code_Point: marks of direction, zero-width spaces, fillers, tags, variation selectors),
 * so that two names that look alike are alike. The two joiners are accepted where they change how the letters
 * around them look (RFC 5892, A.1 and A.2). No blank of any kind at either end. All names of people, phones,
 * companies and passkeys, and all addresses, are judged here. */
bool text_is_printable(struct str s, size_t max);

/* 1 to max of a-z 0-9 - . _: the name of a company or a token, as it is typed. */
bool text_is_label(struct str s, size_t max);

/* Normalized (NFKC), in the arena; null when s is null or not UTF-8. */
struct str text_nfkc(struct cx *cx, struct str s);
/* NFKC and case-folded (Unicode's NFKC_Casefold, which also drops what is invisible). */
struct str text_fold(struct cx *cx, struct str s);

/* A code or a number as it was meant, in the arena: NFKC, so that full-width digits become digits; without
 * blanks, tabs, line ends, dashes and invisible marks; in upper case. Null for null, for text that is not
 * UTF-8, or longer than 64 bytes. All typed second factors are normalized here. */
struct str text_typed(struct cx *cx, struct str s);

#endif
