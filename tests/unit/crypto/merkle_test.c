/* SPDX-License-Identifier: Apache-2.0 */
/* merkle: the known tree of eight leaves, and every proof of every small tree. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"

enum { MOST = 70 };

struct forest {
    struct cx cx;
    struct digest leaves[MOST];
};

/* MTH of section 2.1, as it is defined. */
static struct digest
root_of(const struct digest *leaves, size_t n)
{
    size_t k = 1;
    if (n == 0)
        return sha256(STR_LIT(""));
    if (n == 1)
        return leaves[0];
    while (2 * k < n)
        k *= 2;
    const struct digest left = root_of(leaves, k), right = root_of(leaves + k, n - k);
    return merkle_node(&left, &right);
}

static enum errcode
subtree(struct cx *cx, const void *arg, unsigned level, uint64_t at, struct digest *hash_out)
{
    const struct forest *f = arg;
    (void)cx;
    assert_true((at + 1) << level <= MOST);
    *hash_out = root_of(f->leaves + (at << level), (size_t)1 << level);
    return ERR_NONE;
}

static int
set_up(void **state)
{
    struct forest *f = calloc(1, sizeof *f);
    assert_non_null(f);
    cx_init(&f->cx);
    for (size_t i = 0; i < MOST; i++) {
        const unsigned char content[2] = {(unsigned char)i, 7};
        f->leaves[i] = merkle_leaf((struct str){(const char *)content, sizeof content});
    }
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct forest *f = *state;
    cx_clear(&f->cx);
    free(f);
    return 0;
}

/* The eight leaves that implementations of Certificate Transparency test with. */
static void
the_known_tree_has_its_roots(void **state)
{
    static const struct {
        struct str leaf;
        const char *root;
    } known[] = {
        {STR(""), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
        {STR("\0"), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
        {STR("\x10"), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
        {STR("\x20\x21"), "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
        {STR("\x30\x31"), "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
        {STR("\x40\x41\x42\x43"), "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
        {STR("\x50\x51\x52\x53\x54\x55\x56\x57"),
         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
        {STR("\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"),
         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
    };
    struct forest *f = *state;
    struct merkle m = {.size = 0};
    struct digest done[MERKLE_LEVELS], root = merkle_root(&m);
    assert_str(codec_hex(&f->cx.arena, root.bytes, sizeof root.bytes),
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        const struct digest leaf = merkle_leaf(known[i].leaf);
        assert_int_equal(merkle_add(&m, &leaf, done), 1 + (size_t)__builtin_ctzll(i + 1));
        root = merkle_root(&m);
        assert_str(codec_hex(&f->cx.arena, root.bytes, sizeof root.bytes), known[i].root);
    }
}

static void
a_tree_grows_as_it_is_defined(void **state)
{
    struct forest *f = *state;
    const struct merkle_source from = {subtree, f};
    struct merkle m = {.size = 0}, loaded;
    struct digest done[MERKLE_LEVELS];
    for (size_t n = 0; n <= MOST; n++) {
        const struct digest root = merkle_root(&m), wanted = root_of(f->leaves, n);
        assert_memory_equal(root.bytes, wanted.bytes, sizeof root.bytes);
        assert_int_equal(merkle_load(&f->cx, &from, n, &loaded), ERR_NONE);
        assert_memory_equal(merkle_root(&loaded).bytes, wanted.bytes, sizeof wanted.bytes);
        if (n == MOST)
            break;
        const size_t levels = merkle_add(&m, &f->leaves[n], done);
        for (size_t level = 0; level < levels; level++) {
            const struct digest sub = root_of(f->leaves + (n + 1) - ((size_t)1 << level), (size_t)1 << level);
            assert_memory_equal(done[level].bytes, sub.bytes, sizeof sub.bytes);
        }
    }
}

static void
damage(struct merkle_path *path, size_t i)
{
    path->at[i].bytes[i % DIGEST_BYTES] ^= 1;
}

static void
every_leaf_is_proved_and_no_other(void **state)
{
    struct forest *f = *state;
    const struct merkle_source from = {subtree, f};
    struct merkle_path path;
    for (size_t n = 1; n <= MOST; n++) {
        const struct digest root = root_of(f->leaves, n);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(merkle_inclusion(&f->cx, &from, i, n, &path), ERR_NONE);
            assert_true(merkle_is_included(&f->leaves[i], i, n, &path, &root));
            assert_false(merkle_is_included(&f->leaves[(i + 1) % MOST], i, n, &path, &root));
            assert_false(merkle_is_included(&f->leaves[i], n, n, &path, &root));
            if (i + 1 < n)
                assert_false(merkle_is_included(&f->leaves[i], i + 1, n, &path, &root));
            for (size_t k = 0; k < path.n; k++) {
                damage(&path, k);
                assert_false(merkle_is_included(&f->leaves[i], i, n, &path, &root));
                damage(&path, k);
            }
            path.at[path.n++] = root;
            assert_false(merkle_is_included(&f->leaves[i], i, n, &path, &root));
        }
    }
}

static void
every_tree_is_proved_to_begin_with_the_smaller_ones(void **state)
{
    struct forest *f = *state;
    const struct merkle_source from = {subtree, f};
    struct merkle_path path;
    for (size_t n = 1; n <= MOST; n++) {
        const struct digest root = root_of(f->leaves, n);
        for (size_t old = 0; old <= n; old++) {
            const struct digest before = root_of(f->leaves, old);
            assert_int_equal(merkle_consistency(&f->cx, &from, old, n, &path), ERR_NONE);
            assert_true(merkle_is_consistent(old, &before, n, &root, &path));
            if (old > 0)
                assert_false(merkle_is_consistent(old, &f->leaves[MOST - 1], n, &root, &path));
            if (old > 0 && old < n)
                assert_false(merkle_is_consistent(old, &before, n, &before, &path));
            for (size_t k = 0; k < path.n; k++) {
                damage(&path, k);
                assert_false(merkle_is_consistent(old, &before, n, &root, &path));
                damage(&path, k);
            }
            path.at[path.n++] = root;
            assert_false(merkle_is_consistent(old, &before, n, &root, &path));
        }
    }
    assert_false(merkle_is_consistent(2, &f->leaves[0], 1, &f->leaves[0], &(struct merkle_path){.n = 0}));
    assert_false(merkle_is_consistent(3, &f->leaves[0], 5, &f->leaves[0], &(struct merkle_path){.n = 0}));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_known_tree_has_its_roots),
        cmocka_unit_test(a_tree_grows_as_it_is_defined),
        cmocka_unit_test(every_leaf_is_proved_and_no_other),
        cmocka_unit_test(every_tree_is_proved_to_begin_with_the_smaller_ones),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
