/* charset: which charset a message is in, and its bytes as UTF-8, as .NET's Encoding and StreamReader do it.
 *
 * Known: UTF-8, UTF-16, UTF-32, US-ASCII, ISO-8859-1, -2, -15, Windows-1250, -1251, -1252, under the names
 * that .NET Framework knows them by. .NET knows some hundred more code pages; here they count as unknown. */
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

/* By name, in any letter case. */
enum charset charset_find(struct str name);

/* What a byte order mark says, CHARSET_UNKNOWN where there is none; *n_out is the mark's length. */
enum charset charset_of_bom(struct str bytes, size_t *n_out);

/* The bytes without the beginning of a character that they end in: .NET's decoders wait for its rest, and
 * what they hold back at the end of a stream is lost. */
struct str charset_cut_tail(enum charset charset, struct str bytes);

/* The bytes as UTF-8: a view of them where they are clean UTF-8 or ASCII already, else a new text in the
 * arena. What cannot be decoded becomes U+FFFD, one for each longest run that could have begun a character, a
 * second byte that is out of its first one's range included, as .NET Framework counts them; in ASCII a byte
 * over 127 becomes "?". Never fails; the result is at most three times as long. */
struct str charset_to_utf8(struct arena *a, enum charset charset, struct str bytes);

#endif
