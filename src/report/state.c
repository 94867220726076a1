/* SPDX-License-Identifier: Apache-2.0 */
/* state: see state.h. */
#include "report/state.h"

#include "accounts/account.h"
#include "accounts/decide.h"
#include "base/clock.h"
#include "base/shell.h"
#include "store/store_audit.h"

enum { LOCKS_READ = 8 /* the newest events: at most two locks are in force */ };

static const struct named {
    const char *name, *mend; /* followed by the account, or the company */
    enum signin_result result;
    bool is_company;
} names[] = {
    {"company inactive", "countersign company enable", SIGNIN_CompanyIsNotActive, true},
    {"company banned", "countersign company enable", SIGNIN_CompanyBanned, true},
    {"plan off", "countersign company set --enterprise on", SIGNIN_EnterpriseDisabled, true},
    {"plan too small", "countersign company set --plan enterprise", SIGNIN_RequiredEnterprise, true},
    {"no technician", "countersign technician set --technician on", SIGNIN_UserIsNotTechnician, false},
    {"role off", "countersign technician enable", SIGNIN_UserNotActiveForThisRole, false},
    {"locked", "countersign technician unlock", SIGNIN_UserLockedOut, false},
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
state_name(struct cx *cx, int64_t technician_id, const char **name_out)
{
    struct account a;
    enum errcode err = account_read(cx, technician_id, &a);
    if (err != ERR_NONE)
        return err;
    const struct named *n = condition_of(&a);
    *name_out = n == NULL ? "active" : n->name;
    return ERR_NONE;
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

static void
add_lock(struct state *s, const char *kind, const struct audit_row *event, int64_t until)
{
    s->locks[s->n_locks++] = (struct state_lock){.kind = kind,
                                                 .by = event == NULL ? STR_NULL : event->actor,
                                                 .since = event == NULL ? 0 : event->at,
                                                 .until = until};
}

static enum errcode
read_locks(struct cx *cx, const struct account *a, struct state *s)
{
    struct audit_row *events = NULL;
    size_t n = 0;
    enum errcode err = store_audit_attempts(cx, a->t.id, AUDIT_LOCKED, LOCKS_READ, &events, &n);
    if (err != ERR_NONE)
        return err;
    if (a->t.locked_at != 0)
        add_lock(s, "operator", event_of(events, n, a->t.locked_at, 0), INT64_MAX);
    if (a->l.account_locked)
        add_lock(s, "failures", event_of(events, n, 0, a->t.locked_at), a->l.locked_until);
    return ERR_NONE;
}

static struct str
mend_of(struct cx *cx, const struct account *a, bool is_held)
{
    const struct named *n = condition_of(a);
    const char *unlock = "countersign technician unlock", *text = n != NULL ? n->mend : unlock;
    const struct str whom = n != NULL && n->is_company ? a->c.name : a->t.email;
    if (n == NULL && !is_held)
        return STR_NULL;
    return arena_printf(&cx->arena, "%s %.*s", text, STR_ARG(shell_operand(&cx->arena, whom)));
}

enum errcode
state_read(struct cx *cx, int64_t technician_id, struct state *s)
{
    struct account a;
    *s = (struct state){.n_locks = 0};
    enum errcode err = account_read(cx, technician_id, &a);
    if (err == ERR_NONE)
        err = read_locks(cx, &a, s);
    if (err == ERR_NONE)
        err = lockout_sources(cx, a.t.email_key, &s->sources, &s->n_sources);
    if (err != ERR_NONE)
        return err;
    s->is_locked = account_is_locked(&a);
    s->failures_left = a.l.account_left;
    s->pushes_rest_until = a.t.push_rests_until > cx->now ? a.t.push_rests_until : 0;
    s->mend = mend_of(cx, &a, s->n_sources > 0 || s->pushes_rest_until != 0);
    return ERR_NONE;
}
