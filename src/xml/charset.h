/* SPDX-License-Identifier: Apache-2.0 */
/* charset: determines the charset of a message and decodes it to UTF-8, as .NET's Encoding and StreamReader
 * do.
 *
 * Supported: UTF-8, UTF-16, UTF-32, US-ASCII, ISO-8859-1, -2, -15, Windows-1250, -1251, -1252, under the
 * names that .NET Framework uses for them. .NET knows about a hundred more code pages; here they count as
 * unknown. */
#ifndef COUNTERSIGN_XML_CHARSET_H
#define COUNTERSIGN_XML_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

enum charset {
    CHARSET_UNKNOWN,
    CHARSET_UTF8,
    CHARSET_UTF16LE,
    CHARSET_UTF16BE,
    CHARSET_UTF32LE,
    CHARSET_UTF32BE,
    CHARSET_ASCII,
    CHARSET_LATIN1,
    CHARSET_LATIN2,
    CHARSET_LATIN9,
    CHARSET_WINDOWS1250,
    CHARSET_WINDOWS1251,
    CHARSET_WINDOWS1252
};

/* By name, ignoring case. */
enum charset charset_find(struct str name);

/* The charset of a byte order mark, CHARSET_UNKNOWN if there is none; *n_out is the mark's length. */
enum charset charset_of_bom(struct str bytes, size_t *n_out);

/* The bytes without an incomplete character at their end: .NET's decoders wait for the rest of it, and at
 * the end of a stream the withheld bytes are lost. */
struct str charset_cut_tail(enum charset charset, struct str bytes);

/* The bytes as UTF-8: a view of them if they are valid UTF-8 or ASCII already, otherwise a new text in the
 * arena. Undecodable input becomes U+FFFD, one for each longest sequence that could have started a
 * character (including a second byte outside the first one's range), as .NET Framework counts them; in
 * ASCII a byte above 127 becomes "?". Never fails; the result is at most three times as long. */
struct str charset_to_utf8(struct arena *a, enum charset charset, struct str bytes);

#endif
