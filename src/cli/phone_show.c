/* phone_show: the same few steps behind every command of the phone. */
#include "cli/phone_show.h"

#include "cli/print.h"
#include "cli/prompt.h"

enum errcode
phone_ask(struct phone *p, const char *name, struct str id, json_t **answer_out)
{
    struct str result;
    json_t *members = print_object();
    if (!str_is_null(id))
        print_put_str(members, "sChallengeId", id);
    enum errcode err = phone_call(p, name, members, answer_out, &result);
    return err == ERR_NONE ? phone_refusal(p, result) : err;
}

json_t *
phone_challenge_document(const struct challenge_view *v)
{
    json_t *o = print_object();
    print_put_str(o, "challenge", v->id);
    print_put_str(o, "account", v->account);
    print_put_str(o, "company", v->company);
    print_put_str(o, "purpose", v->purpose);
    print_put_str(o, "console", v->console);
    print_put_str(o, "source", v->source);
    print_put_str(o, "server", v->audience);
    print_put_str(o, "created", v->created);
    print_put_str(o, "expires", v->expires);
    print_put_bool(o, "number_required", v->number_required);
    print_put_int(o, "tries_left", v->tries_left);
    print_put_int(o, "seconds_left", v->seconds_left);
    return o;
}

void
phone_show(struct phone *p, const struct challenge_view *v)
{
    struct cli *cli = p->cli;
    print_note(cli, "%s of %s: %s", print_safe(cli, v->account), print_safe(cli, v->company),
               print_safe(cli, v->purpose));
    print_note(cli, "  from %s by %s", print_safe(cli, v->source), print_safe(cli, v->console));
    print_note(cli, "  at %s, server %s", print_safe(cli, v->created), print_safe(cli, v->audience));
    fflush(cli->out);
}

enum errcode
phone_give_answer(struct phone *p, const struct challenge_view *view, enum decision decision,
                  struct str number, json_t *o)
{
    json_t *answer = NULL;
    struct str result;
    enum errcode err = phone_answer(p, view, decision, number, &answer, &result);
    if (err == ERR_NONE) {
        print_put_cstr(o, "decision", decision_name(decision));
        print_put_str(o, "result", result);
        if (str_eq(result, STR_LIT("WrongNumber")))
            print_put(o, "tries_left", json_incref(json_object_get(answer, "iTriesRemaining")));
        err = phone_refusal(p, result);
    }
    json_decref(answer);
    return err;
}

enum errcode
phone_read_number(struct phone *p, const struct challenge_view *view, struct str *number_out)
{
    if (!view->number_required)
        return ERR_NONE;
    return prompt_line(p->cli, "The number that the console shows", "--number", number_out);
}

const char *
phone_done_words(enum decision decision)
{
    static const char *const words[] = {[DECISION_APPROVE] = "approved",
                                        [DECISION_REJECT] = "rejected",
                                        [DECISION_NOT_ME] = "reported: this was not me"};
    return words[decision];
}
