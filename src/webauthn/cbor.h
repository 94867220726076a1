/* cbor: a strict cursor over CBOR (RFC 8949), for what authenticators say (WebAuthn Level 3, section 6.5.3
 * and "CTAP2 canonical CBOR encoding form"): definite lengths, the shortest form of every number, no tags, no
 * floats, UTF-8 in texts, no key of a map twice. Allocates nothing; what is taken are views of the input.
 *
 * Each function takes what stands at the cursor and moves it on. False: something else stands there, or it is
 * malformed; the cursor has not moved. (Names begin with cbor_take: libfido2 brings libcbor, whose names must
 * not be ours.) */
#ifndef COUNTERSIGN_WEBAUTHN_CBOR_H
#define COUNTERSIGN_WEBAUTHN_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { CBOR_DEPTH_MAX = 4, CBOR_ITEMS_MAX = 32 };

struct cbor {
    struct str rest; /* what was not taken yet */
};

/* The head of a map or an array, of at most CBOR_ITEMS_MAX pairs or items, which follow. Keys that stand
 * twice in a map taken so are the caller's to find. */
bool cbor_take_map(struct cbor *c, size_t *pairs_out);
bool cbor_take_array(struct cbor *c, size_t *items_out);
bool cbor_take_bytes(struct cbor *c, struct str *bytes_out);
bool cbor_take_text(struct cbor *c, struct str *text_out);
/* Positive or negative. */
bool cbor_take_int(struct cbor *c, int64_t *number_out);
/* One item, whatever it is, with all that is in it, CBOR_DEPTH_MAX maps and arrays deep. */
bool cbor_take_item(struct cbor *c, struct str *raw_out);
/* The same, and it is a map. */
bool cbor_take_whole_map(struct cbor *c, struct str *raw_out);

#endif
