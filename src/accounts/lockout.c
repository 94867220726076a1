/* SPDX-License-Identifier: Apache-2.0 */
/* lockout: see lockout.h. The rows' keys are HMACs of the names, so that the table does not reveal who
 * failed.
 *
 * What outsiders are shown comes from a fixed number of counters, shared by names and sources through the
 * bits of an HMAC: whatever is tried, and from wherever, their number never grows. Known and unknown names
 * use them alike, and nothing changes them but attempts without the right password and the source's own
 * successful sign-in. */
#include "accounts/lockout.h"

#include "accounts/counter.h"
#include "base/clock.h"
#include "base/inet.h"
#include "keys/env.h"

/* For names; for sources, and for names at each source. Powers of two. */
enum { NAMES_SHOWN = 1 << 16, SOURCES_SHOWN = 1 << 12, NAMES_AT_SOURCE = 1 << 6 };

static int64_t
source_limit(const struct cx *cx, const struct policy *p)
{
    const int64_t below = p->lockout_failures > 1 ? p->lockout_failures - 1 : 1;
    return cx->env->source_failures < below ? cx->env->source_failures : below;
}

/* p NULL: the defaults. */
static struct counter
counter_by(const struct cx *cx, const struct policy *p, struct str source)
{
    struct policy defaults;
    policy_defaults(&defaults);
    const struct policy *rules = p != NULL ? p : &defaults;
    return (struct counter){.account = {.source = STR_LIT("")},
                            .source = {.source = STR_LIT("")},
                            .has_source = !str_is_null(source),
                            .account_limit = rules->lockout_failures,
                            .account_time = rules->lockout_time,
                            .source_limit = source_limit(cx, rules)};
}

static struct digest
account_key(const struct cx *cx, struct str email_key)
{
    return env_lookup(cx, STR_LIT("account"), email_key);
}

/* The counter that applies to an account. */
static struct counter
counter_of_account(struct cx *cx, const struct lockout_name *name, struct str source)
{
    struct counter c = counter_by(cx, name->p, source);
    const int64_t id = name->t != NULL ? name->t->id : 0;
    c.account.key = c.account.account = c.source.account = account_key(cx, name->email_key);
    c.account.technician_id = c.source.technician_id = id;
    if (!c.has_source)
        return c;
    c.source.source = inet_source(&cx->arena, source);
    struct str purpose = arena_printf(&cx->arena, "source %.*s", STR_ARG(c.source.source));
    c.source.key = env_lookup(cx, purpose, name->email_key);
    return c;
}

static unsigned
share_of(const struct cx *cx, struct str purpose, struct str what, unsigned n)
{
    const struct digest d = env_lookup(cx, purpose, what);
    return ((unsigned)d.bytes[0] << 8 | d.bytes[1]) % n;
}

/* The counter that outsiders are shown. */
static struct counter
counter_shown(struct cx *cx, struct str email_key, struct str source)
{
    static const struct str shown = STR("shown"), name = STR("shown name"), from = STR("shown source");
    struct counter c = counter_by(cx, NULL, source);
    unsigned share = share_of(cx, name, email_key, NAMES_SHOWN);
    c.account.key = env_lookup(cx, shown, arena_printf(&cx->arena, "name %u", share));
    c.account.account = c.source.account = c.account.key;
    if (!c.has_source)
        return c;
    struct str network = inet_source(&cx->arena, source);
    struct str there = arena_printf(&cx->arena, "shown at %.*s", STR_ARG(network));
    c.source.key =
        env_lookup(cx, shown,
                   arena_printf(&cx->arena, "source %u %u", share_of(cx, from, network, SOURCES_SHOWN),
                                share_of(cx, there, email_key, NAMES_AT_SOURCE)));
    return c;
}

static struct lockout
lockout_of(const struct cx *cx, const struct counter *c)
{
    struct lockout l = {
        .account_locked = c->account.locked_until != 0,
        .account_left = counter_left(&c->account, c->account_limit),
        .locked_until = c->account.locked_until,
        .source_limit = c->source_limit,
        .source_left = INT64_MAX,
    };
    if (c->has_source) {
        l.source_refused = c->source.locked_until != 0;
        l.source_left = counter_left(&c->source, c->source_limit);
        l.source_is_known = c->source.proved_at != 0 && cx->now - c->source.proved_at < COUNTER_FORGETS;
    }
    return l;
}

enum errcode
lockout_get(struct cx *cx, const struct policy *p, struct str email_key, struct str source,
            struct lockout *l_out)
{
    const struct lockout_name name = {NULL, p, email_key};
    struct counter c = counter_of_account(cx, &name, source);
    enum errcode err = counter_get(cx, &c);
    if (err == ERR_NONE)
        *l_out = lockout_of(cx, &c);
    return err;
}

static uint8_t
to_byte(int64_t left)
{
    return (uint8_t)(left > UINT8_MAX ? UINT8_MAX : left);
}

static struct lockout_shown
shown_of(const struct counter *c, enum counter_how how)
{
    int64_t left = c->has_source ? counter_left(&c->source, c->source_limit)
                                 : counter_left(&c->account, c->account_limit);
    return (struct lockout_shown){.is_counted = how == COUNTER_COUNTED,
                                  .is_locked = how == COUNTER_LOCKED,
                                  .attempts_left = c->account.locked_until != 0 ? 0 : to_byte(left)};
}

static enum errcode
show(struct cx *cx, const struct lockout_name *name, struct str source, struct lockout_shown *shown_out)
{
    struct counter c = counter_shown(cx, name->email_key, source);
    enum counter_how how = COUNTER_COUNTED;
    enum errcode err = counter_try(cx, &c, &how);
    *shown_out = shown_of(&c, how);
    return err;
}

enum errcode
lockout_look_shown(struct cx *cx, struct str email_key, struct str source, struct lockout_shown *shown_out)
{
    struct counter c = counter_shown(cx, email_key, source);
    enum errcode err = counter_get(cx, &c);
    const bool is_refused = c.has_source && c.source.locked_until != 0;
    *shown_out = shown_of(&c, c.account.locked_until != 0 ? COUNTER_LOCKED
                              : is_refused                ? COUNTER_REFUSES
                                                          : COUNTER_COUNTED);
    return err;
}

enum errcode
lockout_fail(struct cx *cx, const struct lockout_name *name, struct str source, struct lockout *l_out)
{
    enum errcode err = ERR_NONE;
    *l_out = (struct lockout){.account_locked = false};
    if (name->t != NULL) {
        struct counter c = counter_of_account(cx, name, source);
        enum counter_how how;
        err = counter_try(cx, &c, &how);
        *l_out = lockout_of(cx, &c);
        l_out->is_counted = how == COUNTER_COUNTED;
        l_out->was_locked = how == COUNTER_LOCKED;
    }
    return err != ERR_NONE ? err : show(cx, name, source, &l_out->shown);
}

enum errcode
lockout_clear(struct cx *cx, const struct lockout_name *name, struct str source)
{
    struct counter shown = counter_shown(cx, name->email_key, source);
    enum errcode err = counter_withdraw(cx, &shown);
    if (err != ERR_NONE || name->t == NULL)
        return err;
    struct counter c = counter_of_account(cx, name, source);
    return counter_succeed(cx, &c);
}

static enum errcode
sources_text(struct cx *cx, struct str email_key, struct str *text_out)
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
lockout_lift(struct cx *cx, struct str email_key, enum lockout_lift how, struct lockout_lifted *lifted_out)
{
    const struct digest key = account_key(cx, email_key);
    int64_t turned_away = 0;
    enum errcode err = sources_text(cx, email_key, &lifted_out->sources);
    if (err == ERR_NONE)
        err = store_lockout_forget(cx, &key, how == LIFT_ALL ? INT64_MAX : INT64_MAX - 1, &turned_away);
    lifted_out->turned_away = arena_printf(&cx->arena, "%lld", (long long)turned_away);
    return err;
}

enum errcode
lockout_sources(struct cx *cx, struct str email_key, struct lockout_source **sources_out, size_t *n_out)
{
    const struct digest key = account_key(cx, email_key);
    return store_lockout_sources(cx, &key, LOCKOUT_LISTED, sources_out, n_out);
}

enum errcode
lockout_sweep(struct cx *cx, int64_t limit, bool *more_out)
{
    return counter_sweep(cx, limit, more_out);
}

uint8_t
lockout_attempts(const struct lockout *l)
{
    return to_byte(l->account_left);
}
