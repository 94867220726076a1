/* SPDX-License-Identifier: Apache-2.0 */
/* env: the key file, the keys made from it, tokens. */
#include "tests/unit/accounts/fixture.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/codec.h"

static void
key_file(void **state)
{
    struct fixture *f = *state;
    struct auth_env a = {.argon2_kib = 1}, b = {.argon2_kib = 1};
    char path[80];
    struct stat st;
    snprintf(path, sizeof path, "%s/key", f->folder);
    assert_fails(&f->cx, env_read_keys(&f->cx, path, &a), ERR_IO);
    assert_ok(env_write_key_file(&f->cx, path));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_fails(&f->cx, env_write_key_file(&f->cx, path), ERR_EXISTS);
    assert_ok(env_read_keys(&f->cx, path, &a));
    assert_ok(env_read_keys(&f->cx, path, &b));
    const struct secret *keys[] = {&a.pepper, &a.seal, &a.token, &a.lookup};
    const struct secret *again[] = {&b.pepper, &b.seal, &b.token, &b.lookup};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(keys[i]->n, 32);
        assert_memory_equal(keys[i]->bytes, again[i]->bytes, 32);
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(keys[i]->bytes, keys[k]->bytes, 32);
    }
    assert_int_equal(chmod(path, 0640), 0);
    assert_fails(&f->cx, env_read_keys(&f->cx, path, &a), ERR_DENIED);
    env_clear(&a);
    assert_int_equal(a.pepper.n, 0);
    unlink(path);
}

static void
a_file_that_is_no_key(void **state)
{
    struct fixture *f = *state;
    static const char *const texts[] = {"", "AAAA", "not base64url!",
                                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    char path[80];
    snprintf(path, sizeof path, "%s/key", f->folder);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct auth_env env = {.argon2_kib = 1};
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(chmod(path, 0600), 0);
        assert_true(fputs(texts[i], file) >= 0);
        assert_int_equal(fclose(file), 0);
        assert_fails(&f->cx, env_read_keys(&f->cx, path, &env), ERR_SYNTAX);
    }
    unlink(path);
}

/* RFC 5869 is OpenSSL's; only the label is ours. A key that changed would lock everybody out. */
static void
keys_do_not_change_between_versions(void **state)
{
    struct fixture *f = *state;
    struct auth_env env = {.argon2_kib = 1};
    char path[80];
    snprintf(path, sizeof path, "%s/key", f->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(chmod(path, 0600), 0);
    /* With the byte order mark that an editor put before it. */
    assert_true(fputs("\xef\xbb\xbf"
                      "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n",
                      file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_ok(env_read_keys(&f->cx, path, &env));
    assert_str(codec_hex(&f->cx.arena, env.pepper.bytes, 32),
               "c2cc3e0891ab66ebb8f805b63675493432308ddf741d15d6903ca8e5c87105d9");
    assert_str(codec_hex(&f->cx.arena, env.lookup.bytes, 32),
               "0d67eb96d52bc8b3b6de5780f791272b4c4cebace097b4f96e4a22538095617c");
    unlink(path);
}

static void
tokens(void **state)
{
    struct fixture *f = *state;
    struct cx *cx = &f->cx;
    struct str a = token_random(cx), b = token_random(cx), nonce = STR_LIT("0123456789abcdef");
    assert_int_equal(a.n, 43);
    assert_false(str_eq(a, b));
    assert_true(str_eq(token_derive(cx, "push", 7, nonce), token_derive(cx, "push", 7, nonce)));
    assert_false(str_eq(token_derive(cx, "push", 7, nonce), token_derive(cx, "push", 8, nonce)));
    assert_false(str_eq(token_derive(cx, "push", 7, nonce), token_derive(cx, "session", 7, nonce)));
    assert_false(str_eq(token_derive(cx, "push", 7, nonce), token_derive(cx, "push", 7, STR_LIT("x"))));
    struct digest d = token_digest(STR_LIT("abc"));
    assert_str(codec_hex(&cx->arena, d.bytes, sizeof d.bytes),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    struct digest one = env_lookup(cx, STR_LIT("ab"), STR_LIT("c")),
                  two = env_lookup(cx, STR_LIT("a"), STR_LIT("bc"));
    assert_memory_not_equal(one.bytes, two.bytes, sizeof one.bytes);
}

static void
numbers_have_their_digits_and_are_spread(void **state)
{
    struct fixture *f = *state;
    int first[10] = {0};
    for (int64_t id = 0; id < 1000; id++) {
        const size_t digits = 2 + (size_t)id % 5;
        struct str n = token_number(&f->cx, id, STR_LIT("nonce"), (int64_t)digits);
        int64_t v;
        assert_int_equal(n.n, digits);
        assert_ok(str_to_i64(n, 0, 999999, &v));
        first[n.p[0] - '0']++;
    }
    for (size_t i = 0; i < 10; i++)
        assert_in_range(first[i], 50, 150);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(key_file, fixture_set_up_file, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_no_key, fixture_set_up_file, fixture_tear_down),
        cmocka_unit_test_setup_teardown(keys_do_not_change_between_versions, fixture_set_up_file,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(tokens, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(numbers_have_their_digits_and_are_spread, fixture_set_up,
                                        fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
