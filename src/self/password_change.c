/* SPDX-License-Identifier: Apache-2.0 */
/* password_change: a technician changes the password, and proves the old one again. On a console with an
 * enforced second factor, the newer operation requires that as well; on a phone, the self-service has
 * already required it. */
#include "self/password_change.h"

#include "accounts/revoke.h"
#include "accounts/session.h"
#include "db/db.h"
#include "self/self_service.h"
#include "signin/attempt.h"

enum how { AT_ONCE, WITH_SECOND_FACTOR };

struct change_ask {
    struct str session, old_password, new_password;
    enum how how;
    const struct self_proof *phone; /* NULL: a console, identified by its session */
};

struct change {
    int64_t session_id; /* 0: on a phone */
    struct account account;
    struct brought brought;
    bool is_within;        /* the transaction is open */
    enum self_result self; /* on a phone: the reason of a refusal that the result cannot express */
};

/* OK: the session is live and its account may continue; ch->account is that account. */
static enum errcode
enter_session(struct cx *cx, struct str token, struct change *ch, enum signin_result *result_out)
{
    struct session session;
    bool deleted = false;
    enum errcode err = session_of_deleted(cx, token, &deleted);
    if (err != ERR_NONE)
        return err;
    *result_out = deleted ? SIGNIN_NoSuchUser : SIGNIN_UserNotLoggedIn;
    if (deleted)
        return ERR_NONE;
    err = session_enter(cx, token, &session, &ch->account);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    if (err != ERR_NONE)
        return err;
    ch->session_id = session.id;
    account_acts(cx, ch->account.t.id);
    *result_out = SIGNIN_OK;
    return ERR_NONE;
}

/* Before the hash the deed is only checked; it is spent within the transaction. */
static enum errcode
enter_phone(struct cx *cx, const struct self_proof *proof, struct change *ch, enum signin_result *result_out)
{
    struct self s;
    enum errcode err =
        ch->is_within ? self_grant(cx, proof, &s, &ch->self) : self_may(cx, proof, &s, &ch->self);
    if (err != ERR_NONE)
        return err;
    *result_out = SIGNIN_UserNotLoggedIn;
    if (ch->self != SELF_OK)
        return ERR_NONE;
    ch->account = s.account;
    if (s.account.l.source_refused)
        ch->self = SELF_TOO_MANY;
    else
        *result_out = SIGNIN_OK;
    return ERR_NONE;
}

static enum errcode
enter(struct cx *cx, const struct change_ask *q, struct change *ch, enum signin_result *result_out)
{
    return q->phone != NULL ? enter_phone(cx, q->phone, ch, result_out)
                            : enter_session(cx, q->session, ch, result_out);
}

/* OK: the caller may change it, and the old password is right. *counts_out: the refusal counts as a
 * failure. */
static enum errcode
prove(struct cx *cx, const struct change_ask *q, struct change *ch, enum signin_result *result_out,
      bool *counts_out)
{
    bool right = false, stale = false;
    struct str old = str_is_null(q->old_password) ? STR_LIT("") : q->old_password;
    *counts_out = false;
    enum errcode err = enter(cx, q, ch, result_out);
    if (err != ERR_NONE || *result_out != SIGNIN_OK)
        return err;
    bool may_look = !account_is_locked(&ch->account) && !ch->account.l.source_refused;
    err = password_verify(cx, may_look ? ch->account.t.password_hash : STR_LIT(""), old, &right, &stale);
    if (err == ERR_SYNTAX) {
        err_forget(cx);
        err = ERR_NONE;
    }
    *result_out = right ? SIGNIN_OK : SIGNIN_InvalidPassword;
    *counts_out = may_look && !right;
    return err;
}

static enum signin_result
result_of(enum password_verdict verdict)
{
    switch (verdict) {
    case PASSWORD_WEAK:
        return SIGNIN_PasswordAtLeast5Chars;
    case PASSWORD_SAME:
        return SIGNIN_OldNewPasswordMatches;
    case PASSWORD_USED:
        return SIGNIN_AlreadyUsedPassword;
    case PASSWORD_GOOD:
        break;
    }
    return SIGNIN_OK;
}

/* Within the open transaction. */
static enum errcode
refuse(struct cx *cx, const struct change *ch, enum signin_result result)
{
    return audit_append(cx, account_of(&ch->account), AUDIT_PASSWORD_CHANGE_REFUSED, "result",
                        str_from_cstr(signin_result_name(result)), NULL);
}

/* Within the open transaction: everything is read again; a change since the hash invalidates it. */
static enum errcode
still_holds(struct cx *cx, const struct change_ask *q, struct change *ch, enum signin_result *result_out)
{
    struct change now = {.brought = ch->brought, .is_within = true};
    enum errcode err = enter(cx, q, &now, result_out);
    ch->self = now.self;
    if (err != ERR_NONE || *result_out != SIGNIN_OK)
        return err;
    const struct account *a = &now.account;
    if (account_is_locked(a) || a->l.source_refused ||
        a->t.password_generation != ch->account.t.password_generation)
        *result_out = SIGNIN_InvalidPassword;
    else if (!brought_is_of(cx, a, &ch->brought)) /* it is still there to be judged again */
        return err_set(cx, ERR_STORE_RACE, "the account changed while its new password was examined");
    else
        *result_out = result_of(brought_judge(cx, a, &ch->brought));
    *ch = now;
    return ERR_NONE;
}

static enum errcode
store(struct cx *cx, const struct change_ask *q, struct change *ch)
{
    struct str purpose = q->phone != NULL ? PURPOSE_SELF : PURPOSE_CHANGE;
    enum errcode err = password_store(cx, &ch->account.p, &ch->account.t, ch->brought.hash, false);
    if (err == ERR_NONE)
        err = revoke_account(cx, ch->account.t.id, ch->session_id, "password-changed");
    if (err == ERR_NONE)
        err = audit_append(cx, account_of(&ch->account), AUDIT_PASSWORD_CHANGED, "purpose", purpose, NULL);
    return err;
}

/* Within the open transaction: a second factor comes next, if one is available at all. */
static enum errcode
ask(struct cx *cx, struct change *ch, struct signin_outcome *outcome)
{
    const struct opening o = {.purpose = PURPOSE_CHANGE,
                              .language = STR_LIT(""),
                              .brought = &ch->brought,
                              .session_id = ch->session_id};
    struct attempt a = {.account = ch->account};
    unsigned methods = 0;
    enum errcode err = account_methods(cx, &ch->account, &methods);
    if (err != ERR_NONE)
        return err;
    if (methods == 0 && !account_may_enrol_itself(&ch->account)) {
        outcome->result = SIGNIN_TwoFactorError;
        return refuse(cx, ch, SIGNIN_TwoFactorError);
    }
    return signin_second_factor(cx, &a, &o, outcome);
}

static enum errcode
change_within(struct cx *cx, const struct change_ask *q, struct change *ch, struct signin_outcome *outcome)
{
    enum errcode err = still_holds(cx, q, ch, &outcome->result);
    if (err != ERR_NONE)
        return err;
    if (outcome->result != SIGNIN_OK)
        return refuse(cx, ch, outcome->result);
    if (q->how == WITH_SECOND_FACTOR && ch->account.p.second_factor == SECOND_FACTOR_REQUIRED)
        return ask(cx, ch, outcome);
    return store(cx, q, ch);
}

/* Within the open transaction. If the account is locked or the source refused, the attempt is turned away:
 * `counts` is false, and nothing is audited. A phone's failure counts once per signature: if the deed is
 * no longer valid, nothing is counted and *result_out says so. */
static enum errcode
refuse_wrong(struct cx *cx, const struct change_ask *q, struct change *ch, bool counts,
             enum signin_result *result_out)
{
    struct change now = {.is_within = true};
    enum errcode err = q->phone != NULL ? enter_phone(cx, q->phone, &now, result_out) : ERR_NONE;
    ch->self = now.self;
    if (err != ERR_NONE || *result_out == SIGNIN_UserNotLoggedIn)
        return err;
    *result_out = SIGNIN_InvalidPassword;
    err = account_fail(cx, &ch->account);
    return err == ERR_NONE && counts ? refuse(cx, ch, SIGNIN_InvalidPassword) : err;
}

/* A signature that does not verify is audited, as for any other change. */
static enum errcode
refuse_deed(struct cx *cx, const struct self_proof *phone)
{
    struct self s;
    enum self_result result;
    enum errcode err = self_begin_change(cx, phone, &s, &result);
    return err == ERR_NONE ? db_end(cx, err) : err;
}

/* The phone's address is refused. */
static enum errcode
count_turned_away(struct cx *cx, struct change *ch)
{
    enum errcode err = db_begin(cx);
    return err != ERR_NONE ? err : db_end(cx, account_fail(cx, &ch->account));
}

/* ch has the facts found so far; an outsider gets none of them. */
static enum errcode
change(struct cx *cx, const struct change_ask *q, struct change *ch, struct signin_outcome *outcome)
{
    bool counts = false;
    *ch = (struct change){.session_id = 0};
    *outcome = outcome_for_stranger(SIGNIN_UnknownError);
    enum errcode err = prove(cx, q, ch, &outcome->result, &counts);
    if (err == ERR_NONE && ch->self == SELF_BAD_SIGNATURE)
        return refuse_deed(cx, q->phone);
    if (err == ERR_NONE && ch->self == SELF_TOO_MANY)
        return count_turned_away(cx, ch);
    if (err != ERR_NONE || outcome->result == SIGNIN_UserNotLoggedIn || outcome->result == SIGNIN_NoSuchUser)
        return err;
    const bool is_wrong = outcome->result != SIGNIN_OK;
    if (!is_wrong && (err = brought_look(cx, &ch->account, q->new_password, &ch->brought)) != ERR_NONE)
        return err;
    if ((err = db_begin(cx)) != ERR_NONE)
        return err;
    err = is_wrong ? refuse_wrong(cx, q, ch, counts, &outcome->result) : change_within(cx, q, ch, outcome);
    return db_end(cx, err);
}

enum errcode
password_change(struct cx *cx, struct str session, struct str old_password, struct str new_password,
                enum signin_result *result_out)
{
    const struct change_ask q = {session, old_password, new_password, AT_ONCE, NULL};
    struct change ch;
    struct signin_outcome outcome;
    enum errcode err = change(cx, &q, &ch, &outcome);
    *result_out = err == ERR_NONE ? outcome.result : SIGNIN_UnknownError;
    return err;
}

enum errcode
password_change2(struct cx *cx, struct str session, struct str old_password, struct str new_password,
                 struct signin_outcome *outcome_out)
{
    const struct change_ask q = {session, old_password, new_password, WITH_SECOND_FACTOR, NULL};
    struct change ch;
    enum errcode err = change(cx, &q, &ch, outcome_out);
    if (err == ERR_NONE)
        signin_log_setup(cx, &ch.account, outcome_out);
    return err;
}

/* What the phone learns about a refused password: the first rule that it violates. */
static enum errcode
rule_of(struct cx *cx, const struct change *ch, struct str password, enum signin_result result,
        const char **rule_out)
{
    static const char *const names[] = {[PASSWORD_RULE_NONE] = NULL,
                                        [PASSWORD_RULE_LENGTH] = "length",
                                        [PASSWORD_RULE_KNOWN] = "well-known",
                                        [PASSWORD_RULE_STRENGTH] = "strength"};
    const struct account *a = &ch->account;
    struct password_facts facts;
    *rule_out = result == SIGNIN_OldNewPasswordMatches ? "same" : "used";
    if (result != SIGNIN_PasswordAtLeast5Chars)
        return ERR_NONE;
    enum errcode err = password_look(cx, password, &a->t, &a->c, &facts);
    if (err == ERR_NONE)
        *rule_out = names[password_broken_rule(&a->p, &facts)];
    return err;
}

static enum self_result
self_result_of(const struct change *ch, enum signin_result result)
{
    if (result == SIGNIN_UserNotLoggedIn)
        return ch->self;
    if (result == SIGNIN_InvalidPassword)
        return SELF_WRONG_PASSWORD;
    return result == SIGNIN_OK ? SELF_OK : SELF_PASSWORD_REFUSED;
}

enum errcode
self_password(struct cx *cx, const struct self_proof *proof, struct str old_password, struct str new_password,
              struct self_password *password_out, enum self_result *result_out)
{
    const struct change_ask q = {STR_NULL, old_password, new_password, AT_ONCE, proof};
    struct change ch;
    struct signin_outcome outcome;
    *password_out = (struct self_password){.rule = NULL};
    enum errcode err = change(cx, &q, &ch, &outcome);
    if (err != ERR_NONE)
        return err;
    *result_out = self_result_of(&ch, outcome.result);
    password_out->attempts_left = lockout_attempts(&ch.account.l);
    return *result_out == SELF_PASSWORD_REFUSED
               ? rule_of(cx, &ch, new_password, outcome.result, &password_out->rule)
               : ERR_NONE;
}
