/* SPDX-License-Identifier: Apache-2.0 */
/* device watch: this program as a phone that waits for challenges. */
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/interrupt.h"
#include "cli/phone_show.h"
#include "cli/print.h"
#include "cli/prompt.h"

/* The person's choice: *decision_out; false: decide later. */
static enum errcode
ask_decision(struct cli *cli, const struct challenge_view *view, enum decision *decision_out,
             struct str *number_out, bool *now_out)
{
    *number_out = args_option(&cli->args, "number");
    *now_out = true;
    *decision_out = DECISION_APPROVE;
    if (!args_has(&cli->args, "approve")) {
        struct str word;
        enum errcode err = prompt_line(cli, "approve, reject, not-me or later", "--approve", &word);
        if (err != ERR_NONE)
            return err;
        int d = DECISION_APPROVE;
        while (d <= DECISION_NOT_ME && !str_eq(word, str_from_cstr(decision_name((enum decision)d))))
            d++;
        *now_out = d <= DECISION_NOT_ME;
        if (*now_out)
            *decision_out = (enum decision)d;
    }
    if (*now_out && *decision_out == DECISION_APPROVE && str_is_null(*number_out))
        return phone_read_number(cli, view, number_out);
    return ERR_NONE;
}

enum { ID_MAX = 64 };

struct watch {
    struct cli *cli;
    struct phone phone;
    struct interrupt interrupt;
    json_t *answers;
    char last[ID_MAX]; /* the challenge shown to the person last: none is shown twice */
};

/* Shows one challenge to the person. A refusal by the server is reported, and watching continues. */
static enum errcode
put_to_person(struct watch *w, const struct challenge_view *view, bool *answered_out)
{
    struct cli *cli = w->cli;
    enum decision decision;
    struct str number;
    bool now;
    phone_show(cli, view);
    enum errcode err = ask_decision(cli, view, &decision, &number, &now);
    if (err != ERR_NONE || !now)
        return err;
    json_t *o = phone_challenge_document(view);
    err = phone_give_answer(&w->phone, view, decision, number, o);
    print_add(w->answers, o);
    *answered_out = err == ERR_NONE;
    if (err == ERR_NONE) {
        print_note(cli, "%s", phone_done_words(decision));
        fflush(cli->out);
        return ERR_NONE;
    }
    if (err != ERR_DENIED || args_has(&cli->args, "once"))
        return err;
    print_progress(cli, "%s", print_safe(cli, str_from_cstr(cli->cx.detail)));
    err_forget(&cli->cx);
    return ERR_NONE;
}

static enum errcode
look_once(struct watch *w, bool *answered_out)
{
    struct phone *p = &w->phone;
    json_t *answer = NULL;
    cx_begin(&w->cli->cx); /* watching may go on for days */
    enum errcode err = phone_ask(p, "pending", STR_NULL, &answer);
    const json_t *challenges = json_object_get(answer, "aChallenges");
    struct challenge_view view;
    if (err == ERR_NONE && json_array_size(challenges) > 0) {
        err = phone_read_challenge(p, json_array_get(challenges, 0), &view);
        if (err == ERR_NONE && view.id.n < sizeof w->last && !str_eq(view.id, str_from_cstr(w->last))) {
            memcpy(w->last, view.id.p, view.id.n);
            w->last[view.id.n] = '\0';
            err = put_to_person(w, &view, answered_out);
        }
    }
    json_decref(answer);
    return err;
}

static enum errcode
watch(struct watch *w)
{
    struct cli *cli = w->cli;
    bool once = args_has(&cli->args, "once"), answered = false;
    print_progress(cli, "watching for %s; Ctrl-C ends it", print_safe(cli, w->phone.key.account));
    while (!interrupt_came(&w->interrupt, CLOCK_S)) {
        enum errcode err = look_once(w, &answered);
        if (err != ERR_NONE)
            return err == ERR_DENIED && interrupt_came(&w->interrupt, 0) ? ERR_NONE : err;
        if (once && answered)
            break;
    }
    return ERR_NONE;
}

enum errcode
cmd_phone_watch(struct cli *cli)
{
    struct watch w = {.cli = cli, .answers = print_array()};
    if (interrupt_open(&w.interrupt) != ERR_NONE) {
        json_decref(w.answers);
        return err_set(&cli->cx, ERR_SYSTEM, "signals cannot be watched");
    }
    enum errcode err = phone_open_own(&w.phone, cli, &w.interrupt);
    if (err == ERR_NONE)
        err = watch(&w);
    json_t *o = print_object();
    print_put(o, "answers", w.answers);
    if (cli->json && (err == ERR_NONE || err == ERR_DENIED))
        print_record(cli, o);
    else
        json_decref(o);
    phone_close(&w.phone);
    interrupt_take(&w.interrupt);
    interrupt_close(&w.interrupt);
    return err;
}
