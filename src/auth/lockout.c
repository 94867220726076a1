/* lockout: see lockout.h. The rows' keys are HMACs of the names, so that the table tells nobody who failed.
 */
#include "auth/lockout.h"

#include <string.h>

#include "auth/audit.h"
#include "auth/env.h"
#include "auth/technician.h"
#include "base/clock.h"
#include "base/inet.h"
#include "store/store_lockout.h"

#define SOURCE_REFUSED (15 * CLOCK_MINUTE)
#define FORGET_AFTER (30 * CLOCK_DAY)

struct keys {
    struct digest account, source;
    bool has_source;
};

/* A host of version 6 has 2^64 addresses. */
struct str
lockout_network(struct cx *cx, struct str source)
{
    struct inet_net net = {.bits = 64};
    if (inet_parse(source, &net.addr) != ERR_NONE || !net.addr.v6)
        return source;
    memset(net.addr.b + 8, 0, 8);
    return inet_net_format(&cx->arena, &net);
}

static struct keys
keys_of(struct cx *cx, struct str email_key, struct str source)
{
    struct keys keys = {.account = env_lookup(cx, STR_LIT("account"), email_key)};
    keys.has_source = !str_is_null(source);
    if (keys.has_source) {
        struct str purpose = arena_printf(&cx->arena, "source %.*s", STR_ARG(lockout_network(cx, source)));
        keys.source = env_lookup(cx, purpose, email_key);
    }
    return keys;
}

/* A limit that was lowered below what was counted already is met by the next failure. */
static int64_t
left_of(const struct lockout_row *row, int64_t limit)
{
    if (row->locked_until != 0)
        return 0;
    return row->failures < limit ? limit - row->failures : 1;
}

/* Always below the account's: one address alone locks no account. */
static int64_t
source_limit(const struct cx *cx, const struct policy *p)
{
    const int64_t below = p->lockout_failures > 1 ? p->lockout_failures - 1 : 1;
    return cx->env->source_failures < below ? cx->env->source_failures : below;
}

static struct lockout
lockout_of(const struct cx *cx, const struct policy *p, const struct lockout_row *account,
           const struct lockout_row *source)
{
    struct policy defaults;
    policy_defaults(&defaults);
    struct lockout l = {
        .account_locked = account->locked_until != 0,
        .account_left = left_of(account, p->lockout_failures),
        .stranger_left = left_of(account, defaults.lockout_failures),
        .locked_until = account->locked_until,
        .source_left = INT64_MAX,
    };
    if (source != NULL) {
        l.source_refused = source->locked_until != 0;
        l.source_left = left_of(source, source_limit(cx, p));
    }
    return l;
}

enum errcode
lockout_get(struct cx *cx, const struct policy *p, struct str email_key, struct str source,
            struct lockout *l_out)
{
    struct keys keys = keys_of(cx, email_key, source);
    struct lockout_row account, by_source;
    struct policy defaults;
    policy_defaults(&defaults);
    enum errcode err = store_lockout_get(cx, &keys.account, &account);
    if (err == ERR_NONE && keys.has_source)
        err = store_lockout_get(cx, &keys.source, &by_source);
    if (err == ERR_NONE)
        *l_out = lockout_of(cx, p != NULL ? p : &defaults, &account, keys.has_source ? &by_source : NULL);
    return err;
}

/* Counts, and locks for `time` (0: until unlocked) when the limit is met. */
static enum errcode
count(struct cx *cx, const struct lockout_key *of, int64_t limit, int64_t time, struct lockout_row *row_out)
{
    enum errcode err = store_lockout_count(cx, of, row_out);
    if (err != ERR_NONE || row_out->failures < limit || row_out->locked_until != 0)
        return err;
    row_out->locked_until = time == 0 ? INT64_MAX : cx->now + time;
    return store_lockout_lock(cx, &of->key, row_out->locked_until);
}

static enum errcode
audit_lock(struct cx *cx, struct str email_key, int64_t until)
{
    struct technician t;
    enum errcode err = store_technician_find(cx, email_key, &t);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    if (err != ERR_NONE)
        return err;
    struct str text = until == INT64_MAX ? STR_LIT("unlocked") : clock_text(&cx->arena, until);
    return audit_append(cx, (struct audit_of){t.company_id, t.id}, "account.locked", "until", text, NULL);
}

enum errcode
lockout_fail(struct cx *cx, const struct policy *p, struct str email_key, struct str source,
             struct lockout *l_out)
{
    struct keys keys = keys_of(cx, email_key, source);
    struct lockout_row before, account, by_source;
    struct policy defaults;
    policy_defaults(&defaults);
    const struct policy *rules = p != NULL ? p : &defaults;
    const struct lockout_key own = {keys.account, keys.account, STR_LIT("")};
    const struct lockout_key there = {keys.source, keys.account, lockout_network(cx, source)};
    enum errcode err = store_lockout_get(cx, &keys.account, &before);
    if (err == ERR_NONE)
        err = count(cx, &own, rules->lockout_failures, rules->lockout_time, &account);
    if (err == ERR_NONE && keys.has_source)
        err = count(cx, &there, source_limit(cx, rules), SOURCE_REFUSED, &by_source);
    if (err != ERR_NONE)
        return err;
    *l_out = lockout_of(cx, rules, &account, keys.has_source ? &by_source : NULL);
    if (p != NULL && account.locked_until != 0 && before.locked_until == 0)
        err = audit_lock(cx, email_key, account.locked_until);
    return err;
}

enum errcode
lockout_clear(struct cx *cx, struct str email_key, struct str source)
{
    struct keys keys = keys_of(cx, email_key, source);
    enum errcode err = store_lockout_clear(cx, &keys.account);
    if (err == ERR_NONE && keys.has_source)
        err = store_lockout_clear(cx, &keys.source);
    return err;
}

enum errcode
lockout_lift(struct cx *cx, struct str email_key, enum lockout_lift how)
{
    const struct keys keys = keys_of(cx, email_key, STR_NULL);
    return store_lockout_forget(cx, &keys.account, how == LIFT_ALL ? INT64_MAX : INT64_MAX - 1);
}

enum errcode
lockout_sources(struct cx *cx, struct str email_key, struct lockout_source **sources_out, size_t *n_out)
{
    const struct keys keys = keys_of(cx, email_key, STR_NULL);
    return store_lockout_sources(cx, &keys.account, LOCKOUT_LISTED, sources_out, n_out);
}

enum errcode
lockout_sources_text(struct cx *cx, struct str email_key, struct str *text_out)
{
    struct lockout_source *sources;
    size_t n;
    *text_out = STR_LIT("");
    enum errcode err = lockout_sources(cx, email_key, &sources, &n);
    for (size_t i = 0; err == ERR_NONE && i < n; i++)
        *text_out = arena_printf(&cx->arena, "%.*s%s%.*s", STR_ARG(*text_out), i > 0 ? " " : "",
                                 STR_ARG(sources[i].source));
    return err;
}

enum errcode
lockout_sweep(struct cx *cx, int64_t limit, bool *more_out)
{
    int64_t n = 0;
    enum errcode err = store_lockout_remove(cx, cx->now - FORGET_AFTER, limit, &n);
    *more_out = err == ERR_NONE && n == limit;
    return err;
}

uint8_t
lockout_attempts(const struct lockout *l, bool password_was_right)
{
    int64_t left = password_was_right ? l->account_left : l->stranger_left;
    return (uint8_t)(left > UINT8_MAX ? UINT8_MAX : left);
}
