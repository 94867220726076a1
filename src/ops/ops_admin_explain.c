/* SPDX-License-Identifier: Apache-2.0 */
/* ops_admin_explain: what report/explain.h says, as the operator's API does. */
#include "report/explain.h"

#include "ops/ops.h"
#include "ops/ops_admin.h"
#include "ops/ops_device.h"

static struct ct_array
answers_of(struct cx *cx, const struct explanation *x)
{
    static const struct {
        struct str name;
        const struct ct_enum *results;
    } operations[] = {
        [EXPLAIN_LOGIN] = {STR("loginTechnicianFromStandalone_v7_2"), &ct_enum_LoginV2},
        [EXPLAIN_SEND] = {STR("twoFactorSendPushAuth"), &ct_enum_LoginTwoFactorRet},
        [EXPLAIN_CHECK] = {STR("twoFactorCheckPushAuthStatus"), &ct_enum_LoginTwoFactorRet},
    };
    struct AdminAnswer *items = arena_array(&cx->arena, x->answers_n + 1, sizeof *items);
    for (size_t i = 0; i < x->answers_n; i++)
        items[i] = (struct AdminAnswer){.sOperation = operations[x->answers[i].operation].name,
                                        .sResult = str_from_cstr(signin_result_name(x->answers[i].result)),
                                        .sWhy = x->answers[i].why,
                                        .sUntil = ops_time(cx, x->answers[i].until),
                                        .sMend = x->answers[i].mend};
    return ops_array(items, x->answers_n);
}

static struct ct_array
conditions_of(struct cx *cx, const struct explanation *x)
{
    static const struct str holds[] = {
        [EXPLAIN_NO] = STR("no"), [EXPLAIN_YES] = STR("yes"), [EXPLAIN_OPEN] = STR("open")};
    struct AdminCondition *items = arena_array(&cx->arena, x->lines_n + 1, sizeof *items);
    for (size_t i = 0; i < x->lines_n; i++) {
        const struct explain_line *l = &x->lines[i];
        items[i] = (struct AdminCondition){.sCondition = str_from_cstr(l->condition->id),
                                           .sHolds = holds[l->holds],
                                           .sResult = str_from_cstr(signin_result_name(l->condition->result)),
                                           .sWhy = str_from_cstr(l->condition->why),
                                           .sValue = l->value,
                                           .sWhere = str_from_cstr(l->set.where),
                                           .sKey = l->set.key,
                                           .sBy = l->set.by,
                                           .sAt = ops_time(cx, l->set.at),
                                           .sMend = l->mend};
    }
    return ops_array(items, x->lines_n);
}

static struct ct_array
budgets_of(struct cx *cx, const struct explanation *x)
{
    struct AdminBudget *items = arena_array(&cx->arena, x->budgets_n + 1, sizeof *items);
    for (size_t i = 0; i < x->budgets_n; i++)
        items[i] = (struct AdminBudget){.sBudget = str_from_cstr(x->budgets[i].name),
                                        .iUsed = ops_count(x->budgets[i].used),
                                        .iOf = ops_count(x->budgets[i].limit),
                                        .sUntil = ops_time(cx, x->budgets[i].until),
                                        .sDetail = x->budgets[i].detail,
                                        .sMend = x->budgets[i].mend};
    return ops_array(items, x->budgets_n);
}

static struct ct_array
refusals_of(struct cx *cx, const struct explanation *x)
{
    struct AdminRefusal *items = arena_array(&cx->arena, x->refusals_n + 1, sizeof *items);
    for (size_t i = 0; i < x->refusals_n; i++) {
        const struct explain_refusal *r = &x->refusals[i];
        items[i] = (struct AdminRefusal){.sSeq = ops_id(cx, r->seq),
                                         .sAt = ops_time(cx, r->at),
                                         .sEvent = r->event,
                                         .sSource = r->source,
                                         .sResult = r->result,
                                         .sWhy = r->why,
                                         .sDetail = r->detail,
                                         .sLogin = r->login,
                                         .sMend = r->mend};
    }
    return ops_array(items, x->refusals_n);
}

static struct ct_array
signins_of(struct cx *cx, const struct explanation *x)
{
    struct AdminSignIn *items = arena_array(&cx->arena, x->signins_n + 1, sizeof *items);
    for (size_t i = 0; i < x->signins_n; i++)
        items[i] = (struct AdminSignIn){.sLogin = x->signins[i].login,
                                        .sAt = ops_time(cx, x->signins[i].at),
                                        .sSource = x->signins[i].source,
                                        .sResult = x->signins[i].result};
    return ops_array(items, x->signins_n);
}

static struct ct_array
steps_of(struct cx *cx, const struct explain_story *story)
{
    struct AdminStep *items = arena_array(&cx->arena, story->n + 1, sizeof *items);
    for (size_t i = 0; i < story->n; i++) {
        const struct explain_step *s = &story->steps[i];
        items[i] =
            (struct AdminStep){.sAt = ops_time(cx, s->at),
                               .iAfter = i > 0 ? ops_count((s->at - story->steps[i - 1].at) / 1000) : 0,
                               .sWhat = str_from_cstr(s->what),
                               .sText = s->text,
                               .sDetail = s->detail};
    }
    return ops_array(items, story->n);
}

/* explain_account reads in a snapshot of its own, which begins with the operator's right. */
enum errcode
op_admin_explain(struct cx *cx, const struct operator_right *by, const struct admin_explain_in *in,
                 struct admin_explain_out *out)
{
    struct explain_question q = {.technician_id = by->technician, .from = ops_given(in->sFrom)};
    struct explanation *x = arena_zalloc(&cx->arena, sizeof *x);
    struct explain_story *story = arena_zalloc(&cx->arena, sizeof *story);
    enum errcode err = ops_number(cx, in->sLogin, "sLogin", 0, &q.login_id);
    if (err == ERR_NONE)
        err = explain_account(cx, &q, q.login_id != 0 ? story : NULL, x);
    if (err != ERR_NONE)
        return err;
    out->sFrom = x->from;
    out->aAnswers = answers_of(cx, x);
    out->aConditions = conditions_of(cx, x);
    out->aBudgets = budgets_of(cx, x);
    out->aRefusals = refusals_of(cx, x);
    out->aSignIns = signins_of(cx, x);
    out->aSteps = steps_of(cx, story);
    out->result = adminRet_OK;
    return ERR_NONE;
}
