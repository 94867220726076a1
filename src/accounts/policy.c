/* SPDX-License-Identifier: Apache-2.0 */
/* policy: see policy.h. Each kind of value in policy.def has one typed function that parses and checks it. */
#include "accounts/policy.h"

#include <inttypes.h>
#include <string.h>

#include "accounts/audit.h"
#include "accounts/company.h"
#include "base/clock.h"
#include "base/near.h"

enum plan { PLAN_STANDARD, PLAN_ENTERPRISE };

enum {
#define POLICY(key, kind, def, min, max, plan, doc) KEY_##key,
#include "accounts/policy.def"
    KEYS
};

static const struct item {
    struct str key, value; /* the default */
    enum plan plan;
    struct str doc;
} items[KEYS] = {
#define POLICY(key, kind, def, min, max, plan, doc) {STR(#key), STR(def), PLAN_##plan, STR(doc)},
#include "accounts/policy.def"
};

static enum errcode
read_choice(struct str value, const char *const *names, size_t n, size_t *out)
{
    for (*out = 0; *out < n; (*out)++)
        if (str_eq(value, str_from_cstr(names[*out])))
            return ERR_NONE;
    return ERR_RANGE;
}

/* "a, b or c" */
static struct str
one_of(struct arena *a, const char *const *names, size_t n)
{
    struct str all = str_from_cstr(names[0]);
    for (size_t i = 1; i < n; i++)
        all = arena_printf(a, "%.*s%s%s", STR_ARG(all), i + 1 == n ? " or " : ", ", names[i]);
    return all;
}

/* Each list is in the order of its enum. */
#define CHOICE(kind, type, ...)                                                            \
    static const char *const names_##kind[] = {__VA_ARGS__};                               \
    static struct str values_##kind(struct arena *a, int64_t min, int64_t max)             \
    {                                                                                      \
        (void)min;                                                                         \
        (void)max;                                                                         \
        return one_of(a, names_##kind, ARRAY_LEN(names_##kind));                           \
    }                                                                                      \
    static enum errcode read_##kind(struct str value, int64_t min, int64_t max, type *out) \
    {                                                                                      \
        size_t i;                                                                          \
        (void)min;                                                                         \
        (void)max;                                                                         \
        enum errcode err = read_choice(value, names_##kind, ARRAY_LEN(names_##kind), &i);  \
        if (err == ERR_NONE)                                                               \
            *out = (type)i;                                                                \
        return err;                                                                        \
    }
CHOICE(CHOICE_SECOND_FACTOR, enum second_factor, "required", "off")
CHOICE(CHOICE_SIGN_IN, enum sign_in_mode, "password", "sso", "saml2")
CHOICE(CHOICE_STRENGTH, enum password_strength, "none", "good", "strong", "excellent")
CHOICE(CHOICE_PASSKEY, enum passkey_policy, "off", "offered", "required")
CHOICE(CHOICE_SEAT, enum seat_full, "refuse", "end-oldest")
CHOICE(FLAG, bool, "off", "on")
#undef CHOICE

static enum errcode
read_COUNT(struct str value, int64_t min, int64_t max, int64_t *out)
{
    return str_to_i64(value, min, max, out);
}

static enum errcode
read_DAYS(struct str value, int64_t min, int64_t max, int64_t *out)
{
    return str_to_i64(value, min, max, out);
}

static enum errcode
read_SECONDS(struct str value, int64_t min, int64_t max, int64_t *out)
{
    enum errcode err = str_to_i64(value, min, max, out);
    if (err == ERR_NONE)
        *out *= CLOCK_S;
    return err;
}

static struct str
number(struct arena *a, int64_t min, int64_t max)
{
    return arena_printf(a, "%" PRId64 " to %" PRId64, min, max);
}

static struct str
values_COUNT(struct arena *a, int64_t min, int64_t max)
{
    return number(a, min, max);
}

static struct str
values_DAYS(struct arena *a, int64_t min, int64_t max)
{
    return number(a, min, max);
}

static struct str
values_SECONDS(struct arena *a, int64_t min, int64_t max)
{
    return number(a, min, max);
}

static struct str
values_URL(struct arena *a, int64_t min, int64_t max)
{
    (void)min;
    return arena_printf(a, "an http or https address of at most %" PRId64 " bytes", max);
}

/* Browsers are sent there: it must have a scheme, a host, and no character that could end an attribute or
 * a header. */
static enum errcode
read_URL(struct str value, int64_t min, int64_t max, struct str *out)
{
    (void)min;
    if (value.n > (size_t)max)
        return ERR_RANGE;
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] <= ' ' || value.p[i] > '~' || strchr("\"'<>\\^`{|}", value.p[i]) != NULL)
            return ERR_SYNTAX;
    struct str host = value;
    if (str_starts(value, STR_LIT("https://")))
        host = str_sub(value, 8, value.n);
    else if (str_starts(value, STR_LIT("http://")))
        host = str_sub(value, 7, value.n);
    else if (value.n > 0)
        return ERR_SYNTAX;
    if (value.n > 0 && (host.n == 0 || strchr("/?#:", host.p[0]) != NULL))
        return ERR_SYNTAX;
    *out = value;
    return ERR_NONE;
}

/* ERR_SYNTAX, ERR_RANGE. */
static enum errcode
assign(struct policy *p, size_t key, struct str value)
{
    switch (key) {
#define POLICY(name, kind, def, min, max, plan, doc) \
    case KEY_##name:                                 \
        return read_##kind(value, min, max, &p->name);
#include "accounts/policy.def"
    default:
        return ERR_USAGE;
    }
}

/* A description of what assign accepts. */
static struct str
values_of(struct arena *a, size_t key)
{
    static const struct {
        struct str (*words)(struct arena *a, int64_t min, int64_t max);
        int64_t min, max;
    } values[KEYS] = {
#define POLICY(name, kind, def, min, max, plan, doc) {values_##kind, min, max},
#include "accounts/policy.def"
    };
    return key < KEYS ? values[key].words(a, values[key].min, values[key].max) : STR_NULL;
}

static size_t
find_key(struct str key)
{
    size_t i = 0;
    while (i < KEYS && !str_eq(key, items[i].key))
        i++;
    return i;
}

void
policy_defaults(struct policy *policy_out)
{
    *policy_out = (struct policy){.needs_enterprise = false};
    for (size_t i = 0; i < KEYS; i++)
        ASSERT(assign(policy_out, i, items[i].value) == ERR_NONE);
}

enum errcode
policy_get(struct cx *cx, int64_t company_id, struct policy *policy_out)
{
    struct policy_value *values;
    size_t n;
    policy_defaults(policy_out);
    enum errcode err = store_policy_list(cx, company_id, &values, &n);
    if (err != ERR_NONE)
        return err;
    for (size_t i = 0; i < n; i++) {
        size_t key = find_key(values[i].key);
        if (assign(policy_out, key, values[i].value) != ERR_NONE)
            return err_set(cx, ERR_STORE, "the stored value of policy %.*s is not usable",
                           STR_ARG(values[i].key));
        if (items[key].plan == PLAN_ENTERPRISE && !str_eq(values[i].value, items[key].value))
            policy_out->needs_enterprise = true;
    }
    return ERR_NONE;
}

static enum errcode
no_policy(struct cx *cx, struct str key)
{
    struct near n;
    near_begin(&n, key);
    for (size_t i = 0; i < KEYS; i++)
        near_offer(&n, items[i].key);
    if (str_is_null(n.best))
        return err_set(cx, ERR_USAGE, "there is no policy %.*s", STR_ARG(key));
    return err_set(cx, ERR_USAGE, "there is no policy %.*s (did you mean %.*s?)", STR_ARG(key),
                   STR_ARG(n.best));
}

enum errcode
policy_check(struct cx *cx, struct str key, struct str value, struct policy *checked_out)
{
    size_t at = find_key(key);
    policy_defaults(checked_out);
    if (at == KEYS)
        return no_policy(cx, key);
    enum errcode err = str_is_empty(value) ? ERR_NONE : assign(checked_out, at, value);
    if (err != ERR_NONE)
        return err_set(cx, err, "policy %.*s must be %.*s, not %.*s: %.*s", STR_ARG(key),
                       STR_ARG(values_of(&cx->arena, at)), STR_ARG(value), STR_ARG(items[at].doc));
    return ERR_NONE;
}

enum errcode
policy_write(struct cx *cx, int64_t company_id, struct str key, struct str value)
{
    struct company company;
    const struct item *item = &items[find_key(key)];
    ASSERT(item < items + KEYS);
    enum errcode err = company_get(cx, company_id, &company);
    if (err != ERR_NONE)
        return err;
    bool is_default = str_is_empty(value) || str_eq(value, item->value);
    if (item->plan == PLAN_ENTERPRISE && !is_default && !company.is_enterprise)
        return err_set(cx, ERR_POLICY, "the plan of %.*s does not include %.*s = %.*s", STR_ARG(company.name),
                       STR_ARG(item->key), STR_ARG(value));
    struct str by = str_is_null(cx->actor) ? STR_LIT("system") : cx->actor;
    if (str_is_empty(value))
        err = store_policy_unset(cx, company_id, item->key);
    else
        err = store_policy_set(cx, company_id, &(struct policy_value){item->key, value, by, cx->now});
    if (err == ERR_NONE)
        err = audit_append(cx, (struct audit_of){.company = company_id}, AUDIT_POLICY_SET, "key", item->key,
                           "value", str_is_null(value) ? STR_LIT("") : value, NULL);
    return err;
}

enum errcode
policy_list(struct cx *cx, int64_t company_id, struct policy_row **rows_out, size_t *n_out)
{
    struct policy_value *values;
    size_t n;
    struct policy_row *rows = arena_array(&cx->arena, KEYS, sizeof *rows);
    for (size_t i = 0; i < KEYS; i++)
        rows[i] = (struct policy_row){
            .key = items[i].key,
            .value = items[i].value,
            .default_value = items[i].value,
            .values = values_of(&cx->arena, i),
            .doc = items[i].doc,
            .set_by = STR_LIT(""),
            .is_enterprise = items[i].plan == PLAN_ENTERPRISE,
        };
    enum errcode err = store_policy_list(cx, company_id, &values, &n);
    for (size_t i = 0; err == ERR_NONE && i < n; i++) {
        size_t key = find_key(values[i].key);
        if (key == KEYS)
            return err_set(cx, ERR_STORE, "the database has an unknown policy");
        rows[key].value = values[i].value;
        rows[key].set_by = values[i].set_by;
        rows[key].set_at = values[i].set_at;
    }
    *rows_out = rows;
    *n_out = KEYS;
    return err;
}
