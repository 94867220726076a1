/* SPDX-License-Identifier: Apache-2.0 */
/* signin: the password, the first factor: which account, whether it may try, whether it is right; and what
 * comes next. */
#include "signin/signin.h"

#include "accounts/enrolment.h"
#include "db/db.h"
#include "keys/env.h"
#include "log/log.h"
#include "signin/attempt.h"

#define SETUP_LINK_LIFE (15 * CLOCK_MINUTE)

enum { NAME_MAX_BYTES = 254 };

/* One attempt: the name, and what was found for it. */
struct
try {
    struct str email; /* as it was given */
    struct str key;   /* of the lock-out: for known and unknown names alike */
    bool is_known;
    struct account account; /* if the account is known */
    struct lockout l;
    struct str password, language;
    bool brings;
    struct str new_password;
    struct brought brought;
    struct str renewed;          /* the hash with current parameters; null: not needed */
    enum signin_result stranger; /* the answer to an unknown name or a wrong password */
};

/* *is_there_out false: no account has that address. */
static enum errcode
find(struct cx *cx, struct str email, struct technician *t, bool *is_there_out)
{
    enum errcode err = technician_find(cx, email, t);
    *is_there_out = err == ERR_NONE;
    if (err != ERR_NOT_FOUND)
        return err;
    err_forget(cx);
    return ERR_NONE;
}

static enum errcode
try_find(struct cx *cx, struct try *y)
{
    struct technician t;
    y->key = email_key(cx, y->email);
    if (str_is_null(y->key)) { /* not an address: handled like any unknown name */
        y->key = str_is_null(y->email) ? STR_LIT("") : str_sub(y->email, 0, NAME_MAX_BYTES);
        return ERR_NONE;
    }
    enum errcode err = find(cx, y->email, &t, &y->is_known);
    if (y->is_known)
        err = account_read(cx, t.id, &y->account);
    y->l = y->account.l;
    return err;
}

/* Verifies the password against the account's hash; an empty hash takes the same time and never matches. */
static enum errcode
try_password(struct cx *cx, struct str hash, struct str password, bool *right_out, bool *stale_out)
{
    *right_out = *stale_out = false;
    enum errcode err =
        password_verify(cx, hash, str_is_null(password) ? STR_LIT("") : password, right_out, stale_out);
    if (err != ERR_SYNTAX)
        return err;
    err_forget(cx);
    return ERR_NONE;
}

/* Within the open transaction: audits a refusal. purpose: null unless the password was right. */
static enum errcode
record_refusal(struct cx *cx, const struct try *y, enum signin_result result, const char *reason,
               struct str purpose)
{
    const struct audit_of of = y->is_known ? account_of(&y->account) : (struct audit_of){0};
    return audit_append(cx, of, str_is_null(purpose) ? AUDIT_LOGIN_REFUSED : AUDIT_LOGIN_REFUSED_INSIDE,
                        "account", text_of_stranger(cx, y->key, NAME_MAX_BYTES), "result",
                        str_from_cstr(signin_result_name(result)), "reason", str_from_cstr(reason), "method",
                        STR_LIT("password"), "purpose", purpose, "console",
                        text_of_stranger(cx, cx->console, TEXT_CONSOLE), NULL);
}

/* Within the open transaction: one more attempt without the right password. Attempts that are turned away,
 * and a source's attempts at unknown names beyond its budget, are counted but not audited: what was the case
 * before the password was verified does not matter. The lock itself is shown only to sources from which the
 * account itself has signed in. */
static enum errcode
turn_away(struct cx *cx, struct try *y, bool has_looked, enum signin_result *result_out)
{
    const struct lockout_name name = {y->is_known ? &y->account.t : NULL, y->is_known ? &y->account.p : NULL,
                                      y->key};
    enum errcode err = lockout_fail(cx, &name, cx->source, &y->l);
    const bool is_shown = y->l.was_locked && y->l.source_is_known;
    *result_out = is_shown || y->l.shown.is_locked ? SIGNIN_UserLockedOut : y->stranger;
    if (err != ERR_NONE || !(y->is_known ? y->l.is_counted : y->l.shown.is_counted))
        return err;
    return record_refusal(cx, y, *result_out, has_looked ? "wrong password" : "not looked at", STR_NULL);
}

/* Within the open transaction: an account that was deleted while the password was verified is an unknown
 * name, as for the next attempt. Unknown names are looked up too: it takes as long. */
static enum errcode
find_again(struct cx *cx, struct try *y)
{
    struct technician t;
    bool is_there = false;
    enum errcode err = find(cx, y->email, &t, &is_there);
    y->is_known = y->is_known && is_there && t.id == y->account.t.id;
    return err;
}

/* In its own transaction. */
static enum errcode
refuse_stranger(struct cx *cx, struct try *y, bool has_looked, struct signin_outcome *outcome_out)
{
    enum signin_result result = SIGNIN_UnknownError;
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = find_again(cx, y);
    err = db_end(cx, err != ERR_NONE ? err : turn_away(cx, y, has_looked, &result));
    *outcome_out = outcome_for_stranger(err == ERR_NONE ? result : SIGNIN_UnknownError);
    if (err == ERR_NONE && result != SIGNIN_UserLockedOut)
        outcome_out->attempts_left = y->l.shown.attempts_left;
    return err;
}

/* Within the open transaction: opens the login that waits for its second factor. */
static enum errcode
ask_second_factor(struct cx *cx, struct attempt *a, const struct opening *o,
                  struct signin_outcome *outcome_out)
{
    struct str token = STR_NULL;
    enum errcode err = attempt_open(cx, o, a, &token);
    if (err == ERR_NONE)
        err = attempt_tell(cx, a, 0, SIGNIN_OkTwoFactorAuthenticationRequired, outcome_out);
    outcome_out->login_token = token;
    if (err == ERR_NONE)
        err = audit_append(cx, account_of(&a->account), AUDIT_LOGIN_BEGUN, "login", attempt_id(cx, a),
                           "purpose", a->login.purpose, NULL);
    return err;
}

enum errcode
signin_second_factor(struct cx *cx, struct attempt *a, const struct opening *o,
                     struct signin_outcome *outcome_out)
{
    unsigned methods = 0;
    enum errcode err = account_methods(cx, &a->account, &methods);
    if (err != ERR_NONE)
        return err;
    if (!account_may_enrol_itself(&a->account)) {
        err = ask_second_factor(cx, a, o, outcome_out);
        outcome_out->has_methods = true;
        outcome_out->methods = methods;
        return err;
    }
    *outcome_out = outcome_for_stranger(SIGNIN_OkTwoFactorSetupRequired);
    err = account_tell(cx, &a->account, o->session_id, outcome_out);
    if (err == ERR_NONE)
        err = audit_append(cx, account_of(&a->account), AUDIT_ENROLMENT_SELF, "purpose", o->purpose, NULL);
    if (err == ERR_NONE)
        err = enrolment_new_self_within(cx, &a->account.t, SETUP_LINK_LIFE, &outcome_out->setup_url);
    outcome_out->url = outcome_out->setup_url;
    return err;
}

void
signin_log_setup(struct cx *cx, const struct account *a, const struct signin_outcome *outcome)
{
    if (outcome->result == SIGNIN_OkTwoFactorSetupRequired)
        log_event(LOG_ENROLMENT_SELF, "technician=%lld source=%s", (long long)a->t.id,
                  log_quote(&cx->arena, cx->source));
}

/* Within the open transaction: the password alone decides. The logins have no result for a refused new
 * password: UserPasswordExpired says that another one is needed, and where. */
static enum errcode
end_alone(struct cx *cx, struct attempt *a, const struct opening *o, struct signin_outcome *outcome_out)
{
    enum errcode err = attempt_open(cx, o, a, NULL);
    if (err != ERR_NONE)
        return err;
    enum signin_result result = decide(&a->facts, AT_ALONE);
    if (result == SIGNIN_PasswordStrengthNotMeetRequirement || result == SIGNIN_OldNewPasswordsMatch ||
        result == SIGNIN_AlreadyUsedPassword)
        result = SIGNIN_UserPasswordExpired;
    return attempt_end(cx, a, result, "password", outcome_out);
}

/* Within the open transaction: the password is right. */
static enum errcode
go_on(struct cx *cx, struct try *y, struct attempt *a, struct signin_outcome *outcome_out)
{
    const struct opening o = {.purpose = y->brings ? PURPOSE_NEW_PASSWORD : PURPOSE_SIGN_IN,
                              .language = y->language,
                              .brought = y->brings ? &y->brought : NULL};
    a->facts.account = &a->account;
    enum signin_result result = decide(&a->facts, AT_LOGIN);
    enum errcode err = ERR_NONE;
    if (!str_is_null(y->renewed))
        err = store_password_renew(cx, a->account.t.id, a->account.t.password_generation, y->renewed);
    if (err != ERR_NONE)
        return err;
    if (result == SIGNIN_OK)
        return a->account.p.second_factor == SECOND_FACTOR_REQUIRED
                   ? signin_second_factor(cx, a, &o, outcome_out)
                   : end_alone(cx, a, &o, outcome_out);
    err = attempt_tell(cx, a, 0, result, outcome_out);
    return err != ERR_NONE ? err : record_refusal(cx, y, result, "account", o.purpose);
}

/* The account is read again: facts from before the hash may be outdated. *again_out: another process set a
 * new password or caused the last failure meanwhile; the caller answers as if the password had not been
 * verified. */
static enum errcode
decide_within(struct cx *cx, struct try *y, bool *again_out, struct signin_outcome *outcome_out)
{
    struct attempt a = {.challenge.id = 0};
    *again_out = false;
    enum errcode err = account_read(cx, y->account.t.id, &a.account);
    if (err != ERR_NONE)
        return err;
    if (a.account.l.account_locked || a.account.l.source_refused ||
        a.account.t.password_generation != y->account.t.password_generation) {
        y->l = a.account.l;
        *again_out = true;
        return ERR_NONE;
    }
    if (y->brings && !brought_is_of(cx, &a.account, &y->brought)) /* it is still there to be judged again */
        return err_set(cx, ERR_STORE_RACE, "the account changed while its new password was examined");
    account_acts(cx, a.account.t.id);
    account_saw_password(&a.account, &y->account.password);
    return go_on(cx, y, &a, outcome_out);
}

static enum errcode
go_on_in_transaction(struct cx *cx, struct try *y, struct signin_outcome *outcome_out)
{
    bool again = false;
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = decide_within(cx, y, &again, outcome_out);
    if (err == ERR_NONE && !again)
        err = db_commit(cx);
    else
        db_rollback(cx);
    if (err != ERR_NONE)
        return err;
    if (again)
        return refuse_stranger(cx, y, false, outcome_out);
    signin_log_setup(cx, &y->account, outcome_out);
    return ERR_NONE;
}

/* While the right password is visible: records its properties, and those of the new one. */
static enum errcode
look(struct cx *cx, struct try *y, bool is_stale)
{
    struct password_facts facts;
    enum errcode err = password_look(cx, y->password, &y->account.t, &y->account.c, &facts);
    if (err == ERR_NONE)
        account_saw_password(&y->account, &facts);
    if (err == ERR_NONE && is_stale)
        err = password_hash(cx, y->password, &y->renewed);
    if (err == ERR_NONE && y->brings)
        err = brought_look(cx, &y->account, y->new_password, &y->brought);
    return err;
}

static enum errcode
begin(struct cx *cx, struct try *y, struct signin_outcome *outcome_out)
{
    bool right = false, stale = false;
    *outcome_out = outcome_for_stranger(SIGNIN_UnknownError);
    enum errcode err = try_find(cx, y);
    if (err != ERR_NONE)
        return err;
    y->stranger = SIGNIN_InvalidPassword;
    if (!y->is_known && cx->env->reveal_unknown_users)
        y->stranger = SIGNIN_NoSuchUser;
    bool may_look = !y->l.account_locked && !y->l.source_refused;
    struct str hash = may_look && y->is_known ? y->account.t.password_hash : STR_LIT("");
    err = try_password(cx, hash, y->password, &right, &stale);
    if (err != ERR_NONE)
        return err;
    if (!may_look || !right)
        return refuse_stranger(cx, y, may_look, outcome_out);
    err = look(cx, y, stale);
    return err != ERR_NONE ? err : go_on_in_transaction(cx, y, outcome_out);
}

enum errcode
signin_begin(struct cx *cx, struct str email, struct str password, struct str language,
             struct signin_outcome *outcome_out)
{
    struct try y = {.email = email, .password = password, .language = language};
    return begin(cx, &y, outcome_out);
}

enum errcode
signin_begin_new_password(struct cx *cx, struct str email, struct str old_password, struct str new_password,
                          struct signin_outcome *outcome_out)
{
    struct try y = {.email = email, .password = old_password, .brings = true, .new_password = new_password};
    return begin(cx, &y, outcome_out);
}
