/* SPDX-License-Identifier: Apache-2.0 */
/* operator_token: see operator_token.h. */
#include "accounts/operator_token.h"

#include "accounts/audit.h"
#include "accounts/operator_right.h"
#include "base/rand.h"
#include "db/db.h"
#include "keys/env.h"
#include "text/text.h"

enum { NAME_MAX_BYTES = 64 };

static enum errcode
check_new(struct cx *cx, const struct operator_token *t, const struct operator_grant *grant)
{
    struct operator_token other;
    const struct operator_right *r = cx->right;
    if (r != NULL && r->token_id != 0 && t->expires_at > r->token_ends)
        return err_set(cx, ERR_POLICY, "a token makes none that is valid longer than itself");
    enum errcode err = operator_right_covers(cx, grant);
    if (err == ERR_NONE)
        err = store_operator_token_find(cx, t->name, &other);
    if (err == ERR_NONE)
        return err_set(cx, ERR_EXISTS, "there is a token %.*s already: revoke it first", STR_ARG(t->name));
    if (err != ERR_NOT_FOUND)
        return err;
    err_forget(cx);
    return ERR_NONE;
}

static enum errcode
insert(struct cx *cx, const struct operator_token *t, const struct operator_grant *grant, struct str token)
{
    struct str reach;
    const struct digest digest = token_digest(token);
    enum errcode err = check_new(cx, t, grant);
    if (err == ERR_NONE)
        err = store_operator_token_insert(cx, t, &digest);
    if (err == ERR_NONE)
        err = store_reach_set(cx, t->id, grant->companies, grant->n);
    if (err == ERR_NONE)
        err = operator_reach_text(cx, t->id, t->everything, &reach);
    if (err != ERR_NONE)
        return err;
    return audit_append(cx, (struct audit_of){0}, AUDIT_TOKEN_ADDED, "name", t->name, "role",
                        str_from_cstr(operator_role_names[t->role]), "reach", reach, "expires",
                        clock_text(&cx->arena, t->expires_at), NULL);
}

enum errcode
operator_token_add(struct cx *cx, struct str name, const struct operator_grant *grant, int64_t life,
                   struct str *token_out)
{
    *token_out = STR_NULL;
    if (!text_is_label(name, NAME_MAX_BYTES))
        return err_set(cx, ERR_SYNTAX, "a token's name is 1 to %d of a-z 0-9 - . _", NAME_MAX_BYTES);
    if (life < CLOCK_MINUTE || life > OPERATOR_TOKEN_LIFE_MAX)
        return err_set(cx, ERR_USAGE, "a token is valid for a minute to 366 days");
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    struct str token = arena_printf(&cx->arena, OPERATOR_TOKEN_PREFIX "%.*s", STR_ARG(token_random(cx)));
    const struct operator_token t = {.id = rand_id(),
                                     .name = name,
                                     .operator_id = cx->right != NULL ? cx->right->operator_id : 0,
                                     .role = grant->role,
                                     .everything = grant->everything,
                                     .made_by = str_is_null(cx->actor) ? STR_LIT("system") : cx->actor,
                                     .maker_id = cx->right != NULL ? cx->right->token_id : 0,
                                     .created_at = cx->now,
                                     .expires_at = cx->now + life};
    err = db_end(cx, insert(cx, &t, grant, token));
    if (err == ERR_NONE)
        *token_out = token;
    return err;
}

static enum errcode
revoke_one(struct cx *cx, const struct operator_token *t, struct str with)
{
    enum errcode err = store_operator_token_revoke(cx, t->id);
    return err != ERR_NONE ? err
                           : audit_append(cx, (struct audit_of){0}, AUDIT_TOKEN_REVOKED, "name", t->name,
                                          "with", with, NULL);
}

/* Whose makings are still to be revoked. */
struct maker {
    int64_t id;
    struct maker *next;
};

/* A thief of a token may have made others with it, and others again with those. */
static enum errcode
revoke_made(struct cx *cx, const struct operator_token *root)
{
    struct maker first = {root->id, NULL}, *last = &first;
    enum errcode err = ERR_NONE;
    for (const struct maker *m = &first; m != NULL && err == ERR_NONE; m = m->next) {
        struct operator_token *made = NULL;
        size_t n = 0;
        err = store_operator_token_list_made(cx, m->id, &made, &n);
        for (size_t i = 0; i < n && err == ERR_NONE; i++) {
            err = revoke_one(cx, &made[i], root->name);
            last->next = arena_zalloc(&cx->arena, sizeof *last);
            last = last->next;
            last->id = made[i].id;
        }
    }
    return err;
}

static enum errcode
revoke(struct cx *cx, struct str name)
{
    struct operator_token t;
    enum errcode err = store_operator_token_find(cx, name, &t);
    if (err == ERR_NONE)
        err = operator_right_covers(cx, &(struct operator_grant){.role = t.role, .everything = true});
    if (err == ERR_NONE)
        err = revoke_one(cx, &t, STR_NULL);
    return err != ERR_NONE ? err : revoke_made(cx, &t);
}

enum errcode
operator_token_revoke(struct cx *cx, struct str name)
{
    enum errcode err = db_begin(cx);
    return err != ERR_NONE ? err : db_end(cx, revoke(cx, name));
}
