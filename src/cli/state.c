/* SPDX-License-Identifier: Apache-2.0 */
/* state: see the header. */
#include "cli/state.h"

#include <inttypes.h>

#include "accounts/account.h"
#include "accounts/decide.h"
#include "accounts/lockout.h"
#include "base/clock.h"
#include "cli/print.h"
#include "store/store_audit.h"

enum { LOCKS_READ = 8 /* the newest events: at most two locks are in force */ };

static const struct named {
    const char *name, *mend; /* %s: the account, or the company */
    enum signin_result result;
    bool is_company;
} names[] = {
    {"company inactive", "countersign company enable %s", SIGNIN_CompanyIsNotActive, true},
    {"company banned", "countersign company enable %s", SIGNIN_CompanyBanned, true},
    {"plan off", "countersign company set %s --enterprise on", SIGNIN_EnterpriseDisabled, true},
    {"plan too small", "countersign company set %s --plan enterprise", SIGNIN_RequiredEnterprise, true},
    {"no technician", "countersign technician set %s --technician on", SIGNIN_UserIsNotTechnician, false},
    {"role off", "countersign technician enable %s", SIGNIN_UserNotActiveForThisRole, false},
    {"locked", "countersign technician unlock %s", SIGNIN_UserLockedOut, false},
};

/* The first condition that holds, wherever the account would be used from; NULL: none. */
static const struct named *
condition_of(const struct account *a)
{
    const struct facts facts = {.account = a};
    const enum signin_result result = decide(&facts, AT_SELF);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i].result == result)
            return &names[i];
    return NULL;
}

enum errcode
state_put(struct cli *cli, json_t *o, const struct technician *t)
{
    struct account a;
    enum errcode err = account_read(&cli->cx, t->id, &a);
    if (err != ERR_NONE)
        return err;
    const struct named *n = condition_of(&a);
    print_put_cstr(o, "state", n == NULL ? "active" : n->name);
    return ERR_NONE;
}

static void
put_lock(struct cli *cli, json_t *list, const char *kind, const struct audit_row *event, int64_t until)
{
    json_t *lock = print_object();
    print_put_cstr(lock, "kind", kind);
    print_put_str(lock, "by", event == NULL ? STR_NULL : event->actor);
    print_put_time(cli, lock, "since", event == NULL ? 0 : event->at);
    if (until == INT64_MAX)
        print_put_cstr(lock, "until", "unlocked");
    else
        print_put_time(cli, lock, "until", until);
    print_add(list, lock);
}

/* The newest event of a lock that began at `at`; 0: of one by failures, which is any other. */
static const struct audit_row *
event_of(const struct audit_row *events, size_t n, int64_t at, int64_t operators)
{
    for (size_t i = 0; i < n; i++)
        if (at != 0 ? events[i].at == at : events[i].at != operators)
            return &events[i];
    return NULL;
}

static enum errcode
put_locks(struct cli *cli, json_t *o, const struct account *a)
{
    struct audit_row *events = NULL;
    size_t n = 0;
    enum errcode err = store_audit_attempts(&cli->cx, a->t.id, AUDIT_LOCKED, LOCKS_READ, &events, &n);
    if (err != ERR_NONE)
        return err;
    json_t *list = print_array();
    if (a->t.locked_at != 0)
        put_lock(cli, list, "operator", event_of(events, n, a->t.locked_at, 0), INT64_MAX);
    if (a->l.account_locked)
        put_lock(cli, list, "failures", event_of(events, n, 0, a->t.locked_at), a->l.locked_until);
    print_put(o, "locks", list);
    return ERR_NONE;
}

static enum errcode
put_sources(struct cli *cli, json_t *o, const struct account *a, size_t *n_out)
{
    struct lockout_source *sources;
    enum errcode err = lockout_sources(&cli->cx, a->t.email_key, &sources, n_out);
    if (err != ERR_NONE)
        return err;
    json_t *list = print_array();
    for (size_t i = 0; i < *n_out; i++)
        print_add(list, print_text(arena_printf(&cli->cx.arena, "%.*s until %.*s", STR_ARG(sources[i].source),
                                                STR_ARG(clock_text(&cli->cx.arena, sources[i].until)))));
    print_put(o, "refused_addresses", list);
    return ERR_NONE;
}

static struct str
mend_of(struct cli *cli, const struct account *a, bool is_held)
{
    const struct named *n = condition_of(a);
    const char *unlock = "countersign technician unlock %s", *text = n != NULL ? n->mend : unlock;
    const struct str whom = n != NULL && n->is_company ? a->c.name : a->t.email;
    if (n == NULL && !is_held)
        return STR_NULL;
    const size_t at = str_find_str(str_from_cstr(text), STR_LIT("%s"));
    return arena_printf(&cli->cx.arena, "%.*s%.*s%s", (int)at, text, STR_ARG(whom), text + at + 2);
}

enum errcode
state_put_locks(struct cli *cli, json_t *o, const struct technician *t)
{
    struct account a;
    size_t refused = 0;
    enum errcode err = account_read(&cli->cx, t->id, &a);
    if (err != ERR_NONE)
        return err;
    print_put_bool(o, "locked", account_is_locked(&a));
    err = put_locks(cli, o, &a);
    if (err == ERR_NONE)
        err = put_sources(cli, o, &a, &refused);
    if (err != ERR_NONE)
        return err;
    print_put_int(o, "failures_until_locked", a.l.account_left);
    const bool rests = t->push_rests_until > cli->cx.now;
    print_put_time(cli, o, "pushes_rest_until", rests ? t->push_rests_until : 0);
    print_put_str(o, "mend", mend_of(cli, &a, refused > 0 || rests));
    return ERR_NONE;
}
