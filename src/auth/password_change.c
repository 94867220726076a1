/* password_change: a signed-in technician changes the password: the old one is proved again, and where a
 * second factor is enforced the newer operation asks for that too. */
#include "auth/attempt.h"
#include "auth/session.h"
#include "store/db.h"

struct change {
    struct session session;
    struct account account;
    struct brought brought;
};

/* OK: the session lives, and the old password is right. *counts_out: the refusal is a failure to be counted.
 */
static enum errcode
prove(struct cx *cx, struct str token, struct str old_password, struct change *ch,
      enum signin_result *result_out, bool *counts_out)
{
    bool right = false, stale = false, deleted = false;
    *counts_out = false;
    enum errcode err = session_of_deleted(cx, token, &deleted);
    if (err != ERR_NONE)
        return err;
    *result_out = deleted ? SIGNIN_NoSuchUser : SIGNIN_UserNotLoggedIn;
    if (deleted)
        return ERR_NONE;
    err = session_by_token(cx, token, &ch->session);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    if (err == ERR_NONE)
        err = account_read(cx, ch->session.technician_id, &ch->account);
    if (err != ERR_NONE)
        return err;
    account_acts(cx, ch->account.t.id);
    bool may_look = !ch->account.l.account_locked && !ch->account.l.source_refused;
    struct str hash = may_look ? ch->account.t.password_hash : STR_LIT("");
    err = password_verify(cx, hash, str_is_null(old_password) ? STR_LIT("") : old_password, &right, &stale);
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

/* Within the open transaction: the refusal of a change, counted where it is a wrong password. */
static enum errcode
refuse(struct cx *cx, struct change *ch, enum signin_result result, bool counts)
{
    enum errcode err = ERR_NONE;
    if (counts)
        err = lockout_fail(cx, &ch->account.p, ch->account.t.email_key, cx->source, &ch->account.l);
    if (err == ERR_NONE)
        err = audit_append(cx, account_of(&ch->account), "password.change-refused", "result",
                           str_from_cstr(signin_result_name(result)), NULL);
    return err;
}

/* Within the open transaction: everything is read again; what changed since the hash makes it void. */
static enum errcode
still_holds(struct cx *cx, struct str token, struct change *ch, enum signin_result *result_out)
{
    struct session session;
    struct account now;
    enum errcode err = session_by_token(cx, token, &session);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        *result_out = SIGNIN_UserNotLoggedIn;
        return ERR_NONE;
    }
    if (err == ERR_NONE)
        err = account_read(cx, ch->account.t.id, &now);
    if (err != ERR_NONE)
        return err;
    if (now.l.account_locked || now.l.source_refused ||
        now.t.password_generation != ch->account.t.password_generation)
        *result_out = SIGNIN_InvalidPassword;
    else
        *result_out = result_of(brought_judge(&now.p, &ch->brought));
    ch->account = now;
    return ERR_NONE;
}

static enum errcode
store(struct cx *cx, struct change *ch)
{
    enum errcode err = password_store(cx, &ch->account.p, &ch->account.t, ch->brought.hash, false);
    if (err == ERR_NONE)
        err = session_end_all(cx, ch->account.t.id, ch->session.id, "password-changed");
    if (err == ERR_NONE)
        err = audit_append(cx, account_of(&ch->account), "password.changed", "purpose", PURPOSE_CHANGE, NULL);
    return err;
}

/* Within the open transaction: a second factor comes next, if one works at all. */
static enum errcode
ask(struct cx *cx, struct change *ch, struct signin_answer *answer)
{
    const struct opening o = {.purpose = PURPOSE_CHANGE,
                              .language = STR_LIT(""),
                              .brought = &ch->brought,
                              .session_id = ch->session.id};
    struct attempt a = {.account = ch->account};
    unsigned methods = 0;
    bool has_factor = false;
    enum errcode err = account_methods(cx, &ch->account, &methods, &has_factor);
    if (err != ERR_NONE)
        return err;
    if (has_factor && methods == 0) {
        answer->result = SIGNIN_TwoFactorError;
        return refuse(cx, ch, SIGNIN_TwoFactorError, false);
    }
    return signin_second_factor(cx, &a, &o, answer);
}

enum how { AT_ONCE, WITH_SECOND_FACTOR };

static enum errcode
change_within(struct cx *cx, struct str token, struct change *ch, enum how how, struct signin_answer *answer)
{
    enum errcode err = still_holds(cx, token, ch, &answer->result);
    if (err != ERR_NONE)
        return err;
    if (answer->result != SIGNIN_OK)
        return refuse(cx, ch, answer->result, false);
    if (how == WITH_SECOND_FACTOR && ch->account.p.second_factor == SECOND_FACTOR_REQUIRED)
        return ask(cx, ch, answer);
    return store(cx, ch);
}

/* Its own transaction: the wrong old password. */
static enum errcode
refuse_wrong(struct cx *cx, struct change *ch, bool counts)
{
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = refuse(cx, ch, SIGNIN_InvalidPassword, counts);
    if (err == ERR_NONE)
        return db_commit(cx);
    db_rollback(cx);
    return err;
}

struct change_ask {
    struct str session, old_password, new_password;
    enum how how;
};

static enum errcode
change(struct cx *cx, const struct change_ask *q, struct signin_answer *answer)
{
    struct change ch = {.session.id = 0};
    bool counts = false;
    *answer = answer_to_stranger(SIGNIN_UnknownError);
    enum errcode err = prove(cx, q->session, q->old_password, &ch, &answer->result, &counts);
    if (err != ERR_NONE || answer->result == SIGNIN_UserNotLoggedIn || answer->result == SIGNIN_NoSuchUser)
        return err;
    if (answer->result != SIGNIN_OK)
        return refuse_wrong(cx, &ch, counts);
    if ((err = brought_look(cx, &ch.account, q->new_password, &ch.brought)) != ERR_NONE)
        return err;
    if ((err = db_begin(cx)) != ERR_NONE)
        return err;
    err = change_within(cx, q->session, &ch, q->how, answer);
    if (err == ERR_NONE)
        return db_commit(cx);
    db_rollback(cx);
    return err;
}

enum errcode
password_change(struct cx *cx, struct str session, struct str old_password, struct str new_password,
                enum signin_result *result_out)
{
    const struct change_ask q = {session, old_password, new_password, AT_ONCE};
    struct signin_answer answer;
    enum errcode err = change(cx, &q, &answer);
    *result_out = err == ERR_NONE ? answer.result : SIGNIN_UnknownError;
    return err;
}

enum errcode
password_change2(struct cx *cx, struct str session, struct str old_password, struct str new_password,
                 struct signin_answer *answer_out)
{
    const struct change_ask q = {session, old_password, new_password, WITH_SECOND_FACTOR};
    enum errcode err = change(cx, &q, answer_out);
    struct session s;
    struct account a;
    if (err != ERR_NONE || answer_out->result != SIGNIN_OkTwoFactorSetupRequired)
        return err;
    if ((err = session_by_token(cx, session, &s)) != ERR_NONE ||
        (err = account_read(cx, s.technician_id, &a)) != ERR_NONE)
        return err;
    return signin_setup_link(cx, &a, answer_out);
}
