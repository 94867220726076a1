/* SPDX-License-Identifier: Apache-2.0 */
/* passkey: see passkey.h. */
#include "accounts/passkey.h"

#include "accounts/audit.h"
#include "accounts/technician.h"
#include "base/codec.h"
#include "keys/env.h"
#include "log/log.h"
#include "store/store_passkey.h"

static bool
site_of(struct cx *cx, struct webauthn_site *site_out)
{
    *site_out = (struct webauthn_site){STR_NULL, STR_NULL};
    return webauthn_site_of(&cx->arena, cx->env->public_url, site_out);
}

enum passkey_policy
passkey_policy_here(struct cx *cx, const struct policy *p, struct webauthn_site *site_out)
{
    struct webauthn_site site;
    const bool is_possible = site_of(cx, &site);
    if (site_out != NULL)
        *site_out = site;
    return p->passkey == PASSKEY_POLICY_OFFERED && !is_possible ? PASSKEY_POLICY_OFF : p->passkey;
}

struct str
passkey_user(struct cx *cx, int64_t technician_id, struct str ticket)
{
    const struct digest digest = token_digest(ticket);
    const struct str nonce = {(const char *)digest.bytes, sizeof digest.bytes};
    return token_derive(cx, "passkey-user", technician_id, nonce);
}

static struct webauthn_asked
asked_of(const struct webauthn_site *site, const struct digest *challenge)
{
    return (struct webauthn_asked){*site, {(const char *)challenge->bytes, sizeof challenge->bytes}};
}

static enum errcode
read_policy(struct cx *cx, int64_t technician_id, struct technician *t_out, struct policy *p_out)
{
    enum errcode err = technician_get(cx, technician_id, t_out);
    return err != ERR_NONE ? err : policy_get(cx, t_out->company_id, p_out);
}

static enum webauthn_fault
check_registration(struct cx *cx, const struct webauthn_site *site, struct str statement,
                   const struct passkey_registration *r, struct webauthn_credential *made)
{
    const struct digest challenge = token_digest(statement);
    const struct webauthn_asked asked = asked_of(site, &challenge);
    bool verified = false;
    enum webauthn_fault fault = webauthn_register(&cx->arena, &asked, r, made, &verified);
    return fault == WEBAUTHN_NONE && !verified ? WEBAUTHN_USER_VERIFICATION : fault;
}

enum errcode
passkey_enrol(struct cx *cx, const struct device *d, struct str statement,
              const struct passkey_registration *r, enum webauthn_fault *fault_out)
{
    struct technician t;
    struct policy p;
    struct webauthn_site site;
    struct webauthn_credential made;
    enum errcode err = read_policy(cx, d->technician_id, &t, &p);
    if (err != ERR_NONE)
        return err;
    const enum passkey_policy policy = passkey_policy_here(cx, &p, &site);
    if (str_is_null(r->attestation_object) && str_is_null(r->client_data)) {
        *fault_out = policy == PASSKEY_POLICY_REQUIRED ? WEBAUTHN_REQUIRED : WEBAUTHN_NONE;
        return ERR_NONE;
    }
    *fault_out = policy == PASSKEY_POLICY_OFF || str_is_null(site.id)
                     ? WEBAUTHN_OFF
                     : check_registration(cx, &site, statement, r, &made);
    if (*fault_out != WEBAUTHN_NONE)
        return ERR_NONE;
    const struct passkey_row row = {.device_id = d->id,
                                    .credential_id = made.id,
                                    .algorithm = made.algorithm,
                                    .public_key = made.public_key,
                                    .sign_count = made.sign_count,
                                    .backup_eligible = made.backup_eligible,
                                    .backed_up = made.backed_up};
    err = store_passkey_insert(cx, &row);
    if (err == ERR_CONFLICT) {
        err_forget(cx);
        *fault_out = WEBAUTHN_KNOWN;
        err = ERR_NONE;
    }
    return err;
}

static enum webauthn_fault
check_assertion(struct cx *cx, struct str statement, const struct passkey_assertion *a,
                const struct webauthn_credential *known, struct webauthn_credential *next)
{
    struct webauthn_site site;
    bool verified = false;
    const struct digest challenge = token_digest(statement);
    if (!site_of(cx, &site))
        return WEBAUTHN_OFF;
    const struct webauthn_asked asked = asked_of(&site, &challenge);
    enum webauthn_fault fault = webauthn_assert(&cx->arena, &asked, known, a, next, &verified);
    return fault == WEBAUTHN_NONE && !verified ? WEBAUTHN_USER_VERIFICATION : fault;
}

/* For a device that has a passkey, when an assertion was sent. */
static enum errcode
use(struct cx *cx, struct passkey_row *row, struct str statement, const struct passkey_assertion *a,
    enum webauthn_fault *fault_out)
{
    const struct webauthn_credential known = {.id = row->credential_id,
                                              .algorithm = (enum webauthn_algorithm)row->algorithm,
                                              .public_key = row->public_key,
                                              .sign_count = row->sign_count,
                                              .backup_eligible = row->backup_eligible,
                                              .backed_up = row->backed_up};
    struct webauthn_credential next;
    bool changed = false;
    *fault_out = check_assertion(cx, statement, a, &known, &next);
    if (*fault_out != WEBAUTHN_NONE)
        return ERR_NONE;
    row->sign_count = next.sign_count;
    row->backed_up = next.backed_up;
    enum errcode err = store_passkey_use(cx, row, known.sign_count, &changed);
    if (err == ERR_NONE && !changed)
        *fault_out = WEBAUTHN_COUNTER;
    return err;
}

static enum passkey_verdict
verdict_of(enum webauthn_fault fault, bool has_passkey)
{
    if (fault == WEBAUTHN_NONE)
        return has_passkey ? PASSKEY_GOOD : PASSKEY_NONE;
    return fault == WEBAUTHN_MISSING || fault == WEBAUTHN_REQUIRED ? PASSKEY_REQUIRED : PASSKEY_BAD;
}

static enum errcode
refuse(struct cx *cx, const struct technician *t, const struct device *d, enum webauthn_fault fault)
{
    if (fault == WEBAUTHN_COUNTER)
        log_event(LOG_PASSKEY_COUNTER, "technician=%lld device=%lld", (long long)t->id, (long long)d->id);
    return audit_append(cx, (struct audit_of){t->company_id, t->id}, AUDIT_PASSKEY_REFUSED, "device",
                        arena_printf(&cx->arena, "%lld", (long long)d->id), "reason",
                        webauthn_fault_name(fault), NULL);
}

enum errcode
passkey_verify(struct cx *cx, const struct device *d, struct str statement, const struct passkey_assertion *a,
               enum passkey_verdict *verdict_out)
{
    struct technician t;
    struct policy p;
    struct passkey_row row;
    enum webauthn_fault fault = WEBAUTHN_NONE;
    const bool is_brought =
        !str_is_null(a->authenticator_data) || !str_is_null(a->client_data) || !str_is_null(a->signature);
    *verdict_out = PASSKEY_BAD;
    enum errcode err = read_policy(cx, d->technician_id, &t, &p);
    if (err != ERR_NONE)
        return err;
    err = store_passkey_get(cx, d->id, &row);
    const bool has_passkey = err == ERR_NONE;
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        err = ERR_NONE;
        fault = is_brought                             ? WEBAUTHN_UNKNOWN
                : p.passkey == PASSKEY_POLICY_REQUIRED ? WEBAUTHN_REQUIRED
                                                       : WEBAUTHN_NONE;
    } else if (err == ERR_NONE && !is_brought) {
        fault = WEBAUTHN_MISSING;
    } else if (err == ERR_NONE) {
        err = use(cx, &row, statement, a, &fault);
    }
    if (err == ERR_NONE && fault != WEBAUTHN_NONE)
        err = refuse(cx, &t, d, fault);
    if (err == ERR_NONE)
        *verdict_out = verdict_of(fault, has_passkey);
    return err;
}

enum errcode
passkey_check_site(struct cx *cx)
{
    struct webauthn_site site;
    if (site_of(cx, &site))
        return ERR_NONE;
    return err_set(cx, ERR_POLICY,
                   "passkeys need a server with a name and https: public_url is %.*s, so nobody could be "
                   "asked for one",
                   STR_ARG(cx->env->public_url));
}
