/* SPDX-License-Identifier: Apache-2.0 */
/* webauthn_data: attestation objects and keys that are put together here byte by byte. */
#include "tests/unit/webauthn/authenticator.h"

#include "base/buf.h"
#include "webauthn/webauthn_parts.h"

static const struct str statement = STR("a statement\n");

static struct webauthn_asked
asked_of(struct fixture *f, struct str signed_text)
{
    struct webauthn_asked asked = {.site = {STR("sign-in.example"), STR("https://sign-in.example")}};
    const struct digest digest = token_digest(signed_text);
    asked.challenge = arena_str(&f->cx.arena, (struct str){(const char *)digest.bytes, sizeof digest.bytes});
    return asked;
}

/* An attestation object whose statement and format are others than its data. */
static const struct {
    struct str head; /* before "authData" */
    enum webauthn_fault fault;
} objects[] = {
    {STR("\xa3\x63"
         "fmt\x64none\x67"
         "attStmt\xa0"),
     WEBAUTHN_NONE},
    {STR("\xa3\x67"
         "attStmt\xa0\x63"
         "fmt\x64none"),
     WEBAUTHN_NONE},
    {STR("\xa3\x63"
         "fmt\x65"
         "apple\x67"
         "attStmt\xa0"),
     WEBAUTHN_FORMAT},
    {STR("\xa3\x63"
         "fmt\x60\x67"
         "attStmt\xa0"),
     WEBAUTHN_FORMAT},
    {STR("\xa3\x63"
         "fmt\x64none\x67"
         "attStmt\xa1\x63"
         "alg\x26"),
     WEBAUTHN_MALFORMED},
    {STR("\xa3\x63"
         "fmt\x66packed\x67"
         "attStmt\xa0"),
     WEBAUTHN_MALFORMED},
    {STR("\xa3\x63"
         "fmt\x66packed\x67"
         "attStmt\xa2\x63"
         "alg\x26\x63sig\x41\x00"),
     WEBAUTHN_ATTESTATION},
    {STR("\xa3\x63"
         "fmt\x66packed\x67"
         "attStmt\xa2\x63"
         "alg\x27\x63sig\x41\x00"),
     WEBAUTHN_ATTESTATION},
    {STR("\xa3\x63"
         "fmt\x66packed\x67"
         "attStmt\xa3\x63"
         "alg\x26\x63sig\x41\x00\x63x5c\x80"),
     WEBAUTHN_MALFORMED},
    {STR("\xa3\x63"
         "fmt\x66packed\x67"
         "attStmt\xa3\x63"
         "alg\x26\x63sig\x41\x00\x63x5c\x81\x41\x30"),
     WEBAUTHN_ATTESTATION},
    {STR("\xa3\x63"
         "fmt\x68"
         "fido-u2f\x67"
         "attStmt\xa1\x63sig\x41\x00"),
     WEBAUTHN_MALFORMED},
    {STR("\xa3\x63"
         "fmt\x68"
         "fido-u2f\x67"
         "attStmt\xa2\x63sig\x41\x00\x63x5c\x82\x41\x30\x41\x30"),
     WEBAUTHN_ATTESTATION},
    {STR("\xa4\x63"
         "fmt\x64none\x67"
         "attStmt\xa0\x64more\x00"),
     WEBAUTHN_MALFORMED},
    {STR("\xa3\x63"
         "fmt\x64none\x63"
         "fmt\x64none"),
     WEBAUTHN_MALFORMED},
    {STR("\xa2\x63"
         "fmt\x64none"),
     WEBAUTHN_MALFORMED},
    {STR("\xa3\x43"
         "fmt\x64none\x67"
         "attStmt\xa0"), /* a name that is not text */
     WEBAUTHN_MALFORMED},
    {STR("\xa3\x63"
         "fmt\x66packed\x67"
         "attStmt\xa2\x43"
         "alg\x26\x63sig\x41\x00"),
     WEBAUTHN_MALFORMED},
    {STR("\xa3\x63"
         "fmt\x66packed\x67"
         "attStmt\xa3\x63"
         "alg\x26\x63sig\x41\x00\x63x5c\x80"), /* no certificate */
     WEBAUTHN_MALFORMED},
    {STR("\xa3\x63"
         "fmt\x66packed\x67"
         "attStmt\xa3\x63"
         "alg\x26\x63sig\x41\x00\x63x5c\x81\x40"), /* an empty one */
     WEBAUTHN_MALFORMED},
};

static void
attestation_objects(void **state)
{
    struct fixture *f = *state;
    struct authenticator a;
    authenticator_init(&a);
    const struct webauthn_asked asked = asked_of(f, statement);
    const struct passkey_registration plain = authenticator_register(f, &a, statement);
    const struct str tail = str_sub(plain.attestation_object, objects[0].head.n, plain.attestation_object.n);
    for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
        struct webauthn_credential made;
        bool verified;
        struct buf object;
        buf_init(&object, WEBAUTHN_ATTESTATION_MAX);
        buf_add_str(&object, objects[i].head);
        buf_add_str(&object, tail);
        const struct passkey_registration r = {buf_view(&object), plain.client_data};
        enum webauthn_fault fault = webauthn_register(&f->cx.arena, &asked, &r, &made, &verified);
        if (fault != objects[i].fault)
            fail_msg("%zu: %s", i, webauthn_fault_name(fault).p);
        buf_clear(&object);
    }
    authenticator_clear(&a);
}

static void
keys(void **state)
{
    static const struct {
        struct str head;
        size_t n; /* bytes of 0x11 behind it */
        enum webauthn_fault fault;
    } cases[] = {
        {STR("\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20"), 32, WEBAUTHN_NONE},
        {STR("\xa4\x03\x27\x01\x01\x20\x06\x21\x58\x20"), 32, WEBAUTHN_NONE},
        {STR("\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x21"), 33, WEBAUTHN_ALGORITHM},
        {STR("\xa4\x01\x01\x03\x27\x20\x04\x21\x58\x20"), 32, WEBAUTHN_ALGORITHM}, /* another curve */
        {STR("\xa4\x01\x02\x03\x27\x20\x06\x21\x58\x20"), 32, WEBAUTHN_ALGORITHM}, /* another kind */
        {STR("\xa4\x01\x01\x03\x26\x20\x06\x21\x58\x20"), 32, WEBAUTHN_ALGORITHM}, /* another algorithm */
        {STR("\xa4\x01\x01\x03\x38\x22\x20\x06\x21\x58\x20"), 32, WEBAUTHN_ALGORITHM},
        {STR("\xa5\x01\x01\x02\x40\x03\x27\x20\x06\x21\x58\x20"), 32, WEBAUTHN_ALGORITHM}, /* a key's id */
        {STR("\xa3\x01\x01\x03\x27\x21\x58\x20"), 32, WEBAUTHN_ALGORITHM},
        {STR("\xa1\x61x\x26"), 0, WEBAUTHN_ALGORITHM}, /* a label that is text */
        {STR("\xa0"), 0, WEBAUTHN_ALGORITHM},
        {STR("\x80"), 0, WEBAUTHN_MALFORMED},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        enum webauthn_algorithm algorithm;
        struct str key;
        struct buf b;
        buf_init(&b, 512);
        buf_add_str(&b, cases[i].head);
        for (size_t k = 0; k < cases[i].n; k++)
            buf_add_byte(&b, 0x11);
        enum webauthn_fault fault = webauthn_key_read(&f->cx.arena, buf_view(&b), &algorithm, &key);
        if (fault != cases[i].fault)
            fail_msg("%zu: %s", i, webauthn_fault_name(fault).p);
        if (fault == WEBAUTHN_NONE)
            assert_int_equal(key.n, 32);
        buf_clear(&b);
    }
}

static void
points_and_moduli(void **state)
{
    struct fixture *f = *state;
    struct authenticator a;
    authenticator_init(&a);
    struct str point = {(const char *)a.key.public_key + 1, 64};
    assert_true(webauthn_key_is_usable(WEBAUTHN_ES256, point));
    a.key.public_key[64] ^= 1; /* on no curve */
    assert_false(webauthn_key_is_usable(WEBAUTHN_ES256, point));
    const struct webauthn_asked asked = asked_of(f, statement);
    const struct passkey_registration r = authenticator_register(f, &a, statement);
    struct webauthn_credential made;
    bool verified;
    assert_int_equal(webauthn_register(&f->cx.arena, &asked, &r, &made, &verified), WEBAUTHN_ALGORITHM);
    authenticator_clear(&a);
    char rsa[259];
    memset(rsa, 0xff, sizeof rsa);
    memcpy(rsa + 256, "\x01\x00\x01", 3);
    assert_true(webauthn_key_is_usable(WEBAUTHN_RS256, (struct str){rsa, sizeof rsa}));
    rsa[258] = 3;
    assert_false(webauthn_key_is_usable(WEBAUTHN_RS256, (struct str){rsa, sizeof rsa}));
    rsa[258] = 1;
    rsa[0] = 0x7f;
    assert_false(webauthn_key_is_usable(WEBAUTHN_RS256, (struct str){rsa, sizeof rsa}));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attestation_objects),
        cmocka_unit_test(keys),
        cmocka_unit_test(points_and_moduli),
    };
    return cmocka_run_group_tests(tests, fixture_set_up_bare, fixture_tear_down);
}
