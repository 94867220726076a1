/* SPDX-License-Identifier: Apache-2.0 */
/* ops_admin: see ops_admin.h. */
#include "ops/ops_admin.h"

#include <string.h>

#include "accounts/operator_session.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/frame.h"
#include "base/rand.h"
#include "contract/call.h"
#include "contract/ct_wire.h"
#include "db/db.h"
#include "keys/env.h"

enum { WIRE_MAX = 1024 * 1024 /* of an operation's members, or of an answer; a body has 64 KiB */ };

/* The members that say what an operation is about. */
static const struct {
    struct str name;
    size_t at; /* in struct operator_subject */
    bool is_optional;
} subjects[] = {
    {STR("sCompany"), offsetof(struct operator_subject, company), false},
    {STR("sInCompany"), offsetof(struct operator_subject, company), true},
    {STR("sTechnician"), offsetof(struct operator_subject, technician), false},
    {STR("sOfTechnician"), offsetof(struct operator_subject, technician), true},
    {STR("sDeviceId"), offsetof(struct operator_subject, device), false},
    {STR("sSessionId"), offsetof(struct operator_subject, session), false},
};

struct str
ops_given(struct str text)
{
    return str_is_empty(text) ? STR_NULL : text;
}

static enum errcode
take_member(struct cx *cx, const struct ct_field *field, const void *in, struct operator_subject *s)
{
    for (size_t i = 0; i < ARRAY_LEN(subjects); i++) {
        if (!str_eq(subjects[i].name, field->name))
            continue;
        const struct str *value = (const void *)((const unsigned char *)in + field->offset);
        if (str_is_empty(*value) && !subjects[i].is_optional)
            return err_set(cx, ERR_SYNTAX, "%.*s is missing", STR_ARG(field->name));
        s->is_list = s->is_list || subjects[i].is_optional;
        *(struct str *)(void *)((unsigned char *)s + subjects[i].at) = ops_given(*value);
    }
    return ERR_NONE;
}

static enum operator_role
role_of(enum ct_caller_id caller)
{
    return caller == CT_CALLER_OWNER      ? OPERATOR_OWNER
           : caller == CT_CALLER_ADMIN    ? OPERATOR_ADMIN
           : caller == CT_CALLER_HELPDESK ? OPERATOR_HELPDESK
                                          : OPERATOR_AUDITOR;
}

/* Before the handler runs, so that no work is done for one who may not ask for it. */
static enum errcode
check_once(struct cx *cx)
{
    enum errcode err = db_begin_read(cx);
    return err != ERR_NONE ? err : db_end(cx, ERR_NONE);
}

static enum errcode
read_key(struct cx *cx, const struct ct_op *op, const void *in, struct operator_once *once)
{
    struct buf bytes;
    const struct str text = cx->call->idempotency_key;
    if (!str_is_null(text) && !ct_op_takes_key(op))
        return err_set(cx, ERR_USAGE, "this operation takes no Idempotency-Key");
    enum errcode err = operator_once_read(cx, text, once);
    if (err != ERR_NONE || str_is_null(text))
        return err;
    buf_init(&bytes, WIRE_MAX);
    ct_wire_put(&bytes, &op->in, in);
    ASSERT(!buf_is_over(&bytes));
    once->id = rand_id();
    once->request = env_lookup(cx, op->name, buf_view(&bytes));
    buf_clear(&bytes);
    return ERR_NONE;
}

/* A console that is left open waits for events and counts the reports, and is silent all the same. What has a
 * token is in use whatever it asks. */
static bool
is_asked_by_itself(const struct ct_op *op, const struct operator_right *right)
{
    return right->token_id == 0 && (op->pace == CT_PACE_WAITS || op->id == CT_OP_admin_reported_list);
}

enum errcode
ops_admin_enter(struct cx *cx, const struct ct_op *op, const void *in, struct operator_right *right)
{
    enum errcode err = read_key(cx, op, in, &right->once);
    if (err != ERR_NONE)
        return err;
    right->needs = role_of(op->caller);
    right->subject.is_own = op->caller == CT_CALLER_OPERATOR;
    right->subject.is_of_several = op->id == CT_OP_admin_reported_list;
    for (size_t i = 0; i < op->in.n && err == ERR_NONE; i++)
        err = take_member(cx, &op->in.fields[i], in, &right->subject);
    operator_right_use(cx, right);
    if (err == ERR_NONE)
        err = check_once(cx);
    if (err == ERR_NONE && !is_asked_by_itself(op, right))
        err = operator_seen(cx);
    if (err == ERR_NONE && right->technician != 0 && !str_is_null(right->subject.technician))
        right->subject.technician = arena_printf(&cx->arena, "%lld", (long long)right->technician);
    cx->proofs &= ~(unsigned)CX_PROOF_OPERATOR;
    if (err == ERR_NONE && !str_is_null(right->once.key))
        db_hold(cx->db);
    return err;
}

static enum errcode
keep_answer(struct cx *cx, const struct ct_op *op, const void *out)
{
    struct buf bytes;
    const struct operator_right *right = cx->right;
    if (!db_is_held(cx->db))
        return err_set(cx, ERR_CONFLICT, "nothing was changed that a key could stand for");
    cx->enters = NULL; /* the deed was allowed, whatever it did to the right */
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    buf_init(&bytes, WIRE_MAX);
    ct_wire_put(&bytes, &op->out, out);
    ASSERT(!buf_is_over(&bytes));
    err = db_end(cx, operator_once_keep(cx, &right->once, operator_right_holder(right), buf_view(&bytes)));
    buf_clear(&bytes);
    return err;
}

enum errcode
ops_admin_leave(struct cx *cx, const struct ct_op *op, enum errcode err, bool is_ok, const void *out)
{
    if (cx->db == NULL || !db_holds(cx->db))
        return err;
    if (err == ERR_NONE && is_ok)
        err = keep_answer(cx, op, out);
    else if (err == ERR_NONE) /* an answer that is not OK has changed nothing */
        db_drop(cx);
    return db_release(cx, err);
}

/* What the request was answered before. */
static bool
answer_again(struct cx *cx, const struct ct_op *op, void *out)
{
    struct str answer = STR_NULL;
    const struct operator_right *right = cx->right;
    if (right == NULL || right->refusal != OPERATOR_ALREADY_DONE)
        return false;
    err_forget(cx);
    enum errcode err = operator_once_open(cx, &right->once, &answer);
    struct frame f = {.body = answer};
    if (err == ERR_NONE)
        ct_wire_get(&f, &cx->arena, &op->out, out);
    return err == ERR_NONE && frame_read_end(&f) == ERR_NONE;
}

static enum AdminRet
denied(const struct operator_right *right)
{
    switch (right != NULL ? right->refusal : OPERATOR_SIGNED_OUT) {
    case OPERATOR_SIGNED_OUT:
        return adminRet_SignedOut;
    case OPERATOR_NEEDS_COMPANY:
        return adminRet_CompanyRequired;
    case OPERATOR_KEY_REUSED:
        return adminRet_KeyReused;
    case OPERATOR_ALREADY_DONE: /* and its answer cannot be read any more */
        return adminRet_Conflict;
    case OPERATOR_ROLE:
    case OPERATOR_OUT_OF_REACH:
    case OPERATOR_NOT_REFUSED:
        break;
    }
    return adminRet_NotAllowed;
}

/* UnknownError: not the operator's. */
static enum AdminRet
result_of(const struct cx *cx, enum errcode err)
{
    static const struct {
        enum errcode err;
        enum AdminRet result;
    } map[] = {{ERR_SYNTAX, adminRet_BadRequest},  {ERR_RANGE, adminRet_BadRequest},
               {ERR_USAGE, adminRet_BadRequest},   {ERR_LIMIT, adminRet_Refused},
               {ERR_POLICY, adminRet_Refused},     {ERR_NOT_FOUND, adminRet_NotFound},
               {ERR_EXISTS, adminRet_Exists},      {ERR_CONFLICT, adminRet_Conflict},
               {ERR_PROTOCOL, adminRet_BadPasskey}};
    for (size_t i = 0; i < ARRAY_LEN(map); i++)
        if (map[i].err == err)
            return map[i].result;
    return err == ERR_DENIED ? denied(cx->right) : adminRet_UnknownError;
}

enum errcode
ops_admin_refuse(struct cx *cx, const struct ct_op *op, enum errcode err, void *out)
{
    if (err == ERR_DENIED && answer_again(cx, op, out))
        return ERR_NONE;
    const enum AdminRet result = result_of(cx, err);
    if (result == adminRet_UnknownError)
        return err;
    ct_blank(op, out);
    *(int *)out = (int)result;
    for (size_t i = 0; i < op->out.n; i++)
        if (str_eq(op->out.fields[i].name, STR_LIT("sReason")))
            *(struct str *)(void *)((unsigned char *)out + op->out.fields[i].offset) =
                arena_str(&cx->arena, str_from_cstr(cx->detail));
    err_forget(cx);
    return ERR_NONE;
}

struct str
ops_time(struct cx *cx, int64_t at)
{
    return at == 0 || at == INT64_MAX ? STR_NULL : clock_text(&cx->arena, at);
}

int32_t
ops_count(int64_t n)
{
    return n > INT32_MAX ? INT32_MAX : n < INT32_MIN ? INT32_MIN : (int32_t)n;
}

struct ct_array
ops_array(void *items, size_t n)
{
    return (struct ct_array){.items = items, .n = n};
}

enum errcode
ops_limit(struct cx *cx, int32_t given, int64_t *limit_out)
{
    *limit_out = given == 0 ? OPS_PAGE : given;
    if (given < 0 || given > OPS_PAGE_MAX)
        return err_set(cx, ERR_RANGE, "iLimit is 1 to %d", OPS_PAGE_MAX);
    return ERR_NONE;
}

enum errcode
ops_number(struct cx *cx, struct str text, const char *member, int64_t fallback, int64_t *n_out)
{
    *n_out = fallback;
    if (str_is_empty(text) || str_to_i64(text, 0, INT64_MAX, n_out) == ERR_NONE)
        return ERR_NONE;
    return err_set(cx, ERR_SYNTAX, "%s is a number", member);
}

enum errcode
ops_switch(struct cx *cx, struct str text, const char *member, bool *on_out, const bool **given_out)
{
    *given_out = NULL;
    if (str_is_empty(text))
        return ERR_NONE;
    *on_out = str_eq(text, STR_LIT("on"));
    if (!*on_out && !str_eq(text, STR_LIT("off")))
        return err_set(cx, ERR_SYNTAX, "%s is on or off", member);
    *given_out = on_out;
    return ERR_NONE;
}

enum errcode
ops_done(enum errcode err, enum AdminRet *result_out)
{
    *result_out = err == ERR_NONE ? adminRet_OK : adminRet_UnknownError;
    return err;
}
