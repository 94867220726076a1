/* SPDX-License-Identifier: Apache-2.0 */
/* merkle: see merkle.h. The standard's definitions recurse from the root; here the same steps are loops. */
#include "crypto/merkle.h"

#include <string.h>

#include "base/buf.h"
#include "crypto/hash.h"

struct digest
merkle_leaf(struct str content)
{
    struct buf b;
    buf_init(&b, content.n + 1);
    buf_add_byte(&b, 0);
    buf_add_str(&b, content);
    ASSERT(!buf_is_over(&b));
    struct digest hash = sha256(buf_view(&b));
    buf_clear(&b);
    return hash;
}

struct digest
merkle_node(const struct digest *left, const struct digest *right)
{
    unsigned char bytes[1 + 2 * DIGEST_BYTES] = {1};
    memcpy(bytes + 1, left->bytes, DIGEST_BYTES);
    memcpy(bytes + 1 + DIGEST_BYTES, right->bytes, DIGEST_BYTES);
    return sha256((struct str){(const char *)bytes, sizeof bytes});
}

static bool
has_peak(uint64_t size, unsigned level)
{
    return (size >> level & 1) != 0;
}

size_t
merkle_add(struct merkle *m, const struct digest *leaf, struct digest done_out[MERKLE_LEVELS])
{
    unsigned level = 0;
    done_out[0] = *leaf;
    for (; has_peak(m->size, level); level++) {
        ASSERT(level + 1 < MERKLE_LEVELS);
        done_out[level + 1] = merkle_node(&m->peaks[level], &done_out[level]);
    }
    m->peaks[level] = done_out[level];
    m->size++;
    return level + 1;
}

struct digest
merkle_root(const struct merkle *m)
{
    struct digest root = sha256(STR_LIT(""));
    bool is_first = true;
    for (unsigned level = 0; level < MERKLE_LEVELS; level++) {
        if (!has_peak(m->size, level))
            continue;
        root = is_first ? m->peaks[level] : merkle_node(&m->peaks[level], &root);
        is_first = false;
    }
    return root;
}

/* The tree of the leaves from `first` on, a multiple of what `size` rounds up to. */
static enum errcode
load_range(struct cx *cx, const struct merkle_source *from, uint64_t first, uint64_t size, struct merkle *out)
{
    *out = (struct merkle){.size = size};
    for (unsigned level = MERKLE_LEVELS; level-- > 0;) {
        if (!has_peak(size, level))
            continue;
        enum errcode err = from->hash(cx, from->arg, level, first >> level, &out->peaks[level]);
        if (err != ERR_NONE)
            return err;
        first += UINT64_C(1) << level;
    }
    return ERR_NONE;
}

enum errcode
merkle_load(struct cx *cx, const struct merkle_source *from, uint64_t size, struct merkle *m_out)
{
    return load_range(cx, from, 0, size, m_out);
}

static enum errcode
add_range(struct cx *cx, const struct merkle_source *from, uint64_t first, uint64_t size,
          struct merkle_path *path)
{
    struct merkle range;
    enum errcode err = load_range(cx, from, first, size, &range);
    ASSERT(path->n < MERKLE_PATH);
    path->at[path->n++] = merkle_root(&range);
    return err;
}

/* The largest power of two below n; n > 1. */
static uint64_t
split(uint64_t n)
{
    uint64_t k = 1;
    while (k < n - k)
        k *= 2;
    return k;
}

static void
turn_round(struct merkle_path *path)
{
    for (size_t i = 0; i < path->n / 2; i++) {
        struct digest other = path->at[i];
        path->at[i] = path->at[path->n - 1 - i];
        path->at[path->n - 1 - i] = other;
    }
}

enum errcode
merkle_inclusion(struct cx *cx, const struct merkle_source *from, uint64_t index, uint64_t size,
                 struct merkle_path *path_out)
{
    uint64_t first = 0;
    enum errcode err = ERR_NONE;
    path_out->n = 0;
    ASSERT(index < size);
    while (size > 1 && err == ERR_NONE) {
        const uint64_t k = split(size);
        const bool is_left = index - first < k;
        err = is_left ? add_range(cx, from, first + k, size - k, path_out)
                      : add_range(cx, from, first, k, path_out);
        first += is_left ? 0 : k;
        size = is_left ? k : size - k;
    }
    turn_round(path_out);
    return err;
}

enum errcode
merkle_consistency(struct cx *cx, const struct merkle_source *from, uint64_t old, uint64_t size,
                   struct merkle_path *path_out)
{
    uint64_t first = 0;
    bool is_whole = true; /* the old tree begins where the part that is looked at does */
    enum errcode err = ERR_NONE;
    path_out->n = 0;
    ASSERT(old <= size);
    if (old == 0)
        return ERR_NONE;
    while (old != size && err == ERR_NONE) {
        const uint64_t k = split(size);
        const bool is_left = old <= k;
        err = is_left ? add_range(cx, from, first + k, size - k, path_out)
                      : add_range(cx, from, first, k, path_out);
        is_whole = is_whole && is_left;
        first += is_left ? 0 : k;
        old -= is_left ? 0 : k;
        size = is_left ? k : size - k;
    }
    if (err == ERR_NONE && !is_whole)
        err = add_range(cx, from, first, size, path_out);
    turn_round(path_out);
    return err;
}

static bool
is_same(const struct digest *a, const struct digest *b)
{
    return secret_equal(a->bytes, b->bytes, DIGEST_BYTES);
}

/* Up to where the path comes from the left, or from a part that is not at the right edge. */
static void
climb(uint64_t *fn, uint64_t *sn)
{
    while ((*fn & 1) == 0 && *fn != 0) {
        *fn >>= 1;
        *sn >>= 1;
    }
}

bool
merkle_is_included(const struct digest *leaf, uint64_t index, uint64_t size, const struct merkle_path *path,
                   const struct digest *root)
{
    if (index >= size)
        return false;
    uint64_t fn = index, sn = size - 1;
    struct digest r = *leaf;
    for (size_t i = 0; i < path->n; i++) {
        if (sn == 0)
            return false;
        if ((fn & 1) != 0 || fn == sn) {
            r = merkle_node(&path->at[i], &r);
            climb(&fn, &sn);
        } else {
            r = merkle_node(&r, &path->at[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && is_same(&r, root);
}

/* 0 < old < size. seed: the path's first hash, or the old root where that is a perfect subtree. */
static bool
joins_both(uint64_t old, const struct digest *old_root, uint64_t size, const struct digest *root,
           const struct merkle_path *path)
{
    const bool is_perfect = (old & (old - 1)) == 0;
    uint64_t fn = old - 1, sn = size - 1;
    if (!is_perfect && path->n == 0)
        return false;
    for (; (fn & 1) != 0; fn >>= 1)
        sn >>= 1;
    struct digest fr = is_perfect ? *old_root : path->at[0], sr = fr;
    for (size_t i = is_perfect ? 0 : 1; i < path->n; i++) {
        if (sn == 0)
            return false;
        if ((fn & 1) != 0 || fn == sn) {
            fr = merkle_node(&path->at[i], &fr);
            sr = merkle_node(&path->at[i], &sr);
            climb(&fn, &sn);
        } else {
            sr = merkle_node(&sr, &path->at[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && is_same(&fr, old_root) && is_same(&sr, root);
}

bool
merkle_is_consistent(uint64_t old, const struct digest *old_root, uint64_t size, const struct digest *root,
                     const struct merkle_path *path)
{
    if (old == size || old == 0)
        return path->n == 0 && (old == 0 || is_same(old_root, root));
    return old < size && joins_both(old, old_root, size, root, path);
}
