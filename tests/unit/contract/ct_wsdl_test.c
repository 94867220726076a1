/* SPDX-License-Identifier: Apache-2.0 */
/* The description of the one published operation is that of the contract, byte for byte; that of all names
 * each once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "contract/ct_wsdl.h"

#define ADDRESS "http://rescue.example.test" CT_PATH

/* The file of tests/contract with its line ends made CR LF. */
static void
read_expected(struct buf *out, const char *name)
{
    char path[512];
    int c;

    (void)snprintf(path, sizeof path, "%s/%s", CONTRACT_DIR, name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    while ((c = fgetc(f)) != EOF) {
        if (c == '\n')
            buf_add_byte(out, '\r');
        if (c != '\r')
            buf_add_byte(out, (unsigned char)c);
    }
    (void)fclose(f);
}

static size_t
count(struct str text, struct str needle)
{
    size_t n = 0;

    for (size_t at = str_find_str(text, needle); at < text.n; at = str_find_str(text, needle)) {
        n++;
        text = str_sub(text, at + needle.n, text.n);
    }
    return n;
}

static void
assert_same(struct buf *got, struct buf *want)
{
    assert_false(buf_is_over(got));
    assert_int_equal(buf_view(got).n, buf_view(want).n);
    assert_memory_equal(buf_view(got).p, buf_view(want).p, buf_view(want).n);
    buf_clear(got);
    buf_clear(want);
}

static void
test_published_operation(void **state)
{
    struct buf got, want;

    (void)state;
    buf_init(&got, 1 << 20);
    buf_init(&want, 1 << 20);
    ct_wsdl_write(&got, STR_LIT(ADDRESS), ct_op_find(STR_LIT("twoFactorCheckPushAuthStatus"), CT_FACE_SOAP));
    read_expected(&want, "TechnicianConsole.wsdl");
    assert_same(&got, &want);
}

static void
test_disco(void **state)
{
    struct buf got, want;

    (void)state;
    buf_init(&got, 1 << 20);
    buf_init(&want, 1 << 20);
    ct_disco_write(&got, STR_LIT(ADDRESS));
    read_expected(&want, "TechnicianConsole.disco");
    assert_same(&got, &want);
}

static void
test_all_operations(void **state)
{
    struct buf got;

    (void)state;
    buf_init(&got, 1 << 20);
    ct_wsdl_write(&got, STR_LIT(ADDRESS), NULL);
    assert_false(buf_is_over(&got));
    struct str text = buf_view(&got);
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++) {
        char needle[160];
        (void)snprintf(needle, sizeof needle, "<s:element name=\"%.*s\">", STR_ARG(op->name));
        assert_int_equal(count(text, str_from_cstr(needle)), op->face == CT_FACE_SOAP ? 1 : 0);
    }
    assert_int_equal(count(text, STR_LIT("<s:simpleType name=\"LoginTwoFactorRet\">")), 1);
    assert_int_equal(count(text, STR_LIT("<s:complexType name=\"ArrayOfTwoFactorAuthenticationMethod\">")),
                     1);
    assert_int_equal(count(text, STR_LIT("<s:complexType name=\"TwoFactorAuthenticationMethod\">")), 1);
    buf_clear(&got);
}

static void
test_made_once_it_is_the_same_for_each_address(void **state)
{
    static const struct str addresses[] = {STR(ADDRESS), STR("https://[::1]:8443/x.asmx"), STR("")};
    struct ct_wsdl made;

    (void)state;
    ct_wsdl_init(&made);
    for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
        struct buf got, want;
        buf_init(&got, 1 << 20);
        buf_init(&want, 1 << 20);
        ct_wsdl_fill(&made, addresses[i], &got);
        ct_wsdl_write(&want, addresses[i], NULL);
        assert_same(&got, &want);
    }
    ct_wsdl_clear(&made);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_operation),
        cmocka_unit_test(test_disco),
        cmocka_unit_test(test_all_operations),
        cmocka_unit_test(test_made_once_it_is_the_same_for_each_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
