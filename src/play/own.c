/* SPDX-License-Identifier: Apache-2.0 */
/* own: the sandbox's own operations: the phone that is moved by hand, the clock. */
#include "accounts/technician.h"
#include "base/clock.h"
#include "contract/scenario.h"
#include "play/play.h"
#include "signin/challenge_answer.h"

static bool
read_action(struct str action, struct phone_act *act_out)
{
    static const struct {
        struct str name;
        struct phone_act act;
    } actions[] = {{STR("approve"), {.decision = DECISION_APPROVE}},
                   {STR("reject"), {.decision = DECISION_REJECT}},
                   {STR("not-me"), {.decision = DECISION_NOT_ME}},
                   {STR("wrong-number"), {.decision = DECISION_APPROVE, .is_number_wrong = true}}};
    for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
        *act_out = actions[i].act;
        if (str_eq(action, actions[i].name))
            return true;
    }
    return false;
}

/* As in the device API. */
static struct str
answer_name(enum answer answer)
{
    static const struct str names[] = {
        [ANSWER_OK] = STR("OK"),
        [ANSWER_UNKNOWN] = STR("UnknownChallenge"),
        [ANSWER_ALREADY] = STR("AlreadyAnswered"),
        [ANSWER_WITHDRAWN] = STR("Withdrawn"),
        [ANSWER_EXPIRED] = STR("Expired"),
        [ANSWER_BAD_SIGNATURE] = STR("BadSignature"),
        [ANSWER_WRONG_NUMBER] = STR("WrongNumber"),
        [ANSWER_NUMBER_REQUIRED] = STR("NumberRequired"),
        [ANSWER_BAD_REQUEST] = STR("BadRequest"),
    };
    return names[answer];
}

static enum errcode
phone(struct cx *cx, struct play *p, const struct sandbox_phone_in *in, struct sandbox_phone_out *out)
{
    struct phone_act act;
    struct phone_heard heard;
    struct technician t;
    out->result = sandboxRet_BadRequest;
    if (str_is_null(in->user) || !read_action(in->action, &act))
        return ERR_NONE;
    out->result = sandboxRet_UnknownUser;
    if (scenario_find(in->user) == NULL)
        return ERR_NONE;
    enum errcode err = technician_find(cx, in->user, &t);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    out->result = sandboxRet_UnknownError;
    if (err == ERR_NONE)
        err = phone_answer(cx, &p->phone, t.id, act, &heard);
    if (err != ERR_NONE)
        return err;
    out->result = heard.was_pending ? sandboxRet_OK : sandboxRet_NothingPending;
    if (heard.was_pending) {
        out->answer = answer_name(heard.answer);
        out->triesRemaining = heard.tries_left;
    }
    return ERR_NONE;
}

static enum errcode
clock_move(struct cx *cx, const struct sandbox_clock_in *in, struct sandbox_clock_out *out)
{
    int64_t offset = 0;
    enum errcode err = clock_advance((int64_t)in->advance * CLOCK_S, &offset);
    if (err == ERR_RANGE) {
        out->result = sandboxRet_BadRequest;
        return ERR_NONE;
    }
    if (err != ERR_NONE)
        return err_set(cx, err, "the sandbox has no clock to move");
    out->result = sandboxRet_OK;
    out->now = clock_text(&cx->arena, clock_now());
    out->offset = (int32_t)(offset / CLOCK_S);
    return ERR_NONE;
}

enum errcode
play_own(struct cx *cx, struct play *p, enum ct_op_id op, const void *in, void *out)
{
    if (op == CT_OP_sandbox_clock)
        return clock_move(cx, in, out);
    ASSERT(op == CT_OP_sandbox_phone);
    return phone(cx, p, in, out);
}
