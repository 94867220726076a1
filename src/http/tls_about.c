/* SPDX-License-Identifier: Apache-2.0 */
/* tls_about: what a certificate says about itself: its names, its issuer, its dates and its kind of key. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "http/tls_parts.h"

/* As the certificate's text has it, but printable. */
static void
copy_text(char *out, size_t size, const char *text, size_t n)
{
    size_t at = 0;
    for (; at < n && at + 1 < size; at++) {
        out[at] = text[at];
        if (text[at] < ' ' || text[at] >= 0x7f || text[at] == '"')
            out[at] = '?';
    }
    out[at] = '\0';
}

/* The common name, or the organization where there is none. */
static void
copy_subject(char *out, size_t size, const X509_NAME *name)
{
    static const int parts[] = {NID_commonName, NID_organizationName};
    out[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(parts) && out[0] == '\0'; i++) {
        int at = X509_NAME_get_index_by_NID(name, parts[i], -1);
        if (at < 0)
            continue;
        const ASN1_STRING *s = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
        copy_text(out, size, (const char *)ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
    }
}

/* Null: a name of another kind. */
static struct str
dns_name(const GENERAL_NAME *name)
{
    if (name->type != GEN_DNS)
        return STR_NULL;
    return (struct str){(const char *)ASN1_STRING_get0_data(name->d.dNSName),
                        (size_t)ASN1_STRING_length(name->d.dNSName)};
}

static GENERAL_NAMES *
names_of(X509 *leaf)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    ERR_clear_error();
    return names;
}

/* "a.example, b.example and 3 more"; the subject where there is none. */
static void
copy_names(X509 *leaf, char *out, size_t size)
{
    GENERAL_NAMES *names = names_of(leaf);
    int shown = 0, n = 0;
    size_t at = 0;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        struct str name = dns_name(sk_GENERAL_NAME_value(names, i));
        n += !str_is_null(name);
        if (str_is_null(name) || shown + 1 < n || at + name.n + sizeof ", and 4096 more" >= size)
            continue;
        if (shown++ > 0)
            at += (size_t)snprintf(out + at, size - at, ", ");
        copy_text(out + at, size - at, name.p, name.n);
        at += name.n;
    }
    if (n > shown)
        (void)snprintf(out + at, size - at, " and %d more", n - shown);
    else if (n == 0)
        copy_subject(out, size, X509_get_subject_name(leaf));
    GENERAL_NAMES_free(names);
}

enum errcode
tls_about_read(struct cx *cx, X509 *leaf, EVP_PKEY *key, struct tls_certificate *out)
{
    struct tm begin, end;
    if (ASN1_TIME_to_tm(X509_get0_notBefore(leaf), &begin) != 1 ||
        ASN1_TIME_to_tm(X509_get0_notAfter(leaf), &end) != 1) {
        ERR_clear_error();
        return err_set(cx, ERR_CONFIG, "certificate's time: it cannot be read");
    }
    out->not_before = (int64_t)timegm(&begin) * CLOCK_S;
    out->not_after = (int64_t)timegm(&end) * CLOCK_S;
    copy_names(leaf, out->names, sizeof out->names);
    copy_subject(out->issuer, sizeof out->issuer, X509_get_issuer_name(leaf));
    int id = EVP_PKEY_get_base_id(key);
    const char *kind = id == EVP_PKEY_EC    ? "ECDSA"
                       : id == EVP_PKEY_RSA ? "RSA"
                                            : EVP_PKEY_get0_type_name(key);
    (void)snprintf(out->key, sizeof out->key, "%s %d", kind == NULL ? "?" : kind, EVP_PKEY_get_bits(key));
    return ERR_NONE;
}

enum errcode
tls_about_add_names(struct cx *cx, X509 *leaf, unsigned i, uint32_t rivals, struct tls_names *names)
{
    GENERAL_NAMES *all = names_of(leaf);
    enum errcode err = ERR_NONE;
    for (int k = 0; err == ERR_NONE && k < sk_GENERAL_NAME_num(all); k++) {
        struct str name = dns_name(sk_GENERAL_NAME_value(all, k));
        if (!str_is_null(name))
            err = tls_names_add(cx, names, name, i, rivals);
    }
    GENERAL_NAMES_free(all);
    return err;
}

const char *
tls_about_first_name(X509 *leaf, struct arena *a)
{
    GENERAL_NAMES *all = names_of(leaf);
    const char *found = NULL;
    for (int i = 0; found == NULL && i < sk_GENERAL_NAME_num(all); i++) {
        struct str name = dns_name(sk_GENERAL_NAME_value(all, i));
        if (!str_is_null(name))
            found = arena_cstr(a, name);
    }
    GENERAL_NAMES_free(all);
    return found;
}
