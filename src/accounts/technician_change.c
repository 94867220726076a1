/* SPDX-License-Identifier: Apache-2.0 */
/* technician_change: see the header. Each change is one transaction with its audit event. */
#include "accounts/technician_change.h"

#include "accounts/audit.h"
#include "accounts/challenge_pace.h"
#include "accounts/company.h"
#include "accounts/lockout.h"
#include "accounts/password.h"
#include "accounts/policy.h"
#include "accounts/reported.h"
#include "accounts/revoke.h"
#include "accounts/technician.h"
#include "base/rand.h"
#include "db/db.h"
#include "store/store_code.h"
#include "store/store_device.h"
#include "store/store_wipe.h"
#include "text/text.h"

enum { NAME_BYTES_MAX = 200, RESET_TRIES = 4 };

static struct audit_of
of(const struct technician *t)
{
    return (struct audit_of){t->company_id, t->id};
}

static enum errcode
check_name(struct cx *cx, struct str name)
{
    if (text_is_printable(name, NAME_BYTES_MAX))
        return ERR_NONE;
    return err_set(cx, ERR_SYNTAX, "a name is 1 to %d bytes of printable text", NAME_BYTES_MAX);
}

/* A new password, hashed before the transaction that stores it. */
struct hashed {
    struct str hash; /* empty: none */
    struct password_facts facts;
    struct digest context;
};

/* Checks against the policy and hashes. Null: none. */
static enum errcode
hash_new(struct cx *cx, const struct technician *t, struct str password, struct hashed *h_out)
{
    struct company company;
    struct policy policy;
    enum password_verdict verdict;
    const char *reason = NULL;
    enum errcode err = company_get(cx, t->company_id, &company);
    *h_out = (struct hashed){.hash = STR_LIT("")};
    if (err != ERR_NONE || str_is_null(password))
        return err;
    err = policy_get(cx, t->company_id, &policy);
    if (err == ERR_NONE)
        err = password_look(cx, password, t, &company, &h_out->facts);
    if (err == ERR_NONE)
        err = password_check_new(cx, &policy, t, &company, password, &verdict, &reason);
    if (err != ERR_NONE)
        return err;
    h_out->context = password_context(cx, &policy, t, &company);
    if (verdict != PASSWORD_GOOD)
        return err_set(cx, ERR_POLICY, "the password is refused: %s", reason);
    return password_hash(cx, password, &h_out->hash);
}

/* Within the open transaction: what the password was checked by may have changed since. */
static enum errcode
still_good(struct cx *cx, const struct technician *t, const struct hashed *h, struct policy *policy_out)
{
    struct company company;
    const char *reason = NULL;
    enum errcode err = company_get(cx, t->company_id, &company);
    if (err == ERR_NONE)
        err = policy_get(cx, t->company_id, policy_out);
    if (err != ERR_NONE || str_is_empty(h->hash))
        return err;
    const struct digest now = password_context(cx, policy_out, t, &company);
    if (password_judge(policy_out, &h->facts, &reason) != PASSWORD_GOOD)
        return err_set(cx, ERR_POLICY, "the password is refused: %s", reason);
    if (!secret_equal(now.bytes, h->context.bytes, sizeof now.bytes))
        return err_set(cx, ERR_CONFLICT, "%.*s, its company or a policy was changed meanwhile: try again",
                       STR_ARG(t->email));
    return ERR_NONE;
}

static enum errcode
insert(struct cx *cx, const struct technician *t)
{
    struct technician other;
    struct lockout_lifted lifted;
    enum errcode err = store_technician_find(cx, t->email_key, &other);
    if (err == ERR_NONE)
        return err_set(cx, ERR_EXISTS, "there is an account %.*s already", STR_ARG(t->email));
    if (err != ERR_NOT_FOUND)
        return err;
    err_forget(cx);
    err = store_technician_insert(cx, t);
    if (err == ERR_NONE) /* what was counted for the name was not this account's */
        err = lockout_lift(cx, t->email_key, LIFT_ALL, &lifted);
    if (err == ERR_NONE)
        err = audit_append(cx, of(t), AUDIT_TECHNICIAN_ADDED, "email", t->email, "name", t->name,
                           "must_change", t->password_must_change ? STR_LIT("yes") : STR_LIT("no"), NULL);
    return err;
}

/* All but the password. */
static struct technician
row_of(struct cx *cx, const struct technician_new *new)
{
    struct str written = STR_NULL;
    const struct str key = email_key_of_new(cx, new->email, &written);
    return (struct technician){
        .id = rand_id(),
        .company_id = new->company_id,
        .email = written,
        .email_key = key,
        .name = str_is_null(new->name) ? written : new->name,
        .is_technician = true,
        .role_on = true,
        .password_hash = STR_LIT(""),
        .password_generation = 1,
        .password_set_at = cx->now,
        .created_at = cx->now,
    };
}

enum errcode
technician_add(struct cx *cx, const struct technician_new *new, int64_t *id_out)
{
    struct technician t = row_of(cx, new);
    struct policy policy;
    struct hashed hashed;
    *id_out = 0;
    if (str_is_null(t.email_key))
        return err_set(cx, ERR_SYNTAX, "'%.*s' is not an e-mail address", STR_ARG(t.email));
    enum errcode err = check_name(cx, t.name);
    if (err == ERR_NONE)
        err = hash_new(cx, &t, new->password, &hashed);
    if (err == ERR_NONE)
        err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    t.password_hash = hashed.hash;
    t.password_must_change = !str_is_empty(hashed.hash) && !new->keeps_password;
    err = still_good(cx, &t, &hashed, &policy);
    err = db_end(cx, err == ERR_NONE ? insert(cx, &t) : err);
    *id_out = err == ERR_NONE ? t.id : 0;
    return err;
}

enum errcode
technician_add_within(struct cx *cx, const struct technician_new *new, struct technician *t_out)
{
    ASSERT(str_is_null(new->password));
    *t_out = row_of(cx, new);
    if (str_is_null(t_out->email_key))
        return err_set(cx, ERR_SYNTAX, "'%.*s' is not an e-mail address", STR_ARG(t_out->email));
    enum errcode err = check_name(cx, t_out->name);
    return err != ERR_NONE ? err : insert(cx, t_out);
}

static enum errcode
write_name(struct cx *cx, struct technician *t, struct str name)
{
    t->name = name;
    enum errcode err = store_technician_update(cx, t);
    if (err == ERR_NONE)
        err = audit_append(cx, of(t), AUDIT_TECHNICIAN_NAME, "name", name, NULL);
    return err;
}

static enum errcode
write_flags(struct cx *cx, struct technician *t, const struct technician_wish *wish)
{
    if (wish->is_technician != NULL)
        t->is_technician = *wish->is_technician;
    if (wish->role_on != NULL)
        t->role_on = *wish->role_on;
    enum errcode err = store_technician_update(cx, t);
    if (err == ERR_NONE && !(t->is_technician && t->role_on))
        err = revoke_account(cx, t->id, 0, "role-off");
    if (err == ERR_NONE)
        err = audit_append(cx, of(t), AUDIT_TECHNICIAN_FLAGS, "is_technician",
                           t->is_technician ? STR_LIT("yes") : STR_LIT("no"), "role_on",
                           t->role_on ? STR_LIT("yes") : STR_LIT("no"), NULL);
    return err;
}

enum errcode
technician_set(struct cx *cx, int64_t id, const struct technician_wish *wish)
{
    struct technician t;
    enum errcode err = str_is_null(wish->name) ? ERR_NONE : check_name(cx, wish->name);
    if (err == ERR_NONE)
        err = technician_begin_change(cx, id, &t);
    if (err != ERR_NONE)
        return err;
    if (!str_is_null(wish->name))
        err = write_name(cx, &t, wish->name);
    if (err == ERR_NONE && (wish->is_technician != NULL || wish->role_on != NULL))
        err = write_flags(cx, &t, wish);
    return db_end(cx, err);
}

enum errcode
technician_set_flags(struct cx *cx, int64_t id, bool is_technician, bool role_on)
{
    return technician_set(cx, id,
                          &(struct technician_wish){.is_technician = &is_technician, .role_on = &role_on});
}

enum errcode
technician_delete(struct cx *cx, int64_t id)
{
    struct technician t;
    struct lockout_lifted lifted;
    enum errcode err = technician_begin_change(cx, id, &t);
    if (err != ERR_NONE)
        return err;
    err = lockout_lift(cx, t.email_key, LIFT_ALL, &lifted);
    t.email_key = arena_printf(&cx->arena, "%lld", (long long)id); /* no address: it has no @ */
    t.deleted_at = cx->now;
    if (err == ERR_NONE)
        err = store_technician_update(cx, &t);
    if (err == ERR_NONE)
        err = revoke_account(cx, id, 0, "deleted");
    if (err == ERR_NONE)
        err = store_account_wipe(cx, id);
    if (err == ERR_NONE)
        err = reported_take_all(cx, &t);
    if (err == ERR_NONE)
        err = audit_append(cx, of(&t), AUDIT_TECHNICIAN_DELETED, "email", t.email, "turned_away",
                           lifted.turned_away, NULL);
    return db_end(cx, err);
}

/* Within the open transaction: ERR_POLICY where a phone or an authenticator is left. */
static enum errcode
check_no_factor_left(struct cx *cx, const struct technician *t)
{
    struct device *devices = NULL;
    size_t n = 0;
    enum errcode err = store_device_list(cx, t->id, false, &devices, &n);
    if (err == ERR_NONE && (n > 0 || t->has_totp))
        err = err_set(cx, ERR_POLICY, "%.*s still has %zu phone(s)%s: remove what is left first",
                      STR_ARG(t->email), n, t->has_totp ? " and an authenticator" : "");
    return err;
}

enum errcode
technician_allow_self_enrolment(struct cx *cx, int64_t id)
{
    struct technician t;
    enum errcode err = technician_begin_change(cx, id, &t);
    if (err != ERR_NONE)
        return err;
    err = check_no_factor_left(cx, &t);
    if (err == ERR_NONE)
        err = store_recovery_clear(cx, id);
    if (err == ERR_NONE)
        err = store_factor_forget(cx, id);
    if (err == ERR_NONE)
        err = audit_append(cx, of(&t), AUDIT_ENROLMENT_SELF_ALLOWED, NULL);
    return db_end(cx, err);
}

enum errcode
technician_unlock(struct cx *cx, int64_t id)
{
    struct technician t;
    struct lockout_lifted lifted;
    enum errcode err = technician_begin_change(cx, id, &t);
    if (err != ERR_NONE)
        return err;
    challenge_pace_clear(&t);
    t.locked_at = 0;
    err = store_technician_update(cx, &t);
    if (err == ERR_NONE)
        err = lockout_lift(cx, t.email_key, LIFT_ALL, &lifted);
    if (err == ERR_NONE)
        err = audit_append(cx, of(&t), AUDIT_ACCOUNT_UNLOCKED, "heard_again", lifted.sources, "turned_away",
                           lifted.turned_away, NULL);
    return db_end(cx, err);
}

enum errcode
technician_lock(struct cx *cx, int64_t id)
{
    struct technician t;
    enum errcode err = technician_begin_change(cx, id, &t);
    if (err != ERR_NONE)
        return err;
    t.locked_at = cx->now;
    err = store_technician_update(cx, &t);
    if (err == ERR_NONE)
        err = audit_append(cx, of(&t), AUDIT_ACCOUNT_LOCKED, "until", STR_LIT("unlocked"), NULL);
    if (err == ERR_NONE)
        err = revoke_account(cx, id, 0, "locked");
    return db_end(cx, err);
}

static enum errcode
reset(struct cx *cx, int64_t id, struct str password, bool must_change)
{
    struct technician t;
    struct policy policy;
    struct lockout_lifted lifted;
    struct hashed hashed;
    enum errcode err = technician_get(cx, id, &t);
    if (err == ERR_NONE && str_is_empty(password))
        err = err_set(cx, ERR_POLICY, "the password is refused: it is empty");
    if (err == ERR_NONE)
        err = hash_new(cx, &t, password, &hashed);
    if (err == ERR_NONE)
        err = technician_begin_change(cx, id, &t);
    if (err != ERR_NONE)
        return err;
    err = still_good(cx, &t, &hashed, &policy);
    if (err == ERR_NONE)
        err = password_store(cx, &policy, &t, hashed.hash, must_change);
    if (err == ERR_NONE)
        err = lockout_lift(cx, t.email_key, LIFT_TIMED, &lifted);
    if (err == ERR_NONE)
        err = revoke_account(cx, id, 0, "password-reset");
    if (err == ERR_NONE)
        err = audit_append(cx, of(&t), AUDIT_PASSWORD_RESET, "must_change",
                           must_change ? STR_LIT("yes") : STR_LIT("no"), "heard_again", lifted.sources,
                           "turned_away", lifted.turned_away, NULL);
    return db_end(cx, err);
}

/* What the password was checked by may be changed while it is hashed, by its owner for example. */
enum errcode
technician_reset_password(struct cx *cx, int64_t id, struct str password, bool must_change)
{
    enum errcode err = reset(cx, id, password, must_change);
    for (int tries = 1; tries < RESET_TRIES && err == ERR_CONFLICT; tries++) {
        err_forget(cx);
        err = reset(cx, id, password, must_change);
    }
    return err;
}
