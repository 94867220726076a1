/* SPDX-License-Identifier: Apache-2.0 */
/* key_file: a key is kept for its owner alone, and signs what the server verifies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/key_file.h"

struct place {
    struct cx cx;
    char folder[64], path[96], link[96];
};

static int
set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    cx_init(&p->cx);
    cx_begin(&p->cx);
    snprintf(p->folder, sizeof p->folder, "/tmp/countersign-key-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->path, sizeof p->path, "%s/key", p->folder);
    snprintf(p->link, sizeof p->link, "%s/link", p->folder);
    *state = p;
    return 0;
}

static int
tear_down(void **state)
{
    struct place *p = *state;
    unlink(p->path);
    unlink(p->link);
    rmdir(p->folder);
    cx_clear(&p->cx);
    free(p);
    return 0;
}

static void
make(struct place *p, unsigned char point[P256_POINT])
{
    struct key_file k;
    int fd;
    key_file_generate(&k);
    p256_point(k.key, point);
    k.url = STR_LIT("https://sign-in.example");
    k.device = STR_LIT("42");
    k.account = STR_LIT("ann@acme.example");
    k.token = STR_LIT("token");
    assert_int_equal(key_file_create(&p->cx, p->path, &fd), ERR_NONE);
    assert_int_equal(key_file_write(&p->cx, fd, &k), ERR_NONE);
    close(fd);
    key_file_clear(&k);
}

static void
assert_refused(struct place *p, const char *path, const char *words)
{
    struct key_file k;
    err_forget(&p->cx);
    assert_int_equal(key_file_read(&p->cx, path, &k), ERR_USAGE);
    assert_non_null(strstr(p->cx.detail, words));
    key_file_clear(&k);
}

static void
comes_back(void **state)
{
    struct place *p = *state;
    struct key_file k;
    unsigned char before[P256_POINT], after[P256_POINT];
    struct stat st;
    make(p, before);
    assert_int_equal(stat(p->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(key_file_read(&p->cx, p->path, &k), ERR_NONE);
    p256_point(k.key, after);
    assert_memory_equal(before, after, sizeof after);
    assert_true(str_eq(k.url, STR_LIT("https://sign-in.example")));
    assert_true(str_eq(k.device, STR_LIT("42")));
    assert_true(str_eq(k.account, STR_LIT("ann@acme.example")));
    assert_true(str_eq(k.token, STR_LIT("token")));
    key_file_clear(&k);
}

static void
is_never_overwritten(void **state)
{
    struct place *p = *state;
    unsigned char point[P256_POINT];
    int fd;
    make(p, point);
    assert_int_equal(key_file_create(&p->cx, p->path, &fd), ERR_USAGE);
    assert_non_null(strstr(p->cx.detail, "never overwritten"));
    err_forget(&p->cx);
    assert_int_equal(key_file_create(&p->cx, "/nonexistent/key", &fd), ERR_USAGE);
}

static void
modes(void **state)
{
    static const mode_t open_modes[] = {0640, 0604, 0660, 0610, 0601, 0602};
    struct place *p = *state;
    unsigned char point[P256_POINT];
    make(p, point);
    for (size_t i = 0; i < ARRAY_LEN(open_modes); i++) {
        assert_int_equal(chmod(p->path, open_modes[i]), 0);
        assert_refused(p, p->path, "chmod 600");
    }
    assert_int_equal(chmod(p->path, 0600), 0);
    assert_int_equal(symlink(p->path, p->link), 0);
    assert_refused(p, p->link, "cannot be read");
    assert_refused(p, p->folder, "not a key file");
    assert_refused(p, "/nonexistent/key", "cannot be read");
}

static void
other_contents(void **state)
{
    static const char *const texts[] = {
        "",
        "{",
        "[]",
        "{}",
        "{\"url\":\"u\",\"device\":\"1\",\"account\":\"a\",\"token\":\"t\",\"key\":\"no key\"}",
        "{\"url\":1,\"device\":\"1\",\"account\":\"a\",\"token\":\"t\",\"key\":\"k\"}",
    };
    struct place *p = *state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        int fd = open(p->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        assert_int_equal(write(fd, texts[i], strlen(texts[i])), (ssize_t)strlen(texts[i]));
        close(fd);
        assert_refused(p, p->path, "not a key file");
    }
}

static void
signature_verifies(void **state)
{
    struct place *p = *state;
    struct key_file k;
    unsigned char point[P256_POINT], signature[P256_SIGNATURE];
    key_file_generate(&k);
    p256_point(k.key, point);
    struct str key = {(const char *)point, sizeof point}, sig = {(const char *)signature, sizeof signature};
    /* Often enough that an r or s with leading zeros is among them. */
    for (int i = 0; i < 600; i++) {
        struct str message = arena_printf(&p->cx.arena, "message %d", i);
        p256_sign(k.key, message, signature);
        assert_int_equal(es256_verify(&p->cx, key, message, sig), ERR_NONE);
    }
    assert_int_equal(es256_verify(&p->cx, key, STR_LIT("another"), sig), ERR_CRYPTO);
    key_file_clear(&k);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(is_never_overwritten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(modes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_contents, set_up, tear_down),
        cmocka_unit_test_setup_teardown(signature_verifies, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
