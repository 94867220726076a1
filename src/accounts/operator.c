/* SPDX-License-Identifier: Apache-2.0 */
/* operator: see operator.h. */
#include "accounts/operator.h"

#include "accounts/audit.h"
#include "accounts/company.h"
#include "accounts/operator_right.h"
#include "accounts/technician.h"
#include "base/rand.h"
#include "db/db.h"
#include "store/store_operator_key.h"
#include "text/text.h"

enum { NAME_BYTES_MAX = 200 };

enum errcode
operator_read_role(struct cx *cx, struct str role, enum operator_role *role_out)
{
    for (unsigned i = 0; i < ARRAY_LEN(operator_role_names); i++) {
        *role_out = (enum operator_role)i;
        if (str_eq(role, str_from_cstr(operator_role_names[i])))
            return ERR_NONE;
    }
    return err_set(cx, ERR_USAGE, "a role is auditor, helpdesk, admin or owner, not '%.*s'", STR_ARG(role));
}

enum errcode
operator_read_reach(struct cx *cx, struct str reach, struct operator_grant *grant_out)
{
    struct company company;
    grant_out->n = 0;
    grant_out->everything = str_eq(reach, STR_LIT("everything"));
    if (grant_out->everything)
        return ERR_NONE;
    int64_t *companies = arena_array(&cx->arena, OPERATOR_REACH_MAX, sizeof *companies);
    enum errcode err = ERR_NONE;
    while (err == ERR_NONE && !str_is_null(reach)) {
        struct str name = str_trim(str_cut(&reach, ','), " ");
        if (grant_out->n == OPERATOR_REACH_MAX)
            return err_set(cx, ERR_USAGE, "a reach is everything or at most %d companies",
                           OPERATOR_REACH_MAX);
        err = company_find(cx, name, &company);
        if (err == ERR_NOT_FOUND) {
            err_forget(cx);
            return err_set(cx, ERR_NOT_FOUND, "there is no company '%.*s' to reach", STR_ARG(name));
        }
        companies[grant_out->n++] = company.id;
    }
    grant_out->companies = companies;
    return err;
}

enum errcode
operator_reach_text(struct cx *cx, int64_t holder_id, bool everything, struct str *reach_out)
{
    struct company company;
    int64_t *companies = NULL;
    size_t n = 0;
    *reach_out = everything ? STR_LIT("everything") : STR_LIT("");
    enum errcode err = everything ? ERR_NONE : store_reach_list(cx, holder_id, &companies, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        err = company_get(cx, companies[i], &company);
        if (err == ERR_NONE)
            *reach_out = arena_printf(&cx->arena, "%.*s%s%.*s", STR_ARG(*reach_out), i > 0 ? "," : "",
                                      STR_ARG(company.name));
    }
    return err;
}

enum errcode
operator_get(struct cx *cx, int64_t id, struct operator* o_out)
{
    return store_operator_get(cx, id, o_out);
}

enum errcode
operator_find(struct cx *cx, struct str email, struct operator* o_out)
{
    struct str key = email_key(cx, email);
    if (str_is_null(key))
        return err_set(cx, ERR_NOT_FOUND, "there is no such operator");
    return store_operator_find(cx, key, o_out);
}

static enum errcode
check_name(struct cx *cx, struct str name)
{
    if (text_is_printable(name, NAME_BYTES_MAX))
        return ERR_NONE;
    return err_set(cx, ERR_SYNTAX, "a name is 1 to %d bytes of printable text", NAME_BYTES_MAX);
}

static enum errcode
insert(struct cx *cx, const struct operator* o, const struct operator_grant *grant)
{
    struct operator other;
    struct str reach;
    enum errcode err = operator_right_covers(cx, grant);
    if (err == ERR_NONE)
        err = store_operator_find(cx, o->email_key, &other);
    if (err == ERR_NONE)
        return err_set(cx, ERR_EXISTS, "there is an operator %.*s already", STR_ARG(o->email));
    if (err != ERR_NOT_FOUND)
        return err;
    err_forget(cx);
    err = store_operator_insert(cx, o);
    if (err == ERR_NONE)
        err = store_reach_set(cx, o->id, grant->companies, grant->n);
    if (err == ERR_NONE)
        err = operator_reach_text(cx, o->id, o->everything, &reach);
    if (err == ERR_NONE)
        err = audit_append(cx, (struct audit_of){0}, AUDIT_OPERATOR_ADDED, "email", o->email, "role",
                           str_from_cstr(operator_role_names[o->role]), "reach", reach, NULL);
    return err;
}

enum errcode
operator_add_within(struct cx *cx, const struct operator_new *new, struct operator* o_out)
{
    struct str written = STR_NULL;
    const struct str key = email_key_of_new(cx, new->email, &written);
    *o_out = (struct operator){.id = rand_id(),
                               .email = written,
                               .email_key = key,
                               .name = str_is_null(new->name) ? written : new->name,
                               .role = new->grant.role,
                               .everything = new->grant.everything,
                               .state = OPERATOR_ACTIVE,
                               .created_at = cx->now};
    if (str_is_null(o_out->email_key))
        return err_set(cx, ERR_SYNTAX, "'%.*s' is not an e-mail address", STR_ARG(written));
    enum errcode err = check_name(cx, o_out->name);
    return err != ERR_NONE ? err : insert(cx, o_out, &new->grant);
}

enum errcode
operator_begin_change(struct cx *cx, int64_t id, struct operator* o_out)
{
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = store_operator_get(cx, id, o_out);
    if (err == ERR_NONE && o_out->state == OPERATOR_DELETED)
        err = err_set(cx, ERR_NOT_FOUND, "the operator was deleted");
    if (err == ERR_NONE)
        err = operator_right_covers(cx, &(struct operator_grant){.role = o_out->role, .everything = true});
    if (err != ERR_NONE)
        db_rollback(cx);
    return err;
}

/* Within the open transaction: o has lost something. */
static enum errcode
take_away(struct cx *cx, const struct operator* before, const struct operator* now)
{
    int64_t owners = 0, ended = 0;
    const bool was_owner = before->role == OPERATOR_OWNER && before->state == OPERATOR_ACTIVE;
    enum errcode err = ERR_NONE;
    if (was_owner && (now->role != OPERATOR_OWNER || now->state != OPERATOR_ACTIVE)) {
        err = store_operator_other_owners(cx, now->id, &owners);
        if (err == ERR_NONE && owners == 0)
            err = err_set(cx, ERR_POLICY, "%.*s is the last active owner: make another one first",
                          STR_ARG(now->email));
    }
    return err != ERR_NONE ? err : store_operator_session_end_all(cx, now->id, &ended);
}

static enum errcode
write_change(struct cx *cx, const struct operator* before, const struct operator* o,
             const struct operator_change *change)
{
    struct str reach = STR_NULL;
    const bool has_lost = change->reach != NULL || o->role != before->role;
    const struct operator_grant grant = {.role = o->role,
                                         .everything = o->everything,
                                         .companies = change->reach != NULL ? change->reach->companies : NULL,
                                         .n = change->reach != NULL ? change->reach->n : 0};
    enum errcode err = operator_right_covers(cx, &grant);
    if (err == ERR_NONE && has_lost)
        err = take_away(cx, before, o);
    if (err == ERR_NONE)
        err = store_operator_update(cx, o);
    if (err == ERR_NONE && change->reach != NULL)
        err = store_reach_set(cx, o->id, grant.companies, grant.n);
    if (err == ERR_NONE && change->reach != NULL)
        err = operator_reach_text(cx, o->id, o->everything, &reach);
    if (err != ERR_NONE)
        return err;
    return audit_append(
        cx, (struct audit_of){0}, AUDIT_OPERATOR_CHANGED, "email", o->email, "name", change->name, "role",
        change->role != NULL ? str_from_cstr(operator_role_names[o->role]) : STR_NULL, "reach", reach, NULL);
}

enum errcode
operator_set(struct cx *cx, int64_t id, const struct operator_change *change)
{
    struct operator before, o;
    enum errcode err = str_is_null(change->name) ? ERR_NONE : check_name(cx, change->name);
    if (err == ERR_NONE)
        err = operator_begin_change(cx, id, &before);
    if (err != ERR_NONE)
        return err;
    o = before;
    if (!str_is_null(change->name))
        o.name = change->name;
    if (change->role != NULL)
        o.role = *change->role;
    if (change->reach != NULL)
        o.everything = change->reach->everything;
    return db_end(cx, write_change(cx, &before, &o, change));
}

static enum errcode
write_state(struct cx *cx, const struct operator* before, const struct operator* o, const char *state)
{
    bool was_open = false;
    enum errcode err = o->state == OPERATOR_ACTIVE ? ERR_NONE : take_away(cx, before, o);
    if (err == ERR_NONE && o->state != OPERATOR_ACTIVE)
        err = store_operator_link_remove(cx, o->id, &was_open);
    if (err == ERR_NONE)
        err = store_operator_update(cx, o);
    return err != ERR_NONE ? err
                           : audit_append(cx, (struct audit_of){0}, AUDIT_OPERATOR_CHANGED, "email", o->email,
                                          "state", str_from_cstr(state), NULL);
}

enum errcode
operator_set_state(struct cx *cx, int64_t id, bool active)
{
    struct operator before, o;
    enum errcode err = operator_begin_change(cx, id, &before);
    if (err != ERR_NONE)
        return err;
    o = before;
    o.state = active ? OPERATOR_ACTIVE : OPERATOR_DISABLED;
    if (o.state == before.state)
        return db_end(cx, ERR_NONE);
    return db_end(cx, write_state(cx, &before, &o, operator_state_names[o.state]));
}

static enum errcode
wipe(struct cx *cx, const struct operator* before, struct operator* o)
{
    int64_t passkeys = 0, tokens = 0;
    bool was_open = false;
    o->state = OPERATOR_DELETED;
    o->email_key = arena_printf(&cx->arena, "%lld", (long long)o->id); /* no address: it has no @ */
    enum errcode err = take_away(cx, before, o);
    if (err == ERR_NONE)
        err = store_operator_link_remove(cx, o->id, &was_open);
    if (err == ERR_NONE)
        err = store_operator_passkey_remove(cx, o->id, 0, &passkeys);
    if (err == ERR_NONE)
        err = store_operator_token_revoke_all(cx, o->id, &tokens);
    if (err == ERR_NONE)
        err = store_reach_set(cx, o->id, NULL, 0);
    if (err == ERR_NONE)
        err = store_operator_update(cx, o);
    if (err != ERR_NONE)
        return err;
    return audit_append(cx, (struct audit_of){0}, AUDIT_OPERATOR_DELETED, "email", o->email, "tokens",
                        arena_printf(&cx->arena, "%lld", (long long)tokens), NULL);
}

enum errcode
operator_delete(struct cx *cx, int64_t id)
{
    struct operator before, o;
    enum errcode err = operator_begin_change(cx, id, &before);
    if (err != ERR_NONE)
        return err;
    o = before;
    return db_end(cx, wipe(cx, &before, &o));
}
