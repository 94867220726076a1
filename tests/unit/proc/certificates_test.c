/* SPDX-License-Identifier: Apache-2.0 */
/* certificates: which files become copies for the fronts, and which are refused. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc/certificates.h"

enum { PATH_SIZE = 128 };

static char root[] = "/tmp/certificates_test.XXXXXX";
static char cert[PATH_SIZE], key[PATH_SIZE], folder[PATH_SIZE];

static const char *PRINTF_LIKE(1, 2) in_folder(const char *fmt, ...)
{
    static char text[2 * PATH_SIZE];
    int n = snprintf(text, sizeof text, "%s/", folder);
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text + n, sizeof text - (size_t)n, fmt, ap);
    va_end(ap);
    return text;
}

static void
write_file(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void
add_to_folder(const char *name)
{
    assert_int_equal(mkdir(in_folder("%s", name), 0700), 0);
    write_file(in_folder("%s/fullchain.pem", name), "chain");
    write_file(in_folder("%s/privkey.pem", name), "key");
    assert_int_equal(chmod(in_folder("%s/privkey.pem", name), 0600), 0);
}

static void
remove_from_folder(const char *name)
{
    (void)unlink(in_folder("%s/fullchain.pem", name));
    (void)unlink(in_folder("%s/privkey.pem", name));
    (void)unlink(in_folder("%s", name));
    (void)rmdir(in_folder("%s", name));
}

static int
make_files(void **state)
{
    (void)state;
    if (mkdtemp(root) == NULL)
        return -1;
    (void)snprintf(cert, sizeof cert, "%s/chain.pem", root);
    (void)snprintf(key, sizeof key, "%s/key.pem", root);
    (void)snprintf(folder, sizeof folder, "%s/more", root);
    write_file(cert, "chain");
    return mkdir(folder, 0700);
}

static int
remove_files(void **state)
{
    (void)state;
    (void)unlink(cert);
    (void)unlink(key);
    (void)rmdir(folder);
    return rmdir(root);
}

static void
a_key_that_others_may_read_is_refused(void **state)
{
    (void)state;
    struct cx cx;
    cx_init(&cx);
    struct config c;
    config_init(&c);
    struct certificates tls;
    assert_int_equal(certificates_open(&cx, &c, &tls), ERR_NONE);
    assert_int_equal(tls.n, 0);
    c.tls_certificate = str_from_cstr(cert);
    c.tls_key = str_from_cstr(key);
    assert_int_equal(certificates_open(&cx, &c, &tls), ERR_CONFIG);
    write_file(key, "key");
    static const mode_t refused[] = {0604, 0644, 0660, 0602, 0601, 0650};
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        cx_begin(&cx);
        assert_int_equal(chmod(key, refused[i]), 0);
        assert_int_equal(certificates_open(&cx, &c, &tls), ERR_CONFIG);
        assert_int_equal(tls.n, 0);
    }
    static const mode_t taken[] = {0600, 0400, 0640, 0440};
    for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
        char copy[8] = "";
        cx_begin(&cx);
        assert_int_equal(chmod(key, taken[i]), 0);
        assert_int_equal(certificates_open(&cx, &c, &tls), ERR_NONE);
        /* What is written to the file later is not in the copy. */
        assert_int_equal(chmod(key, 0600), 0);
        write_file(key, "later");
        assert_int_equal(read(tls.pairs[0].fds[1], copy, sizeof copy), 3);
        assert_memory_equal(copy, "key", 3);
        certificates_close(&tls);
        write_file(key, "key");
    }
    config_clear(&c);
    cx_clear(&cx);
}

/* A configuration with a certificate and the folder. */
static void
configure(struct config *c)
{
    config_init(c);
    write_file(key, "key");
    assert_int_equal(chmod(key, 0600), 0);
    c->tls_certificate = str_from_cstr(cert);
    c->tls_key = str_from_cstr(key);
    c->tls_folder = str_from_cstr(folder);
}

static void
the_folder_adds_its_pairs_in_the_order_of_their_names(void **state)
{
    (void)state;
    struct cx cx;
    struct config c;
    struct certificates tls;
    char copy[8] = "";
    cx_init(&cx);
    configure(&c);
    assert_int_equal(certificates_open(&cx, &c, &tls), ERR_NONE);
    assert_int_equal(tls.n, 1);
    certificates_close(&tls);
    add_to_folder("b.example");
    add_to_folder("a.example");
    assert_int_equal(mkdir(in_folder("empty"), 0700), 0);
    write_file(in_folder("README"), "not a folder");
    assert_int_equal(symlink("b.example", in_folder("c.example")), 0); /* as certbot's live */
    assert_int_equal(certificates_open(&cx, &c, &tls), ERR_NONE);
    assert_int_equal(tls.n, 4);
    assert_string_equal(tls.pairs[0].name, "tls.certificate");
    assert_string_equal(tls.pairs[1].name, "tls.folder/a.example");
    assert_string_equal(tls.pairs[2].name, "tls.folder/b.example");
    assert_string_equal(tls.pairs[3].name, "tls.folder/c.example");
    assert_int_equal(read(tls.pairs[2].fds[0], copy, sizeof copy), 5);
    assert_memory_equal(copy, "chain", 5);
    certificates_close(&tls);
    remove_from_folder("c.example");
    remove_from_folder("README");
    remove_from_folder("empty");
    remove_from_folder("a.example");
    remove_from_folder("b.example");
    config_clear(&c);
    cx_clear(&cx);
}

static void
what_is_wrong_in_the_folder_is_named_all_at_once(void **state)
{
    (void)state;
    struct cx cx;
    struct config c;
    struct certificates tls;
    cx_init(&cx);
    configure(&c);
    add_to_folder("half");
    assert_int_equal(unlink(in_folder("half/privkey.pem")), 0);
    add_to_folder("open");
    assert_int_equal(chmod(in_folder("open/privkey.pem"), 0644), 0);
    assert_int_equal(certificates_open(&cx, &c, &tls), ERR_CONFIG);
    assert_int_equal(tls.n, 0);
    assert_non_null(strstr(cx.detail, "tls.folder/half: cannot open privkey.pem"));
    assert_non_null(strstr(cx.detail, "\ntls.folder/open: others than its owner"));
    remove_from_folder("half");
    remove_from_folder("open");
    cx_begin(&cx);
    c.tls_folder = STR_LIT("/nonexistent");
    assert_int_equal(certificates_open(&cx, &c, &tls), ERR_CONFIG);
    assert_non_null(strstr(cx.detail, "tls.folder: cannot read /nonexistent"));
    config_clear(&c);
    cx_clear(&cx);
}

static void
their_number_is_bounded(void **state)
{
    (void)state;
    struct cx cx;
    struct config c;
    struct certificates tls;
    char name[16];
    cx_init(&cx);
    configure(&c);
    for (int i = 0; i < CERTIFICATES_MAX; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        add_to_folder(name);
    }
    assert_int_equal(certificates_open(&cx, &c, &tls), ERR_CONFIG);
    assert_non_null(strstr(cx.detail, "more than 32 certificates"));
    remove_from_folder("n0");
    cx_begin(&cx);
    assert_int_equal(certificates_open(&cx, &c, &tls), ERR_NONE);
    assert_int_equal(tls.n, CERTIFICATES_MAX);
    certificates_close(&tls);
    for (int i = 1; i < CERTIFICATES_MAX; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        remove_from_folder(name);
    }
    config_clear(&c);
    cx_clear(&cx);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_that_others_may_read_is_refused),
        cmocka_unit_test(the_folder_adds_its_pairs_in_the_order_of_their_names),
        cmocka_unit_test(what_is_wrong_in_the_folder_is_named_all_at_once),
        cmocka_unit_test(their_number_is_bounded),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
