/* SPDX-License-Identifier: Apache-2.0 */
/* cbor: see cbor.h. */
#include "webauthn/cbor.h"

#include "base/codec.h"

enum major {
    MAJOR_UINT,
    MAJOR_NEGINT,
    MAJOR_BYTES,
    MAJOR_TEXT,
    MAJOR_ARRAY,
    MAJOR_MAP,
    MAJOR_TAG,
    MAJOR_OTHER
};
enum { SIMPLE_FALSE = 20, SIMPLE_NULL = 22, MAJOR_SHIFT = 5, INFO_MASK = 0x1f };

struct head {
    enum major major;
    uint64_t value;
    size_t n; /* number of its own bytes */
};

/* Section 3: the major type and its argument. */
static bool
read_head(struct str s, struct head *h)
{
    if (s.n == 0)
        return false;
    const unsigned char *p = (const unsigned char *)s.p;
    const unsigned info = p[0] & INFO_MASK;
    *h = (struct head){.major = (enum major)(p[0] >> MAJOR_SHIFT), .value = info, .n = 1};
    if (info < 24)
        return true;
    if (info > 27) /* reserved, or of indefinite length */
        return false;
    const size_t width = (size_t)1 << (info - 24);
    if (s.n < 1 + width)
        return false;
    h->value = 0;
    for (size_t i = 1; i <= width; i++)
        h->value = h->value << 8 | p[i];
    h->n = 1 + width;
    return h->value >= (width == 1 ? 24 : (uint64_t)1 << (width * 4));
}

static void
move(struct cbor *c, size_t n)
{
    c->rest = str_sub(c->rest, n, c->rest.n - n);
}

static bool
take_head(struct cbor *c, enum major major, uint64_t most, uint64_t *value_out)
{
    struct head h;
    if (!read_head(c->rest, &h) || h.major != major || h.value > most)
        return false;
    *value_out = h.value;
    move(c, h.n);
    return true;
}

bool
cbor_take_map(struct cbor *c, size_t *pairs_out)
{
    uint64_t n;
    if (!take_head(c, MAJOR_MAP, CBOR_ITEMS_MAX, &n))
        return false;
    *pairs_out = (size_t)n;
    return true;
}

bool
cbor_take_array(struct cbor *c, size_t *items_out)
{
    uint64_t n;
    if (!take_head(c, MAJOR_ARRAY, CBOR_ITEMS_MAX, &n))
        return false;
    *items_out = (size_t)n;
    return true;
}

static bool
take_run(struct cbor *c, enum major major, struct str *out)
{
    struct cbor at = *c;
    uint64_t n;
    if (!take_head(&at, major, c->rest.n, &n) || n > at.rest.n)
        return false;
    *out = str_sub(at.rest, 0, (size_t)n);
    move(&at, (size_t)n);
    *c = at;
    return true;
}

bool
cbor_take_bytes(struct cbor *c, struct str *bytes_out)
{
    return take_run(c, MAJOR_BYTES, bytes_out);
}

bool
cbor_take_text(struct cbor *c, struct str *text_out)
{
    struct cbor at = *c;
    struct str text;
    if (!take_run(&at, MAJOR_TEXT, &text) || !utf8_is_valid(text))
        return false;
    *text_out = text;
    *c = at;
    return true;
}

bool
cbor_take_int(struct cbor *c, int64_t *number_out)
{
    uint64_t n;
    if (take_head(c, MAJOR_UINT, INT64_MAX, &n)) {
        *number_out = (int64_t)n;
        return true;
    }
    if (!take_head(c, MAJOR_NEGINT, INT64_MAX, &n))
        return false;
    *number_out = -1 - (int64_t)n;
    return true;
}

static bool take_nested(struct cbor *c, unsigned depth, struct str *raw_out);

static bool
take_items(struct cbor *c, size_t n, unsigned depth)
{
    struct str raw;
    for (size_t i = 0; i < n; i++)
        if (!take_nested(c, depth, &raw))
            return false;
    return true;
}

/* Keys are compared as bytes: each number and text has only one form, so equal keys have equal bytes. */
static bool
take_pairs(struct cbor *c, size_t n, unsigned depth)
{
    struct str keys[CBOR_ITEMS_MAX];
    for (size_t i = 0; i < n; i++) {
        if (!take_nested(c, 0, &keys[i]) || !take_items(c, 1, depth))
            return false;
        for (size_t k = 0; k < i; k++)
            if (str_eq(keys[k], keys[i]))
                return false;
    }
    return true;
}

/* depth: how many more levels of maps and arrays may be entered. */
static bool
take_nested(struct cbor *c, unsigned depth, struct str *raw_out)
{
    struct cbor at = *c;
    struct head h;
    struct str run;
    size_t n;
    if (!read_head(at.rest, &h))
        return false;
    switch (h.major) {
    case MAJOR_UINT:
    case MAJOR_NEGINT:
        move(&at, h.n);
        break;
    case MAJOR_BYTES:
        if (!cbor_take_bytes(&at, &run))
            return false;
        break;
    case MAJOR_TEXT:
        if (!cbor_take_text(&at, &run))
            return false;
        break;
    case MAJOR_ARRAY:
        if (depth == 0 || !cbor_take_array(&at, &n) || !take_items(&at, n, depth - 1))
            return false;
        break;
    case MAJOR_MAP:
        if (depth == 0 || !cbor_take_map(&at, &n) || !take_pairs(&at, n, depth - 1))
            return false;
        break;
    case MAJOR_OTHER:
        if (h.n != 1 || h.value < SIMPLE_FALSE || h.value > SIMPLE_NULL)
            return false;
        move(&at, h.n);
        break;
    case MAJOR_TAG:
    default:
        return false;
    }
    *raw_out = str_sub(c->rest, 0, c->rest.n - at.rest.n);
    *c = at;
    return true;
}

bool
cbor_take_item(struct cbor *c, struct str *raw_out)
{
    return take_nested(c, CBOR_DEPTH_MAX, raw_out);
}

bool
cbor_take_whole_map(struct cbor *c, struct str *raw_out)
{
    struct cbor at = *c;
    size_t n;
    return cbor_take_map(&at, &n) && cbor_take_item(c, raw_out);
}
