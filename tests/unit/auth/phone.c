/* phone: see phone.h. */
#include "tests/unit/auth/phone.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>

#include "auth/device.h"

void
phone_init(struct phone *p)
{
    size_t n = 0;
    p->key = EVP_EC_gen("P-256");
    assert_non_null(p->key);
    assert_int_equal(EVP_PKEY_get_octet_string_param(p->key, OSSL_PKEY_PARAM_PUB_KEY, p->public_key,
                                                     sizeof p->public_key, &n),
                     1);
    assert_int_equal(n, sizeof p->public_key);
}

void
phone_clear(struct phone *p)
{
    EVP_PKEY_free(p->key);
}

struct str
phone_public(const struct phone *p)
{
    return (struct str){(const char *)p->public_key, sizeof p->public_key};
}

struct str
phone_sign(struct fixture *f, const struct phone *p, struct str message)
{
    unsigned char der[80];
    size_t n = sizeof der;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, p->key), 1);
    assert_int_equal(EVP_DigestSign(md, der, &n, (const unsigned char *)message.p, message.n), 1);
    EVP_MD_CTX_free(md);
    const unsigned char *at = der;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
    assert_non_null(sig);
    unsigned char *raw = arena_alloc(&f->cx.arena, 64);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, 32), 32);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + 32, 32), 32);
    ECDSA_SIG_free(sig);
    return (struct str){(const char *)raw, 64};
}

struct str
phone_enrol_statement(struct fixture *f, struct str ticket, const char *name)
{
    return arena_printf(
        &f->cx.arena,
        "countersign-enrol-v1\naudience 23 https://sign-in.example\nticket %zu %.*s\nname %zu %s\n", ticket.n,
        STR_ARG(ticket), strlen(name), name);
}

struct str
phone_ticket(struct str link)
{
    size_t at = str_find(link, '#');
    assert_true(at < link.n);
    return str_sub(link, at + 1, link.n);
}

int64_t
phone_enrol(struct fixture *f, const struct phone *p, int64_t technician, struct str *token_out)
{
    struct str link, token;
    struct device d;
    assert_ok(enrolment_new(&f->cx, technician, CLOCK_HOUR, &link));
    struct str ticket = phone_ticket(link);
    struct str signature = phone_sign(f, p, phone_enrol_statement(f, ticket, "a phone"));
    const struct enrolment e = {
        .ticket = ticket, .public_key = phone_public(p), .name = STR_LIT("a phone"), .signature = signature};
    assert_ok(device_enrol(&f->cx, &e, &d, &token));
    if (token_out != NULL)
        *token_out = token;
    return d.id;
}
