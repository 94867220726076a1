/* SPDX-License-Identifier: Apache-2.0 */
/* ops_admin_operator: what owners do to operators and tokens. */
#include "accounts/operator.h"

#include "accounts/operator_session.h"
#include "accounts/operator_token.h"
#include "db/db.h"
#include "ops/ops.h"
#include "ops/ops_admin.h"
#include "ops/ops_device.h"

#define LINK_LIFE CLOCK_HOUR
enum { TOKEN_DAYS = 90 };

static enum errcode
show_operators(struct cx *cx, const struct operator* list, size_t n, struct ct_array *out)
{
    struct AdminOperator *items = arena_array(&cx->arena, n + 1, sizeof *items);
    enum errcode err = ERR_NONE;
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        items[i] = (struct AdminOperator){.sOperator = list[i].email,
                                          .sName = list[i].name,
                                          .sRole = str_from_cstr(operator_role_names[list[i].role]),
                                          .sState = str_from_cstr(operator_state_names[list[i].state]),
                                          .sCreated = ops_time(cx, list[i].created_at)};
        err = operator_reach_text(cx, list[i].id, list[i].everything, &items[i].sReach);
    }
    *out = ops_array(items, n);
    return err;
}

/* One more than `limit` is read, which says whether there are more; it is not shown. */
static enum errcode
read_operators(struct cx *cx, struct str after, int64_t limit, struct admin_operator_list_out *out)
{
    struct operator* list = NULL;
    size_t n = 0;
    enum errcode err = store_operator_page(cx, after, limit + 1, &list, &n);
    const bool more = (int64_t)n > limit;
    n -= more;
    if (err == ERR_NONE)
        err = show_operators(cx, list, n, &out->aOperators);
    out->sNext = more ? list[n - 1].email_key : STR_NULL;
    return ops_done(err, &out->result);
}

enum errcode
op_admin_operator_list(struct cx *cx, const struct operator_right *by,
                       const struct admin_operator_list_in *in, struct admin_operator_list_out *out)
{
    (void)by;
    int64_t limit = 0;
    enum errcode err = ops_limit(cx, in->iLimit, &limit);
    if (err == ERR_NONE)
        err = db_begin_read(cx);
    return err != ERR_NONE ? err : db_end(cx, read_operators(cx, ops_given(in->sAfter), limit, out));
}

static struct ct_array
passkeys_of(struct cx *cx, const struct operator_passkey *list, size_t n)
{
    struct AdminPasskey *items = arena_array(&cx->arena, n + 1, sizeof *items);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct AdminPasskey){.sPasskeyId = ops_id(cx, list[i].id),
                                         .sName = list[i].name,
                                         .sCreated = ops_time(cx, list[i].created_at),
                                         .sUsed = ops_time(cx, list[i].used_at)};
    return ops_array(items, n);
}

static enum errcode
read_operator(struct cx *cx, struct str email, struct admin_operator_show_out *out)
{
    struct operator o;
    struct operator_passkey *passkeys = NULL;
    struct operator_session *sessions = NULL;
    size_t n_passkeys = 0, n_sessions = 0;
    int64_t link_end = 0;
    enum errcode err = operator_find(cx, email, &o);
    if (err == ERR_NONE)
        err = show_operators(cx, &o, 1, &out->aOperators);
    if (err == ERR_NONE)
        err = store_operator_passkey_list(cx, o.id, &passkeys, &n_passkeys);
    if (err == ERR_NONE)
        err = store_operator_session_list(cx, o.id, &sessions, &n_sessions);
    if (err == ERR_NONE)
        err = store_operator_link_end(cx, o.id, &link_end);
    out->aPasskeys = passkeys_of(cx, passkeys, n_passkeys);
    out->iSessions = ops_count((int64_t)n_sessions);
    out->sLinkExpires = ops_time(cx, link_end);
    return err;
}

enum errcode
op_admin_operator_show(struct cx *cx, const struct operator_right *by,
                       const struct admin_operator_show_in *in, struct admin_operator_show_out *out)
{
    (void)by;
    enum errcode err = db_begin_read(cx);
    if (err == ERR_NONE)
        err = db_end(cx, read_operator(cx, in->sOperator, out));
    return ops_done(err, &out->result);
}

/* The id of an operator, as of now; what is done to it reads it again. */
static enum errcode
find(struct cx *cx, struct str email, int64_t *id_out)
{
    struct operator o = {.id = 0};
    enum errcode err = db_begin_read(cx);
    if (err == ERR_NONE)
        err = db_end(cx, operator_find(cx, email, &o));
    *id_out = o.id;
    return err;
}

static int64_t
life_of(int32_t seconds)
{
    return seconds == 0 ? LINK_LIFE : seconds * CLOCK_S;
}

/* Both have to be given: nothing is granted by default. */
static enum errcode
read_grant(struct cx *cx, struct str role, struct str reach, struct operator_grant *grant)
{
    if (str_is_empty(role) || str_is_empty(reach))
        return err_set(cx, ERR_SYNTAX, "%s is missing", str_is_empty(role) ? "sRole" : "sReach");
    enum errcode err = operator_read_role(cx, role, &grant->role);
    return err != ERR_NONE ? err : operator_read_reach(cx, reach, grant);
}

enum errcode
op_admin_operator_add(struct cx *cx, const struct operator_right *by, const struct admin_operator_add_in *in,
                      struct admin_operator_add_out *out)
{
    struct operator_new new = {.email = in->sEmail, .name = ops_given(in->sName)};
    int64_t id = 0;
    (void)by;
    enum errcode err = read_grant(cx, in->sRole, in->sReach, &new.grant);
    if (err == ERR_NONE)
        err = operator_invite(cx, &new, life_of(in->iSeconds), &id, &out->sUrl);
    return ops_done(err, &out->result);
}

enum errcode
op_admin_operator_set(struct cx *cx, const struct operator_right *by, const struct admin_operator_set_in *in,
                      struct admin_operator_set_out *out)
{
    struct operator_change change = {.name = ops_given(in->sName)};
    struct operator_grant grant = {.n = 0};
    int64_t id = 0;
    (void)by;
    enum errcode err = find(cx, in->sOperator, &id);
    if (err == ERR_NONE && !str_is_empty(in->sRole)) {
        err = operator_read_role(cx, in->sRole, &grant.role);
        change.role = &grant.role;
    }
    if (err == ERR_NONE && !str_is_empty(in->sReach)) {
        err = operator_read_reach(cx, in->sReach, &grant);
        change.reach = &grant;
    }
    if (err == ERR_NONE && str_is_null(change.name) && change.role == NULL && change.reach == NULL)
        err = err_set(cx, ERR_SYNTAX, "nothing to set: sName, sRole or sReach");
    return ops_done(err == ERR_NONE ? operator_set(cx, id, &change) : err, &out->result);
}

enum errcode
op_admin_operator_disable(struct cx *cx, const struct operator_right *by,
                          const struct admin_operator_disable_in *in, struct admin_operator_disable_out *out)
{
    int64_t id = 0;
    (void)by;
    enum errcode err = find(cx, in->sOperator, &id);
    return ops_done(err == ERR_NONE ? operator_set_state(cx, id, false) : err, &out->result);
}

enum errcode
op_admin_operator_enable(struct cx *cx, const struct operator_right *by,
                         const struct admin_operator_enable_in *in, struct admin_operator_enable_out *out)
{
    int64_t id = 0;
    (void)by;
    enum errcode err = find(cx, in->sOperator, &id);
    return ops_done(err == ERR_NONE ? operator_set_state(cx, id, true) : err, &out->result);
}

enum errcode
op_admin_operator_delete(struct cx *cx, const struct operator_right *by,
                         const struct admin_operator_delete_in *in, struct admin_operator_delete_out *out)
{
    int64_t id = 0;
    (void)by;
    enum errcode err = find(cx, in->sOperator, &id);
    return ops_done(err == ERR_NONE ? operator_delete(cx, id) : err, &out->result);
}

enum errcode
op_admin_operator_link(struct cx *cx, const struct operator_right *by,
                       const struct admin_operator_link_in *in, struct admin_operator_link_out *out)
{
    int64_t id = 0;
    (void)by;
    enum errcode err = find(cx, in->sOperator, &id);
    if (err == ERR_NONE)
        err = operator_link_new(cx, id, life_of(in->iSeconds), in->bLost, &out->sUrl);
    return ops_done(err, &out->result);
}

enum errcode
op_admin_operator_unkey(struct cx *cx, const struct operator_right *by,
                        const struct admin_operator_unkey_in *in, struct admin_operator_unkey_out *out)
{
    int64_t id = 0, passkey = 0;
    (void)by;
    enum errcode err = ops_number(cx, in->sPasskeyId, "sPasskeyId", 0, &passkey);
    if (err == ERR_NONE)
        err = find(cx, in->sOperator, &id);
    return ops_done(err == ERR_NONE ? operator_passkey_remove(cx, id, passkey) : err, &out->result);
}

static enum errcode
read_tokens(struct cx *cx, struct str after, int64_t limit, struct admin_token_list_out *out)
{
    struct operator_token *list = NULL;
    size_t n = 0;
    enum errcode err = store_operator_token_page(cx, after, limit + 1, &list, &n);
    const bool more = (int64_t)n > limit;
    n -= more;
    struct AdminToken *items = arena_array(&cx->arena, n + 1, sizeof *items);
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        items[i] = (struct AdminToken){.sName = list[i].name,
                                       .sRole = str_from_cstr(operator_role_names[list[i].role]),
                                       .sMadeBy = list[i].made_by,
                                       .sCreated = ops_time(cx, list[i].created_at),
                                       .sUsed = ops_time(cx, list[i].used_at),
                                       .sExpires = ops_time(cx, list[i].expires_at)};
        err = operator_reach_text(cx, list[i].id, list[i].everything, &items[i].sReach);
    }
    out->aTokens = ops_array(items, n);
    out->sNext = more ? list[n - 1].name : STR_NULL;
    return ops_done(err, &out->result);
}

enum errcode
op_admin_token_list(struct cx *cx, const struct operator_right *by, const struct admin_token_list_in *in,
                    struct admin_token_list_out *out)
{
    (void)by;
    int64_t limit = 0;
    enum errcode err = ops_limit(cx, in->iLimit, &limit);
    if (err == ERR_NONE)
        err = db_begin_read(cx);
    return err != ERR_NONE ? err : db_end(cx, read_tokens(cx, ops_given(in->sAfter), limit, out));
}

enum errcode
op_admin_token_add(struct cx *cx, const struct operator_right *by, const struct admin_token_add_in *in,
                   struct admin_token_add_out *out)
{
    const int64_t days = in->iDays == 0 ? TOKEN_DAYS : in->iDays;
    struct operator_grant grant = {.n = 0};
    (void)by;
    if (days < 1 || days > OPERATOR_TOKEN_DAYS_MAX)
        return err_set(cx, ERR_RANGE, "iDays is 1 to %d", OPERATOR_TOKEN_DAYS_MAX);
    const int64_t life = days * CLOCK_DAY;
    enum errcode err = read_grant(cx, in->sRole, in->sReach, &grant);
    if (err == ERR_NONE)
        err = operator_token_add(cx, in->sName, &grant, life, &out->sToken);
    if (err == ERR_NONE)
        out->sExpires = ops_time(cx, cx->now + life);
    return ops_done(err, &out->result);
}

enum errcode
op_admin_token_revoke(struct cx *cx, const struct operator_right *by, const struct admin_token_revoke_in *in,
                      struct admin_token_revoke_out *out)
{
    (void)by;
    return ops_done(operator_token_revoke(cx, in->sName), &out->result);
}
