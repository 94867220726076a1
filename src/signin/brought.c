/* SPDX-License-Identifier: Apache-2.0 */
/* brought: a new password on its way: examined and hashed at the login or the change, and judged again by
 * the current policy when it is granted. */
#include "signin/attempt.h"

enum errcode
brought_look(struct cx *cx, const struct account *a, struct str password, struct brought *b_out)
{
    struct password_facts facts = {0};
    enum password_verdict verdict = PASSWORD_WEAK;
    const char *reason = NULL;
    *b_out = (struct brought){.hash = STR_LIT(""),
                              .verdict = STR_LIT("weak"),
                              .context = password_context(cx, &a->p, &a->t, &a->c)};
    enum errcode err = password_hash(cx, str_is_null(password) ? STR_LIT("") : password, &b_out->hash);
    if (err == ERR_SYNTAX) {
        err_forget(cx);
        b_out->hash = STR_LIT("");
        return ERR_NONE;
    }
    if (err == ERR_NONE)
        err = password_look(cx, password, &a->t, &a->c, &facts);
    if (err == ERR_NONE)
        err = password_check_new(cx, &a->p, &a->t, &a->c, password, &verdict, &reason);
    b_out->strength = (int64_t)facts.strength;
    b_out->length = facts.length;
    if (err == ERR_NONE && verdict != PASSWORD_WEAK)
        b_out->verdict = verdict == PASSWORD_SAME   ? STR_LIT("same")
                         : verdict == PASSWORD_USED ? STR_LIT("used")
                                                    : STR_LIT("");
    return err;
}

bool
brought_is_of(struct cx *cx, const struct account *a, const struct brought *b)
{
    const struct digest now = password_context(cx, &a->p, &a->t, &a->c);
    return secret_equal(now.bytes, b->context.bytes, sizeof now.bytes);
}

enum password_verdict
brought_judge(struct cx *cx, const struct account *a, const struct brought *b)
{
    const struct password_facts facts = {.length = b->length,
                                         .strength = (enum password_strength)b->strength};
    if (str_is_empty(b->hash) || str_eq(b->verdict, STR_LIT("weak")) ||
        password_judge(&a->p, &facts, NULL) == PASSWORD_WEAK || !brought_is_of(cx, a, b))
        return PASSWORD_WEAK;
    if (str_eq(b->verdict, STR_LIT("same")))
        return PASSWORD_SAME;
    return str_is_empty(b->verdict) ? PASSWORD_GOOD : PASSWORD_USED;
}
