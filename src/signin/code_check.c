/* SPDX-License-Identifier: Apache-2.0 */
/* code_check: the second factor that is typed. A wrong code counts as a failure and spends nothing: a slip
 * must not cost the sign-in, and the lock-out bounds how many there can be. What cannot be a code does not
 * count. */
#include "accounts/code.h"
#include "db/db.h"
#include "signin/attempt.h"

/* Within the open transaction: verifies the code if that is allowed now. */
static enum errcode
look_at_code(struct cx *cx, struct attempt *a, struct str code, const char **kind_out)
{
    bool right = false;
    enum errcode err = ERR_NONE;
    /* An address that has used up its budget is not served. */
    if (!a->account.l.source_refused && !str_is_empty(code))
        err = code_spend(cx, a->account.t.id, code, &right, kind_out);
    a->facts.is_code_wrong = !right;
    return err;
}

static enum errcode
refuse_code(struct cx *cx, struct attempt *a, const char *kind, struct signin_outcome *outcome_out)
{
    const bool is_turned_away = a->account.l.source_refused;
    enum errcode err = account_fail(cx, &a->account);
    if (err == ERR_NONE && !is_turned_away)
        err = audit_append(cx, account_of(&a->account), AUDIT_CODE_REFUSED, "login", attempt_id(cx, a),
                           "purpose", a->login.purpose, "method", str_from_cstr(kind), "console",
                           a->login.console, NULL);
    return err != ERR_NONE ? err : attempt_tell(cx, a, 0, SIGNIN_InvalidCode, outcome_out);
}

static enum errcode
validate_within(struct cx *cx, struct str login_token, struct str code, struct signin_outcome *outcome_out)
{
    struct attempt a;
    const bool can_be = code_kind(cx, code) != CODE_NONE;
    const char *kind = "totp"; /* when it is not verified */
    enum errcode err = attempt_read(cx, login_token, NULL, &a);
    if (err != ERR_NONE)
        return err;
    enum signin_result result = decide(&a.facts, AT_SEND);
    if (result == SIGNIN_InvalidToken)
        return attempt_tell(cx, &a, 0, result, outcome_out);
    if (result == SIGNIN_OK) {
        if ((err = look_at_code(cx, &a, code, &kind)) != ERR_NONE)
            return err;
        result = decide(&a.facts, AT_CODE);
    }
    /* InvalidCode is also the result of a push whose last try had a wrong number. */
    if (result == SIGNIN_InvalidCode && a.facts.is_code_wrong)
        return can_be ? refuse_code(cx, &a, kind, outcome_out) : attempt_tell(cx, &a, 0, result, outcome_out);
    return attempt_end(cx, &a, result, kind, outcome_out);
}

enum errcode
signin_validate_code(struct cx *cx, struct str login_token, struct str code,
                     struct signin_outcome *outcome_out)
{
    *outcome_out = outcome_for_stranger(SIGNIN_UnknownError);
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = validate_within(cx, login_token, code, outcome_out);
    return db_end(cx, err);
}
