/* SPDX-License-Identifier: Apache-2.0 */
/* cbor: a strict cursor over CBOR (RFC 8949), for the data of authenticators (WebAuthn Level 3, section 6.5.3
 * and "CTAP2 canonical CBOR encoding form"): definite lengths, the shortest form of every number, no tags, no
 * floats, valid UTF-8 in texts, no duplicate keys in a map. Allocates nothing; results are views of the
 * input.
 *
 * Each function takes the item at the cursor and advances. False: the item is of another kind, or
 * malformed; the cursor has not moved. (Names start with cbor_take, to avoid those of libcbor, which
 * libfido2 brings along.) */
#ifndef COUNTERSIGN_WEBAUTHN_CBOR_H
#define COUNTERSIGN_WEBAUTHN_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { CBOR_DEPTH_MAX = 4, CBOR_ITEMS_MAX = 32 };

struct cbor {
    struct str rest; /* the rest of the input */
};

/* The head of a map or an array, of at most CBOR_ITEMS_MAX pairs or items, which follow. The caller must
 * detect duplicate keys in a map read this way. */
bool cbor_take_map(struct cbor *c, size_t *pairs_out);
bool cbor_take_array(struct cbor *c, size_t *items_out);
bool cbor_take_bytes(struct cbor *c, struct str *bytes_out);
bool cbor_take_text(struct cbor *c, struct str *text_out);
/* Positive or negative. */
bool cbor_take_int(struct cbor *c, int64_t *number_out);
/* One item of any kind with everything in it, at most CBOR_DEPTH_MAX maps and arrays deep. */
bool cbor_take_item(struct cbor *c, struct str *raw_out);
/* The same, and it must be a map. */
bool cbor_take_whole_map(struct cbor *c, struct str *raw_out);

#endif
