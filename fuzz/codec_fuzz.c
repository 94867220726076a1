/* SPDX-License-Identifier: Apache-2.0 */
/* codec_fuzz: there is one text for given bytes, so decoded bytes encode to the same text (except for letter
 * case); and the two UTF-8 readers agree. */
#include "fuzz/fuzz.h"

#include "base/codec.h"

enum { MAX = 4096 };

static void
check_texts(struct arena *a, struct str s)
{
    unsigned char *out = arena_alloc(a, MAX);
    size_t n = 0;
    if (codec_base64url_read(s, out, MAX, &n) == ERR_NONE)
        ASSERT(str_eq(codec_base64url(a, out, n), s));
    if (codec_base32_read(s, out, MAX, &n) == ERR_NONE)
        ASSERT(str_eq_nocase(codec_base32(a, out, n), s));
    if (codec_hex_read(s, out, MAX, &n) == ERR_NONE)
        ASSERT(str_eq_nocase(codec_hex(a, out, n), s));
}

static void
check_utf8(struct str s)
{
    bool valid = true;
    size_t n = 0;
    for (size_t at = 0; at < s.n; at += n) {
        struct str rest = str_sub(s, at, SIZE_MAX);
        uint32_t cp = utf8_read(rest, &n);
        ASSERT(n >= 1 && n <= rest.n);
        if (cp == UINT32_MAX) {
            valid = false;
            continue;
        }
        unsigned char again[4];
        size_t again_n = utf8_write(cp, again);
        ASSERT(str_eq((struct str){(const char *)again, again_n}, str_sub(rest, 0, n)));
    }
    ASSERT(utf8_is_valid(s) == valid);
}

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 64 * 1024, .allocated_each = 64, .steps_base = 32 * 1024, .steps_each = 2048};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = {(const char *)data, size};
    struct arena a;
    arena_init(&a);
    check_texts(&a, s);
    check_utf8(s);
    arena_clear(&a);
    return 0;
}
