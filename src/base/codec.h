/* SPDX-License-Identifier: Apache-2.0 */
/* codec: conversions between bytes and text: base64url and base32 (RFC 4648, sections 5 and 6, without
 * padding), base64 (section 4, with padding), hex, UTF-8 (RFC 3629), and fixed-width big-endian numbers.
 * Decoders are strict: no blanks, no padding, no stray bits. */
#ifndef COUNTERSIGN_BASE_CODEC_H
#define COUNTERSIGN_BASE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct str codec_base64url(struct arena *a, const void *bytes, size_t n);
/* Decodes into out, which has room for cap bytes; *n_out is the number written. ERR_SYNTAX; ERR_LIMIT
 * beyond cap. */
enum errcode codec_base64url_read(struct str s, unsigned char *out, size_t cap, size_t *n_out) MUST_CHECK;
/* Encoded with padding, which the decoder demands. */
struct str codec_base64(struct arena *a, const void *bytes, size_t n);
enum errcode codec_base64_read(struct str s, unsigned char *out, size_t cap, size_t *n_out) MUST_CHECK;
struct str codec_base32(struct arena *a, const void *bytes, size_t n);
/* Either letter case. */
enum errcode codec_base32_read(struct str s, unsigned char *out, size_t cap, size_t *n_out) MUST_CHECK;
struct str codec_hex(struct arena *a, const void *bytes, size_t n);
enum errcode codec_hex_read(struct str s, unsigned char *out, size_t cap, size_t *n_out) MUST_CHECK;

bool utf8_is_valid(struct str s);
/* s where it is valid; else a copy in the arena with U+FFFD for every byte that is not. */
struct str utf8_repair(struct arena *a, struct str s);
/* s without the byte order mark (U+FEFF) that some editors put at the head of a file: it is not content. */
struct str utf8_skip_mark(struct str s);
/* The code point at the start of s, with its length in *n_out; UINT32_MAX and length 1 if it is not valid
 * UTF-8. */
uint32_t utf8_read(struct str s, size_t *n_out);
/* Writes 1 to 4 bytes and returns the number; cp must be a scalar value (ASSERT). */
size_t utf8_write(uint32_t cp, unsigned char out[4]);
/* Length of valid UTF-8 in UTF-16 code units. */
size_t utf8_utf16_units(struct str s);

void be16_put(unsigned char out[2], uint16_t v);
void be32_put(unsigned char out[4], uint32_t v);
void be64_put(unsigned char out[8], uint64_t v);
uint16_t be16_get(const unsigned char in[2]);
uint32_t be32_get(const unsigned char in[4]);
uint64_t be64_get(const unsigned char in[8]);

#endif
