/* SPDX-License-Identifier: Apache-2.0 */
/* device_change: see the header. */
#include "accounts/device_change.h"

#include "accounts/account.h"
#include "accounts/audit.h"
#include "accounts/challenge.h"
#include "accounts/company.h"
#include "accounts/device_replace.h"
#include "accounts/enrolment.h"
#include "accounts/notice.h"
#include "accounts/passkey.h"
#include "accounts/technician.h"
#include "text/text.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/rand.h"
#include "db/db.h"
#include "keys/env.h"
#include "statement/statement.h"
#include "store/store_passkey.h"
#include "store/store_subscription.h"
#include "store/store_self.h"

enum { STATEMENT_MAX = 4096 };

static enum errcode
check_name(struct cx *cx, struct str name)
{
    if (text_is_printable(name, DEVICE_NAME_MAX))
        return ERR_NONE;
    return err_set(cx, ERR_SYNTAX, "a device's name is 1 to %d bytes of printable text", DEVICE_NAME_MAX);
}

/* One member more, where key is not NULL. */
static enum errcode
audit_device(struct cx *cx, const struct device *d, enum audit_event event, const char *key, struct str value)
{
    struct technician t;
    enum errcode err = technician_get(cx, d->technician_id, &t);
    if (err != ERR_NONE)
        return err;
    return audit_append(cx, (struct audit_of){t.company_id, t.id}, event, "device",
                        arena_printf(&cx->arena, "%lld", (long long)d->id), "name", d->name, "fingerprint",
                        d->fingerprint, key, value, NULL);
}

/* What is signed to enrol; null when it would be too long. */
static struct str
statement_of(struct cx *cx, const struct enrolment *e)
{
    struct buf statement;
    buf_init(&statement, STATEMENT_MAX);
    statement_write_enrolment(
        &statement,
        &(struct statement_enrolment){.audience = cx->env->public_url, .ticket = e->ticket, .name = e->name});
    struct str text = buf_is_over(&statement) ? STR_NULL : arena_str(&cx->arena, buf_view(&statement));
    buf_clear(&statement);
    return text;
}

static enum errcode
check_signature(struct cx *cx, const struct enrolment *e, struct str statement)
{
    if (!str_is_null(statement) && es256_verify(cx, e->public_key, statement, e->signature) == ERR_NONE)
        return ERR_NONE;
    err_forget(cx);
    return err_set(cx, ERR_DENIED, "the signature of the enrolment does not verify");
}

enum errcode
enrolment_look(struct cx *cx, struct str ticket, struct enrolment_view *view_out)
{
    struct technician t;
    struct company c;
    struct policy p;
    struct webauthn_site site;
    int64_t technician_id = 0;
    bool is_self = false;
    const struct digest digest = token_digest(ticket);
    enum errcode err = store_enrolment_get(cx, &digest, &technician_id, &is_self);
    if (err == ERR_NONE && is_self)
        err = enrolment_check_self(cx, technician_id);
    if (err == ERR_NONE)
        err = technician_get(cx, technician_id, &t);
    if (err == ERR_NONE)
        err = company_get(cx, t.company_id, &c);
    if (err == ERR_NONE)
        err = policy_get(cx, c.id, &p);
    if (err != ERR_NONE)
        return err;
    cx->proofs |= CX_PROOF_TICKET;
    view_out->is_compared = p.enrol_compare && !is_self;
    view_out->passkey = passkey_policy_here(cx, &p, &site);
    view_out->passkey_user = passkey_user(cx, t.id, ticket);
    view_out->relying_party = site.id;
    view_out->company = c.title;
    view_out->account = t.email;
    return ERR_NONE;
}

/* One enrolment on its way. */
struct joining {
    const struct enrolment *e;
    struct str statement, token;
    struct device d, former;   /* former.id 0: it replaces none */
    enum webauthn_fault fault; /* of its passkey */
};

static enum errcode
add_passkey(struct cx *cx, struct joining *j)
{
    enum errcode err = passkey_enrol(cx, &j->d, j->statement, &j->e->passkey, &j->fault);
    if (err != ERR_NONE || j->fault == WEBAUTHN_NONE)
        return err;
    if (j->fault == WEBAUTHN_REQUIRED)
        return err_set(cx, ERR_POLICY, "the company asks for a passkey, and none was brought");
    return err_set(cx, ERR_PROTOCOL, "the passkey is refused: %s", webauthn_fault_name(j->fault).p);
}

/* The new device acts: it gets no notice of itself, nor of what it replaces. */
static enum errcode
announce(struct cx *cx, struct joining *j)
{
    enum errcode err = ERR_NONE;
    if (j->former.id != 0)
        err = device_set_state_within(cx, &j->former, DEVICE_REMOVED);
    return err != ERR_NONE ? err : notice_tell(cx, j->d.technician_id, NOTICE_DEVICE_ADDED, j->d.name);
}

/* Within the open transaction. The ticket is spent by one conditional update: in a race one phone is
 * enrolled. */
static enum errcode
enrol(struct cx *cx, struct joining *j)
{
    const struct digest ticket = token_digest(j->e->ticket), token = token_digest(j->token);
    bool is_self = false;
    enum errcode err = store_enrolment_spend(cx, &ticket, j->d.id, &j->d.technician_id, &is_self);
    if (err == ERR_NONE && is_self)
        err = enrolment_check_self(cx, j->d.technician_id);
    if (err == ERR_NONE)
        cx->proofs |= CX_PROOF_TICKET;
    if (err == ERR_NONE)
        err = device_replace_find(cx, j->d.technician_id, j->e, &j->former);
    if (err == ERR_NONE && j->former.id == 0)
        err = device_check_room(cx, j->d.technician_id);
    if (err == ERR_NONE)
        err = store_device_insert(cx, &j->d, &token);
    if (err == ERR_NONE)
        err = store_factor_begin(cx, j->d.technician_id);
    if (err == ERR_NONE)
        err = add_passkey(cx, j);
    if (err == ERR_NONE)
        err = audit_device(cx, &j->d, AUDIT_DEVICE_ENROLLED, "passkey",
                           j->d.has_passkey ? STR_LIT("yes") : STR_LIT("no"));
    const int64_t acts = cx->device;
    cx->device = j->d.id;
    if (err == ERR_NONE)
        err = announce(cx, j);
    cx->device = acts;
    return err;
}

/* Of an enrolment that was rolled back: a transaction of its own. */
static enum errcode
audit_refusal(struct cx *cx, const struct joining *j)
{
    struct technician t;
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = technician_get(cx, j->d.technician_id, &t);
    if (err == ERR_NONE)
        err =
            audit_append(cx, (struct audit_of){t.company_id, t.id}, AUDIT_PASSKEY_REFUSED, "name", j->d.name,
                         "fingerprint", j->d.fingerprint, "reason", webauthn_fault_name(j->fault), NULL);
    return db_end(cx, err);
}

/* What can be known without the ticket. */
static enum errcode
check_enrolment(struct cx *cx, const struct joining *j)
{
    if (str_is_empty(j->e->ticket))
        return err_set(cx, ERR_NOT_FOUND, "the ticket is missing");
    enum errcode err = check_name(cx, j->e->name);
    if (err == ERR_NONE)
        err = es256_check_key(cx, j->e->public_key);
    return err == ERR_NONE ? check_signature(cx, j->e, j->statement) : err;
}

enum errcode
device_enrol(struct cx *cx, const struct enrolment *e, struct device *device_out, struct str *token_out,
             int64_t *former_out)
{
    struct joining j = {
        .e = e,
        .statement = statement_of(cx, e),
        .token = token_random(cx),
        .d = {.id = rand_id(),
              .name = e->name,
              .state = DEVICE_ACTIVE,
              .public_key = e->public_key,
              .created_at = cx->now,
              .seen_at = cx->now,
              .has_passkey = !str_is_null(e->passkey.attestation_object)},
        .fault = WEBAUTHN_NONE,
    };
    *token_out = STR_NULL;
    *former_out = 0;
    enum errcode err = check_enrolment(cx, &j);
    if (err == ERR_NONE)
        err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    j.d.fingerprint = device_fingerprint(cx, e->public_key);
    err = db_end(cx, enrol(cx, &j));
    if (err == ERR_NONE) {
        *device_out = j.d;
        *token_out = j.token;
        *former_out = j.former.id;
        return ERR_NONE;
    }
    const enum errcode told = j.fault != WEBAUTHN_NONE ? audit_refusal(cx, &j) : ERR_NONE;
    return told != ERR_NONE ? told : err;
}

enum errcode
device_rename_within(struct cx *cx, int64_t id, struct str name)
{
    struct device d;
    bool changed = false;
    enum errcode err = check_name(cx, name);
    if (err == ERR_NONE)
        err = device_get(cx, id, &d);
    if (err == ERR_NONE)
        err = store_device_rename(cx, id, name, &changed);
    if (err == ERR_NONE && !changed)
        err = err_set(cx, ERR_CONFLICT, "the device was removed");
    if (err != ERR_NONE)
        return err;
    d.name = name;
    return audit_device(cx, &d, AUDIT_DEVICE_RENAMED, NULL, STR_NULL);
}

enum errcode
device_rename(struct cx *cx, int64_t id, struct str name)
{
    enum errcode err = db_begin(cx);
    return err != ERR_NONE ? err : db_end(cx, device_rename_within(cx, id, name));
}

/* What a device that is active no more leaves behind. */
static enum errcode
clear_up(struct cx *cx, const struct device *d, enum device_state state)
{
    bool changed = false;
    enum errcode err = store_self_end(cx, d->id);
    if (err == ERR_NONE && state == DEVICE_REMOVED)
        err = store_passkey_remove(cx, d->id);
    if (err == ERR_NONE && state == DEVICE_REMOVED)
        err = store_subscription_remove(cx, d->id, STR_NULL, &changed);
    if (err == ERR_NONE && state == DEVICE_REMOVED)
        err = store_notice_end(cx, d->id);
    if (err == ERR_NONE && state == DEVICE_REMOVED)
        err = notice_tell(cx, d->technician_id, NOTICE_DEVICE_REMOVED, d->name);
    if (err == ERR_NONE)
        err = challenge_withdraw(cx, d->technician_id, d->id);
    return err != ERR_NONE ? err : challenge_fail_without_device(cx, d->technician_id);
}

/* What a phone may not do to its own account: leave it without any second factor. The operator may. */
static enum errcode
check_last_factor(struct cx *cx, const struct device *d)
{
    struct account a;
    int64_t active = 0;
    unsigned methods = 0;
    enum errcode err = account_read(cx, d->technician_id, &a);
    if (err == ERR_NONE)
        err = account_methods(cx, &a, &methods);
    if (err == ERR_NONE)
        err = store_device_count_active(cx, d->technician_id, &active);
    const bool others =
        active > (d->state == DEVICE_ACTIVE ? 1 : 0) || (methods & ~(unsigned)METHOD_CHALLENGE) != 0;
    if (err == ERR_NONE && !others)
        err = err_set(cx, ERR_POLICY, "the account's last second factor is not taken off by a phone");
    return err;
}

enum errcode
device_set_state_within(struct cx *cx, const struct device *d, enum device_state state)
{
    bool changed = false;
    enum errcode err = ERR_NONE;
    if (state == DEVICE_ACTIVE && d->state != DEVICE_ACTIVE)
        err = device_check_room(cx, d->technician_id);
    if (state == DEVICE_REMOVED && cx->device != 0)
        err = check_last_factor(cx, d);
    if (err == ERR_NONE)
        err = store_device_set_state(cx, d->id, state, &changed);
    if (err == ERR_NONE && !changed)
        err = err_set(cx, ERR_CONFLICT, "the device was removed");
    if (err == ERR_NONE)
        err = audit_device(cx, d, AUDIT_DEVICE_STATE, "state", str_from_cstr(device_state_name(state)));
    if (err == ERR_NONE && state != DEVICE_ACTIVE)
        err = clear_up(cx, d, state);
    return err;
}

enum errcode
device_set_state(struct cx *cx, int64_t id, enum device_state state)
{
    struct device d;
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = device_get(cx, id, &d);
    if (err == ERR_NONE)
        err = device_set_state_within(cx, &d, state);
    return db_end(cx, err);
}
