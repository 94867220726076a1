/* SPDX-License-Identifier: Apache-2.0 */
/* webauthn: the test vectors of the standard (webauthn_vectors.py), and everything that can be wrong with an
 * answer. Each fault is caused by a test here or in passkey_test.c. */
#include "tests/unit/webauthn/authenticator.h"

#include "base/codec.h"
#include "webauthn/webauthn_parts.h"

struct vector {
    const char *name;
    struct str hex[7]; /* as webauthn_vectors.py writes them */
};

static const struct vector vectors[] = {
#define VECTOR(name, challenge, client, object, asked, data, got, signature) \
    {name, {STR(challenge), STR(client), STR(object), STR(asked), STR(data), STR(got), STR(signature)}},
#include "webauthn_vectors.inc"
#undef VECTOR
};
enum { VECTORS = ARRAY_LEN(vectors) };

/* One vector's bytes: each in an allocation of its very size, so that a read past its end is seen. */
struct ceremony {
    struct webauthn_asked registration_asked, assertion_asked;
    struct passkey_registration registration;
    struct passkey_assertion assertion;
    unsigned char *heap[7];
};

static const struct webauthn_site site = {STR("example.org"), STR("https://example.org")};

static void
ceremony_open(const struct vector *v, struct ceremony *c)
{
    struct str bytes[7];
    for (size_t i = 0; i < 7; i++) {
        size_t n = 0;
        c->heap[i] = malloc(v->hex[i].n / 2 + 1);
        assert_non_null(c->heap[i]);
        assert_ok(codec_hex_read(v->hex[i], c->heap[i], v->hex[i].n / 2, &n));
        bytes[i] = (struct str){(const char *)c->heap[i], n};
    }
    c->registration_asked = (struct webauthn_asked){site, bytes[0]};
    c->registration = (struct passkey_registration){bytes[2], bytes[1]};
    c->assertion_asked = (struct webauthn_asked){site, bytes[3]};
    c->assertion = (struct passkey_assertion){bytes[4], bytes[5], bytes[6]};
}

static void
ceremony_close(struct ceremony *c)
{
    for (size_t i = 0; i < 7; i++)
        free(c->heap[i]);
}

static const struct vector *
vector_of(const char *name)
{
    for (size_t i = 0; i < VECTORS; i++)
        if (strcmp(vectors[i].name, name) == 0)
            return &vectors[i];
    fail_msg("no vector %s", name);
    return NULL;
}

static bool
is_verified(struct str authenticator_data)
{
    return ((unsigned char)authenticator_data.p[32] & WEBAUTHN_UV) != 0;
}

static void
the_vectors(void **state)
{
    static const struct {
        const char *name;
        enum webauthn_fault registration, assertion;
        enum webauthn_algorithm algorithm;
    } expected[] = {
        {"none.ES256", WEBAUTHN_NONE, WEBAUTHN_NONE, WEBAUTHN_ES256},
        {"packed-self.ES256", WEBAUTHN_NONE, WEBAUTHN_NONE, WEBAUTHN_ES256},
        {"none.ES256.crossOrigin", WEBAUTHN_CROSS_ORIGIN, WEBAUTHN_NONE, WEBAUTHN_ES256},
        {"none.ES256.topOrigin", WEBAUTHN_CROSS_ORIGIN, WEBAUTHN_NONE, WEBAUTHN_ES256},
        {"none.ES256.long-credential-id", WEBAUTHN_NONE, WEBAUTHN_NONE, WEBAUTHN_ES256},
        {"packed.ES256", WEBAUTHN_NONE, WEBAUTHN_NONE, WEBAUTHN_ES256},
        /* Its modulus has 3482 bits: libfido2 keeps keys of 2048, as authenticators make them. */
        {"packed.RS256", WEBAUTHN_ALGORITHM, WEBAUTHN_NONE, WEBAUTHN_RS256},
        {"packed.EdDSA", WEBAUTHN_NONE, WEBAUTHN_NONE, WEBAUTHN_EDDSA},
        {"fido-u2f.ES256", WEBAUTHN_NONE, WEBAUTHN_NONE, WEBAUTHN_ES256},
        {"too-long-credential-id", WEBAUTHN_CREDENTIAL, WEBAUTHN_NONE, WEBAUTHN_ES256},
        {"no-credential-id", WEBAUTHN_CREDENTIAL, WEBAUTHN_NONE, WEBAUTHN_ES256},
        {"packed.RS256-2048", WEBAUTHN_NONE, WEBAUTHN_NONE, WEBAUTHN_RS256},
        {"packed-self.RS256-2048", WEBAUTHN_NONE, WEBAUTHN_NONE, WEBAUTHN_RS256},
        {"packed-self.EdDSA", WEBAUTHN_NONE, WEBAUTHN_NONE, WEBAUTHN_EDDSA},
        {"none.EdDSA", WEBAUTHN_NONE, WEBAUTHN_NONE, WEBAUTHN_EDDSA},
        {"packed.ES256-aaguid", WEBAUTHN_NONE, WEBAUTHN_NONE, WEBAUTHN_ES256},
        {"packed.ES256-other-aaguid", WEBAUTHN_ATTESTATION, WEBAUTHN_NONE, WEBAUTHN_ES256},
        {"packed.ES256-wrong-unit", WEBAUTHN_ATTESTATION, WEBAUTHN_NONE, WEBAUTHN_ES256},
        {"packed.ES256-ca", WEBAUTHN_ATTESTATION, WEBAUTHN_NONE, WEBAUTHN_ES256},
        {"none.ES256-counts", WEBAUTHN_NONE, WEBAUTHN_COUNTER, WEBAUTHN_ES256},
    };
    struct fixture *f = *state;
    assert_int_equal(ARRAY_LEN(expected), VECTORS);
    for (size_t i = 0; i < VECTORS; i++) {
        struct ceremony c;
        struct webauthn_credential made, next;
        bool verified = false;
        ceremony_open(vector_of(expected[i].name), &c);
        enum webauthn_fault fault =
            webauthn_register(&f->cx.arena, &c.registration_asked, &c.registration, &made, &verified);
        if (fault != expected[i].registration)
            fail_msg("%s: registration %s", expected[i].name, webauthn_fault_name(fault).p);
        if (fault == WEBAUTHN_NONE) {
            struct webauthn_attestation att;
            assert_int_equal(webauthn_attestation_read(c.registration.attestation_object, &att),
                             WEBAUTHN_NONE);
            assert_int_equal(verified, is_verified(att.authenticator_data));
            assert_int_equal(made.algorithm, expected[i].algorithm);
            fault = webauthn_assert(&f->cx.arena, &c.assertion_asked, &made, &c.assertion, &next, &verified);
            if (fault != expected[i].assertion)
                fail_msg("%s: assertion %s", expected[i].name, webauthn_fault_name(fault).p);
            if (fault == WEBAUTHN_NONE)
                assert_int_equal(verified, is_verified(c.assertion.authenticator_data));
        }
        ceremony_close(&c);
    }
}

/* With every byte altered, and cut short everywhere. */
static void
alter_registration(struct fixture *f, const char *name, bool is_attested)
{
    struct ceremony c;
    struct webauthn_credential made;
    bool verified;
    ceremony_open(vector_of(name), &c);
    struct str *parts[] = {&c.registration.attestation_object, &c.registration.client_data};
    for (size_t part = is_attested ? 0 : 1; part < 2; part++) {
        unsigned char *bytes = c.heap[2 - part];
        for (size_t i = 0; i < parts[part]->n; i++) {
            bytes[i] ^= (unsigned char)(1u << (i % 8));
            if (webauthn_register(&f->cx.arena, &c.registration_asked, &c.registration, &made, &verified) ==
                WEBAUTHN_NONE)
                fail_msg("%s: byte %zu of part %zu may be altered", name, i, part);
            bytes[i] ^= (unsigned char)(1u << (i % 8));
        }
    }
    for (size_t part = 0; part < 2; part++) {
        const struct str whole = *parts[part];
        for (size_t n = 0; n < whole.n; n++) {
            parts[part]->n = n;
            assert_int_not_equal(
                webauthn_register(&f->cx.arena, &c.registration_asked, &c.registration, &made, &verified),
                WEBAUTHN_NONE);
        }
        *parts[part] = whole;
    }
    ceremony_close(&c);
    arena_reset(&f->cx.arena);
}

static void
a_registration_that_was_altered(void **state)
{
    struct fixture *f = *state;
    alter_registration(f, "packed-self.ES256", true);
    alter_registration(f, "packed-self.EdDSA", true);
    alter_registration(f, "packed-self.RS256-2048", true);
    /* Of these the certificate is not judged, or nothing is signed: only cut short. */
    alter_registration(f, "packed.ES256", false);
    alter_registration(f, "fido-u2f.ES256", false);
}

static void
alter_assertion(struct fixture *f, const char *name)
{
    struct ceremony c;
    struct webauthn_credential made, next;
    bool verified;
    ceremony_open(vector_of(name), &c);
    assert_int_equal(
        webauthn_register(&f->cx.arena, &c.registration_asked, &c.registration, &made, &verified),
        WEBAUTHN_NONE);
    struct str *parts[] = {&c.assertion.authenticator_data, &c.assertion.client_data, &c.assertion.signature};
    for (size_t part = 0; part < 3; part++) {
        unsigned char *bytes = c.heap[4 + part];
        const struct str whole = *parts[part];
        for (size_t i = 0; i < whole.n; i++) {
            bytes[i] ^= (unsigned char)(1u << (i % 8));
            if (webauthn_assert(&f->cx.arena, &c.assertion_asked, &made, &c.assertion, &next, &verified) ==
                WEBAUTHN_NONE)
                fail_msg("%s: byte %zu of part %zu may be altered", name, i, part);
            bytes[i] ^= (unsigned char)(1u << (i % 8));
            parts[part]->n = i;
            assert_int_not_equal(
                webauthn_assert(&f->cx.arena, &c.assertion_asked, &made, &c.assertion, &next, &verified),
                WEBAUTHN_NONE);
            *parts[part] = whole;
        }
    }
    ceremony_close(&c);
}

static void
an_assertion_that_was_altered(void **state)
{
    alter_assertion(*state, "none.ES256");
    alter_assertion(*state, "packed.EdDSA");
    alter_assertion(*state, "packed.RS256-2048");
}

/* Data changed before it is signed: the signature is right, but the content is not. */
struct bent {
    enum webauthn_fault registration, assertion;
    unsigned flags; /* 0: the usual ones */
    const char *rp_id, *origin, *type, *more;
    struct str behind;
};

static const struct bent bents[] = {
    {WEBAUTHN_NONE, WEBAUTHN_NONE, 0, NULL, NULL, NULL, NULL, STR("")},
    {WEBAUTHN_NONE, WEBAUTHN_NONE, 0x3f, NULL, NULL, NULL, NULL, STR("")}, /* reserved bits mean nothing */
    {WEBAUTHN_NONE, WEBAUTHN_NONE, 0, NULL, NULL, NULL, "", STR("")},
    {WEBAUTHN_NONE, WEBAUTHN_NONE, 0, NULL, NULL, NULL, ",\"other\":{\"a\":[1,null]}", STR("")},
    {WEBAUTHN_TYPE, WEBAUTHN_TYPE, 0, NULL, NULL, "payment.get", NULL, STR("")},
    {WEBAUTHN_TYPE, WEBAUTHN_NONE, 0, NULL, NULL, "webauthn.get", NULL, STR("")},
    {WEBAUTHN_NONE, WEBAUTHN_TYPE, 0, NULL, NULL, "webauthn.create", NULL, STR("")},
    {WEBAUTHN_ORIGIN, WEBAUTHN_ORIGIN, 0, NULL, "https://sign-in.example.evil.example", NULL, NULL, STR("")},
    {WEBAUTHN_ORIGIN, WEBAUTHN_ORIGIN, 0, NULL, "http://sign-in.example", NULL, NULL, STR("")},
    {WEBAUTHN_ORIGIN, WEBAUTHN_ORIGIN, 0, NULL, "https://sign-in.example:443", NULL, NULL, STR("")},
    {WEBAUTHN_ORIGIN, WEBAUTHN_ORIGIN, 0, NULL, "https://sign-in.example/", NULL, NULL, STR("")},
    {WEBAUTHN_ORIGIN, WEBAUTHN_ORIGIN, 0, NULL, "https://SIGN-IN.example", NULL, NULL, STR("")},
    {WEBAUTHN_ORIGIN, WEBAUTHN_ORIGIN, 0, NULL, "null", NULL, NULL, STR("")},
    {WEBAUTHN_CROSS_ORIGIN, WEBAUTHN_CROSS_ORIGIN, 0, NULL, NULL, NULL, ",\"crossOrigin\":true", STR("")},
    {WEBAUTHN_CROSS_ORIGIN, WEBAUTHN_CROSS_ORIGIN, 0, NULL, NULL, NULL, ",\"crossOrigin\":\"false\"",
     STR("")},
    {WEBAUTHN_CROSS_ORIGIN, WEBAUTHN_CROSS_ORIGIN, 0, NULL, NULL, NULL, ",\"crossOrigin\":null", STR("")},
    {WEBAUTHN_CROSS_ORIGIN, WEBAUTHN_CROSS_ORIGIN, 0, NULL, NULL, NULL,
     ",\"crossOrigin\":false,\"topOrigin\":\"https://sign-in.example\"", STR("")},
    {WEBAUTHN_MALFORMED, WEBAUTHN_MALFORMED, 0, NULL, NULL, NULL, ",\"type\":\"webauthn.get\"", STR("")},
    {WEBAUTHN_MALFORMED, WEBAUTHN_MALFORMED, 0, NULL, NULL, NULL, "} ,{", STR("")},
    {WEBAUTHN_MALFORMED, WEBAUTHN_MALFORMED, 0, NULL, NULL, NULL, ",\"a\":\"\xff\"", STR("")},
    {WEBAUTHN_MALFORMED, WEBAUTHN_MALFORMED, 0, NULL, NULL, NULL, ",\"a\":\"\\u0000\"", STR("")},
    {WEBAUTHN_RELYING_PARTY, WEBAUTHN_RELYING_PARTY, 0, "example", NULL, NULL, NULL, STR("")},
    {WEBAUTHN_RELYING_PARTY, WEBAUTHN_RELYING_PARTY, 0, "https://sign-in.example", NULL, NULL, NULL, STR("")},
    {WEBAUTHN_USER_PRESENCE, WEBAUTHN_USER_PRESENCE, 0x1c, NULL, NULL, NULL, NULL, STR("")},
    {WEBAUTHN_BACKUP, WEBAUTHN_BACKUP, 0x15, NULL, NULL, NULL, NULL, STR("")}, /* BS without BE */
    {WEBAUTHN_NONE, WEBAUTHN_BACKUP, 0x05, NULL, NULL, NULL, NULL, STR("")},   /* BE is another than it was */
    {WEBAUTHN_NONE, WEBAUTHN_NONE, 0x0d, NULL, NULL, NULL, NULL, STR("")},     /* BS may come and go */
    {WEBAUTHN_MALFORMED, WEBAUTHN_MALFORMED, 0, NULL, NULL, NULL, NULL, STR("\x00")},
    {WEBAUTHN_MALFORMED, WEBAUTHN_MALFORMED, 0, NULL, NULL, NULL, NULL, STR("\xa0")},
    {WEBAUTHN_MALFORMED, WEBAUTHN_MALFORMED, 0x9d, NULL, NULL, NULL, NULL, STR("")},
    {WEBAUTHN_MALFORMED, WEBAUTHN_MALFORMED, 0x9d, NULL, NULL, NULL, NULL, STR("\x80")},
    {WEBAUTHN_MALFORMED, WEBAUTHN_MALFORMED, 0x9d, NULL, NULL, NULL, NULL, STR("\xa0\x00")},
    {WEBAUTHN_NONE, WEBAUTHN_EXTENSION, 0x9d, NULL, NULL, NULL, NULL,
     STR("\xa1\x6b"
         "credProtect\x02")},
};

static struct authenticator
bend(const struct authenticator *straight, const struct bent *b)
{
    struct authenticator a = *straight;
    a.flags = b->flags != 0 ? b->flags : a.flags;
    a.rp_id = b->rp_id != NULL ? b->rp_id : a.rp_id;
    a.origin = b->origin != NULL ? b->origin : a.origin;
    a.type = b->type;
    a.more = b->more != NULL ? b->more : a.more;
    a.behind = b->behind;
    return a;
}

static const struct str statement = STR("a statement\n");

static struct webauthn_asked
asked_of(struct fixture *f, struct str signed_text)
{
    struct webauthn_asked asked = {.site = {STR("sign-in.example"), STR("https://sign-in.example")}};
    const struct digest digest = token_digest(signed_text);
    asked.challenge = arena_str(&f->cx.arena, (struct str){(const char *)digest.bytes, sizeof digest.bytes});
    return asked;
}

static void
what_is_said_must_be_right(void **state)
{
    struct fixture *f = *state;
    struct authenticator straight;
    authenticator_init(&straight);
    const struct webauthn_asked asked = asked_of(f, statement);
    for (size_t i = 0; i < ARRAY_LEN(bents); i++) {
        const struct authenticator a = bend(&straight, &bents[i]);
        struct webauthn_credential made, next;
        bool verified = false;
        struct passkey_registration r = authenticator_register(f, &a, statement);
        enum webauthn_fault fault = webauthn_register(&f->cx.arena, &asked, &r, &made, &verified);
        if (fault != bents[i].registration)
            fail_msg("%zu: registration %s", i, webauthn_fault_name(fault).p);
        r = authenticator_register(f, &straight, statement);
        assert_int_equal(webauthn_register(&f->cx.arena, &asked, &r, &made, &verified), WEBAUTHN_NONE);
        assert_true(str_eq(made.id, straight.id));
        const struct passkey_assertion s = authenticator_assert(f, &a, statement);
        fault = webauthn_assert(&f->cx.arena, &asked, &made, &s, &next, &verified);
        if (fault != bents[i].assertion)
            fail_msg("%zu: assertion %s", i, webauthn_fault_name(fault).p);
        if (fault == WEBAUTHN_NONE)
            assert_int_equal(next.backed_up, (a.flags & WEBAUTHN_BS) != 0);
    }
    authenticator_clear(&straight);
}

static void
another_statement_or_key(void **state)
{
    struct fixture *f = *state;
    struct authenticator a, other;
    struct webauthn_credential made, next;
    bool verified;
    authenticator_init(&a);
    authenticator_init(&other);
    const struct webauthn_asked asked = asked_of(f, statement), later = asked_of(f, STR_LIT("another\n"));
    const struct passkey_registration r = authenticator_register(f, &a, statement);
    assert_int_equal(webauthn_register(&f->cx.arena, &later, &r, &made, &verified), WEBAUTHN_CHALLENGE);
    assert_int_equal(webauthn_register(&f->cx.arena, &asked, &r, &made, &verified), WEBAUTHN_NONE);
    struct passkey_assertion s = authenticator_assert(f, &a, statement);
    assert_int_equal(webauthn_assert(&f->cx.arena, &later, &made, &s, &next, &verified), WEBAUTHN_CHALLENGE);
    s = authenticator_assert(f, &other, statement);
    assert_int_equal(webauthn_assert(&f->cx.arena, &asked, &made, &s, &next, &verified), WEBAUTHN_SIGNATURE);
    /* A registration is not an assertion, even with its authenticator data signed. */
    a.flags |= WEBAUTHN_AT;
    s = authenticator_assert(f, &a, statement);
    assert_int_equal(webauthn_assert(&f->cx.arena, &asked, &made, &s, &next, &verified), WEBAUTHN_MALFORMED);
    authenticator_clear(&a);
    authenticator_clear(&other);
}

static void
the_counter(void **state)
{
    static const struct {
        uint32_t before, now;
        enum webauthn_fault fault;
    } cases[] = {
        {0, 0, WEBAUTHN_NONE},
        {0, 1, WEBAUTHN_NONE},
        {1, 2, WEBAUTHN_NONE},
        {7, UINT32_MAX, WEBAUTHN_NONE},
        {1, 0, WEBAUTHN_COUNTER},
        {7, 7, WEBAUTHN_COUNTER},
        {UINT32_MAX, 1, WEBAUTHN_COUNTER},
    };
    struct fixture *f = *state;
    struct authenticator a;
    authenticator_init(&a);
    const struct webauthn_asked asked = asked_of(f, statement);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct webauthn_credential made, next;
        bool verified;
        a.count = cases[i].before;
        const struct passkey_registration r = authenticator_register(f, &a, statement);
        assert_int_equal(webauthn_register(&f->cx.arena, &asked, &r, &made, &verified), WEBAUTHN_NONE);
        assert_int_equal(made.sign_count, cases[i].before);
        a.count = cases[i].now;
        const struct passkey_assertion s = authenticator_assert(f, &a, statement);
        assert_int_equal(webauthn_assert(&f->cx.arena, &asked, &made, &s, &next, &verified), cases[i].fault);
        if (cases[i].fault == WEBAUTHN_NONE)
            assert_int_equal(next.sign_count, cases[i].now);
    }
    authenticator_clear(&a);
}

static void
sites(void **state)
{
    static const struct {
        const char *url, *id, *origin; /* id NULL: none */
    } cases[] = {
        {"https://sign-in.example.com", "sign-in.example.com", "https://sign-in.example.com"},
        {"https://Sign-In.Example.COM:443", "sign-in.example.com", "https://sign-in.example.com"},
        {"https://sign-in.example.com:08443", "sign-in.example.com", "https://sign-in.example.com:8443"},
        {"HTTPS://intranet", "intranet", "https://intranet"},
        {"http://localhost", "localhost", "http://localhost"},
        {"http://localhost:8480", "localhost", "http://localhost:8480"},
        {"http://a.b.localhost:80", "a.b.localhost", "http://a.b.localhost"},
        {"https://localhost:8443", "localhost", "https://localhost:8443"},
        {"https://3com.example", "3com.example", "https://3com.example"},
        {"http://sign-in.example.com", NULL, NULL},
        {"http://notlocalhost", NULL, NULL},
        {"http://127.0.0.1:8480", NULL, NULL},
        {"https://192.0.2.7", NULL, NULL},
        {"https://192.0.2.7:8443", NULL, NULL},
        {"https://1", NULL, NULL},
        {"https://example.7", NULL, NULL},
        {"https://[2001:db8::1]", NULL, NULL},
        {"https://example.com.", NULL, NULL},
        {"https://a..b", NULL, NULL},
        {"https://", NULL, NULL},
        {"https://:443", NULL, NULL},
        {"https://a:", NULL, NULL},
        {"https://a:0", NULL, NULL},
        {"https://a:65536", NULL, NULL},
        {"https://a/b", NULL, NULL},
        {"https://u@a", NULL, NULL},
        {"https://m\xc3\xbcnchen.example", NULL, NULL},
        {"ftp://a", NULL, NULL},
        {"", NULL, NULL},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct webauthn_site s;
        const bool is = webauthn_site_of(&f->cx.arena, str_from_cstr(cases[i].url), &s);
        if (is != (cases[i].id != NULL))
            fail_msg("%s", cases[i].url);
        if (is) {
            assert_str(s.id, cases[i].id);
            assert_str(s.origin, cases[i].origin);
        }
    }
}

static void
sizes(void **state)
{
    struct fixture *f = *state;
    struct authenticator a;
    struct webauthn_credential made, next;
    bool verified;
    authenticator_init(&a);
    const struct webauthn_asked asked = asked_of(f, statement);
    struct passkey_registration r = authenticator_register(f, &a, statement);
    assert_int_equal(webauthn_register(&f->cx.arena, &asked, &r, &made, &verified), WEBAUTHN_NONE);
    r.attestation_object =
        (struct str){arena_zalloc(&f->cx.arena, WEBAUTHN_ATTESTATION_MAX + 1), WEBAUTHN_ATTESTATION_MAX + 1};
    assert_int_equal(webauthn_register(&f->cx.arena, &asked, &r, &made, &verified), WEBAUTHN_MALFORMED);
    struct passkey_assertion s = authenticator_assert(f, &a, statement);
    struct passkey_assertion t = s;
    t.signature = (struct str){r.attestation_object.p, WEBAUTHN_SIGNATURE_MAX + 1};
    assert_int_equal(webauthn_assert(&f->cx.arena, &asked, &made, &t, &next, &verified), WEBAUTHN_MALFORMED);
    t = s;
    t.authenticator_data = (struct str){r.attestation_object.p, WEBAUTHN_DATA_MAX + 1};
    assert_int_equal(webauthn_assert(&f->cx.arena, &asked, &made, &t, &next, &verified), WEBAUTHN_MALFORMED);
    t = s;
    t.client_data = (struct str){r.attestation_object.p, WEBAUTHN_CLIENT_MAX + 1};
    assert_int_equal(webauthn_assert(&f->cx.arena, &asked, &made, &t, &next, &verified), WEBAUTHN_MALFORMED);
    t.client_data = STR_NULL;
    assert_int_equal(webauthn_assert(&f->cx.arena, &asked, &made, &t, &next, &verified), WEBAUTHN_MALFORMED);
    authenticator_clear(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors),
        cmocka_unit_test(a_registration_that_was_altered),
        cmocka_unit_test(an_assertion_that_was_altered),
        cmocka_unit_test(what_is_said_must_be_right),
        cmocka_unit_test(another_statement_or_key),
        cmocka_unit_test(the_counter),
        cmocka_unit_test(sites),
        cmocka_unit_test(sizes),
    };
    return cmocka_run_group_tests(tests, fixture_set_up_bare, fixture_tear_down);
}
