/* SPDX-License-Identifier: Apache-2.0 */
/* explain: why a sign-in is answered as it is, and the history of one. What is known comes from accounts/
 * explain.h; the words for a result are the contract's. */
#include "report/explain.h"

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/print.h"
#include "contract/ct.h"
#include "keys/env.h"

/* "company policy seats, by operator:root at 2026-..."; with --json an object. */
static void
put_set(struct cli *cli, json_t *o, const struct explain_set *set)
{
    struct arena *a = &cli->cx.arena;
    if (cli->json) {
        json_t *where = print_object();
        print_put_cstr(where, "where", set->where);
        print_put_str(where, "key", set->key);
        print_put_str(where, "by", set->by);
        print_put_time(cli, where, "at", set->at);
        print_put(o, "set", where);
        return;
    }
    struct str text = arena_printf(a, "%s%s%.*s", set->where != NULL ? set->where : "",
                                   str_is_null(set->key) ? "" : " ", STR_ARG(set->key));
    if (!str_is_empty(set->by))
        text = arena_printf(a, "%.*s, by %.*s", STR_ARG(text), STR_ARG(set->by));
    if (set->at != 0)
        text = arena_printf(a, "%.*s at %.*s", STR_ARG(text), STR_ARG(clock_text(a, set->at)));
    print_put_str(o, "set", text);
}

static void
put_until(struct cli *cli, json_t *o, int64_t until)
{
    if (until == INT64_MAX)
        print_put_cstr(o, "until", "unlocked");
    else
        print_put_time(cli, o, "until", until);
}

/* The contract's value for a result of an operation; NULL: it has none. */
static const struct ct_enum_value *
value_of(enum explain_operation operation, enum signin_result result)
{
    const struct ct_enum *en = operation == EXPLAIN_LOGIN ? &ct_enum_LoginV2 : &ct_enum_LoginTwoFactorRet;
    struct str name = str_from_cstr(signin_result_name(result));
    for (size_t i = 0; i < en->n; i++)
        if (str_eq(en->values[i].bare, name))
            return &en->values[i];
    return NULL;
}

static json_t *
answers_of(struct cli *cli, const struct explanation *x)
{
    static const char *const operations[] = {
        [EXPLAIN_LOGIN] = "loginTechnicianFromStandalone_v7_2",
        [EXPLAIN_SEND] = "twoFactorSendPushAuth",
        [EXPLAIN_CHECK] = "twoFactorCheckPushAuthStatus",
    };
    json_t *list = print_array();
    for (size_t i = 0; i < x->answers_n; i++) {
        const struct explain_answer *a = &x->answers[i];
        const struct ct_enum_value *value = value_of(a->operation, a->result);
        json_t *o = print_object();
        print_put_cstr(o, "operation", operations[a->operation]);
        print_put_str(o, "result",
                      value != NULL ? value->name : str_from_cstr(signin_result_name(a->result)));
        struct str words = str_from_cstr(value != NULL ? value->doc : "");
        if (a->operation == EXPLAIN_SEND && a->result == SIGNIN_OK)
            words = STR_LIT("The push is sent.");
        if (cli->json)
            print_put_str(o, "words", words);
        print_put_str(o, "why", cli->json || !str_is_null(a->why) ? a->why : words);
        put_until(cli, o, a->until);
        if (cli->json)
            print_put_str(o, "mend", a->mend);
        print_add(list, o);
    }
    return list;
}

static void
put_holds(struct cli *cli, json_t *o, enum explain_holds holds)
{
    static const char *const words[] = {[EXPLAIN_NO] = "no", [EXPLAIN_YES] = "YES", [EXPLAIN_OPEN] = "open"};
    if (!cli->json)
        print_put_cstr(o, "holds", words[holds]);
    else if (holds == EXPLAIN_OPEN)
        print_put_str(o, "holds", STR_NULL);
    else
        print_put_bool(o, "holds", holds == EXPLAIN_YES);
}

static json_t *
conditions_of(struct cli *cli, const struct explanation *x)
{
    json_t *list = print_array();
    for (size_t i = 0; i < x->lines_n; i++) {
        const struct explain_line *line = &x->lines[i];
        json_t *o = print_object();
        put_holds(cli, o, line->holds);
        print_put_cstr(o, "result", signin_result_name(line->condition->result));
        if (cli->json)
            print_put_cstr(o, "condition", line->condition->id);
        print_put_cstr(o, "why", line->condition->why);
        print_put_str(o, "value", line->value);
        put_set(cli, o, &line->set);
        if (cli->json)
            print_put_str(o, "mend", line->mend);
        print_add(list, o);
    }
    return list;
}

static void
add_mend(json_t *list, struct str why, struct str mend)
{
    if (str_is_null(mend))
        return;
    json_t *o = print_object();
    print_put_str(o, "because", why);
    print_put_str(o, "do", mend);
    print_add(list, o);
}

static bool
is_answer(const struct explanation *x, struct str why)
{
    bool is_one = false;
    for (size_t i = 0; i < x->answers_n; i++)
        is_one = is_one || str_eq(x->answers[i].why, why);
    return is_one;
}

/* For people: what can be done about each answer that is not the wanted one, and about each other condition
 * that holds. */
static json_t *
mends_of(const struct explanation *x)
{
    json_t *list = print_array();
    for (size_t i = 0; i < x->answers_n; i++)
        add_mend(list, x->answers[i].why, x->answers[i].mend);
    for (size_t i = 0; i < x->lines_n; i++) {
        struct str why = str_from_cstr(x->lines[i].condition->why);
        if (x->lines[i].holds == EXPLAIN_YES && !is_answer(x, why))
            add_mend(list, why, x->lines[i].mend);
    }
    return list;
}

static json_t *
budgets_of(struct cli *cli, const struct explanation *x)
{
    json_t *list = print_array();
    for (size_t i = 0; i < x->budgets_n; i++) {
        const struct explain_budget *b = &x->budgets[i];
        json_t *o = print_object();
        print_put_cstr(o, "budget", b->name);
        print_put_int(o, "used", b->used);
        if (b->limit >= 0)
            print_put_int(o, "of", b->limit);
        else
            print_put_str(o, "of", STR_NULL);
        put_until(cli, o, b->until);
        print_put_str(o, "detail", b->detail);
        put_set(cli, o, &b->set);
        print_put_str(o, "mend", b->mend);
        print_add(list, o);
    }
    return list;
}

static json_t *
refusals_of(struct cli *cli, const struct explanation *x)
{
    json_t *list = print_array();
    for (size_t i = 0; i < x->refusals_n; i++) {
        const struct explain_refusal *r = &x->refusals[i];
        json_t *o = print_object();
        print_put_time(cli, o, "at", r->at);
        if (cli->json && r->seq != 0)
            print_put_int(o, "seq", r->seq);
        print_put_str(o, "event", r->event);
        print_put_str(o, "source", r->source);
        print_put_str(o, "result", r->result);
        print_put_str(o, "why", r->why);
        print_put_str(o, "detail", r->detail);
        print_put_str(o, "login", r->login);
        print_put_str(o, "mend", r->mend);
        print_add(list, o);
    }
    return list;
}

static json_t *
signins_of(struct cli *cli, const struct explanation *x)
{
    json_t *list = print_array();
    for (size_t i = 0; i < x->signins_n; i++) {
        json_t *o = print_object();
        print_put_str(o, "login", x->signins[i].login);
        print_put_time(cli, o, "at", x->signins[i].at);
        print_put_str(o, "source", x->signins[i].source);
        print_put_str(o, "result", x->signins[i].result);
        print_add(list, o);
    }
    return list;
}

static json_t *
methods_of(unsigned methods)
{
    json_t *list = print_array();
    if ((methods & METHOD_CHALLENGE) != 0)
        print_add(list, print_text(STR_LIT("push")));
    if ((methods & METHOD_CODE) != 0)
        print_add(list, print_text(STR_LIT("code")));
    if ((methods & METHOD_RECOVERY) != 0)
        print_add(list, print_text(STR_LIT("recovery")));
    return list;
}

/* The time since the step before, as "+1.250 s". */
static json_t *
steps_of(struct cli *cli, const struct explain_story *story)
{
    json_t *list = print_array();
    for (size_t i = 0; i < story->n; i++) {
        const struct explain_step *s = &story->steps[i];
        const int64_t after = i > 0 ? s->at - story->steps[i - 1].at : 0;
        json_t *o = print_object();
        print_put_time(cli, o, "at", s->at);
        if (cli->json)
            print_put_int(o, "after_ms", after / 1000);
        else
            print_put_str(o, "after",
                          arena_printf(&cli->cx.arena, "+%lld.%03lld s", (long long)(after / CLOCK_S),
                                       (long long)(after % CLOCK_S / 1000)));
        print_put_cstr(o, "what", s->what);
        print_put_str(o, "text", s->text);
        print_put_str(o, "detail", s->detail);
        print_add(list, o);
    }
    return list;
}

static json_t *
document_of(struct cli *cli, const struct explanation *x, const struct explain_story *story)
{
    const struct account *a = &x->account;
    json_t *o = print_object();
    print_put_str(o, "email", a->t.email);
    print_put_str(o, "name", a->t.name);
    print_put_str(o, "company", a->c.name);
    print_put_time(cli, o, "at", cli->cx.now);
    print_put_str(o, "from", x->from);
    print_put_cstr(o, "from_is", x->from_is);
    print_put(o, "methods", methods_of(x->methods));
    print_put(o, cli->json ? "now" : "with_the_right_password_now", answers_of(cli, x));
    if (!cli->json)
        print_put(o, "to_do", mends_of(x));
    print_put(o, "conditions", conditions_of(cli, x));
    print_put(o, "budgets", budgets_of(cli, x));
    print_put(o, "refusals", refusals_of(cli, x));
    print_put(o, "sign_ins", signins_of(cli, x));
    if (story->n > 0) {
        print_put_str(o, "login", story->login);
        print_put(o, "story", steps_of(cli, story));
        print_put_bool(o, "story_is_cut", story->is_cut);
    }
    return o;
}

/* Nothing is known of the name, except what anyone who tries it is answered. */
static enum errcode
explain_unknown(struct cli *cli, enum errcode err, struct str email)
{
    if (err != ERR_NOT_FOUND)
        return err;
    err_forget(&cli->cx);
    return err_set(&cli->cx, ERR_NOT_FOUND,
                   "there is no technician '%.*s': a sign-in with that name is answered %s", STR_ARG(email),
                   cli->env.reveal_unknown_users ? "login_v2_NoSuchUser" : "login_v2_InvalidPassword");
}

enum errcode
cmd_explain(struct cli *cli)
{
    struct explain_question q = {.from = args_option(&cli->args, "from")};
    struct str email = args_word(&cli->args, 0), login = args_option(&cli->args, "login");
    struct explanation *x = arena_zalloc(&cli->cx.arena, sizeof *x);
    struct explain_story *story = arena_zalloc(&cli->cx.arena, sizeof *story);
    struct technician t;
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE && !str_is_null(login))
        err = cli_find_id(cli, STORE_ID_LOGIN, login, "sign-in", &q.login_id);
    if (err != ERR_NONE)
        return err;
    err = technician_find(&cli->cx, email, &t);
    if (err != ERR_NONE)
        return explain_unknown(cli, err, email);
    q.technician_id = t.id;
    err = explain_account(&cli->cx, &q, q.login_id != 0 ? story : NULL, x);
    if (err != ERR_NONE)
        return err;
    print_record(cli, document_of(cli, x, story));
    return ERR_NONE;
}
