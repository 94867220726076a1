/* SPDX-License-Identifier: Apache-2.0 */
/* password: hashing, verifying, and changing an account's password. The rules for new ones are in
 * password_rules.c. */
#include "accounts/password.h"

#include <inttypes.h>
#include <string.h>

#include "accounts/argon2id.h"
#include "accounts/notice.h"
#include "accounts/password_rules.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/rand.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "keys/env.h"

static struct argon2id_cost
cost_now(const struct cx *cx)
{
    return (struct argon2id_cost){.kib = cx->env->argon2_kib, .passes = cx->env->argon2_passes};
}

/* The input of argon2id: HMAC-SHA-256(pepper, normalized password), as text, since it must not contain a
 * NUL. Null for an unacceptable password. */
static struct str
peppered(struct cx *cx, struct str password)
{
    struct digest mac;
    struct str normal = password_normalise(cx, password);
    if (str_is_null(normal))
        return STR_NULL;
    const struct secret *pepper = &cx->env->pepper;
    ASSERT(pepper->n > 0);
    mac = hmac_sha256((struct str){(const char *)pepper->bytes, pepper->n}, normal);
    struct str text = codec_base64url(&cx->arena, mac.bytes, sizeof mac.bytes);
    secret_wipe(&mac, sizeof mac);
    return text;
}

/* What the first run of this request has found for the input: null if it runs for the first time. Each run
 * keeps what it has done. */
static struct str
done_before(const struct cx *cx, const struct digest *of)
{
    for (size_t i = 0; cx->is_again && i < cx->n_work; i++)
        if (secret_equal(cx->work[i].of, of->bytes, sizeof of->bytes))
            return cx->work[i].result;
    return STR_NULL;
}

static void
keep_done(struct cx *cx, const struct digest *of, struct str result)
{
    if (cx->n_work == CX_WORK)
        return;
    memcpy(cx->work[cx->n_work].of, of->bytes, sizeof of->bytes);
    cx->work[cx->n_work++].result = result;
}

/* Of the peppered text and the hash that it is compared with, or a cost. */
static struct digest
work_of(struct cx *cx, struct str text, struct str with)
{
    return sha256(arena_printf(&cx->arena, "%.*s %.*s", STR_ARG(text), STR_ARG(with)));
}

static enum errcode
hash_text(struct cx *cx, struct str text, struct argon2id_cost cost, struct str *hash_out)
{
    struct argon2id hash = {.cost = cost};
    const struct digest of =
        work_of(cx, text, arena_printf(&cx->arena, "%" PRIu32 " %" PRIu32, cost.kib, cost.passes));
    *hash_out = done_before(cx, &of);
    if (!str_is_null(*hash_out))
        return ERR_NONE;
    rand_bytes(hash.salt, sizeof hash.salt);
    enum errcode err = argon2id_run(cx, text, &hash);
    if (err != ERR_NONE)
        return err;
    *hash_out = argon2id_text(&cx->arena, &hash);
    keep_done(cx, &of, *hash_out);
    return ERR_NONE;
}

enum errcode
password_hash(struct cx *cx, struct str password, struct str *hash_out)
{
    struct str text = peppered(cx, password);
    if (str_is_null(text))
        return err_set(cx, ERR_SYNTAX, "a password is 1 to %d bytes of UTF-8", PASSWORD_BYTES_MAX);
    return hash_text(cx, text, cost_now(cx), hash_out);
}

/* A hash with cheaper parameters than the current ones takes less time to verify, which would reveal that
 * the account exists: the saved time is spent here. */
static enum errcode
make_up(struct cx *cx, struct argon2id_cost was, struct str text)
{
    struct str unused;
    const struct argon2id_cost now = cost_now(cx);
    const uint64_t spent = (uint64_t)was.kib * was.passes, whole = (uint64_t)now.kib * now.passes;
    if (spent >= whole)
        return ERR_NONE;
    const struct argon2id_cost rest = {.kib = (uint32_t)((whole - spent) / now.passes), .passes = now.passes};
    return rest.kib < ARGON2ID_KIB_LEAST ? ERR_NONE : hash_text(cx, text, rest, &unused);
}

/* Whether the text hashes to what is stored. */
static enum errcode
compare(struct cx *cx, const struct argon2id *stored, struct str hash, struct str text, bool *right_out)
{
    struct argon2id ours = *stored;
    const struct digest of = work_of(cx, text, hash);
    struct str before = done_before(cx, &of);
    *right_out = str_eq(before, STR_LIT("right"));
    if (!str_is_null(before))
        return ERR_NONE;
    enum errcode err = argon2id_run(cx, text, &ours);
    if (err != ERR_NONE)
        return err;
    *right_out = secret_equal(ours.tag, stored->tag, sizeof ours.tag);
    keep_done(cx, &of, *right_out ? STR_LIT("right") : STR_LIT("wrong"));
    return ERR_NONE;
}

enum errcode
password_verify(struct cx *cx, struct str hash, struct str password, bool *right_out, bool *stale_out)
{
    struct argon2id stored;
    struct str text = peppered(cx, password), unused;
    bool right = false;
    *right_out = *stale_out = false;
    if (str_is_empty(hash) || str_is_null(text))
        return hash_text(cx, str_is_null(text) ? STR_LIT("none") : text, cost_now(cx), &unused);
    enum errcode err = argon2id_read(cx, hash, &stored);
    if (err == ERR_NONE)
        err = compare(cx, &stored, hash, text, &right);
    if (err == ERR_NONE)
        err = make_up(cx, stored.cost, text);
    *right_out = err == ERR_NONE && right;
    *stale_out = *right_out &&
                 (stored.cost.kib != cx->env->argon2_kib || stored.cost.passes != cx->env->argon2_passes);
    return err;
}

/* Whether the password matches one of the hashes. All are tried, so that the time does not reveal which. */
static enum errcode
is_one_of(struct cx *cx, const struct str *hashes, size_t n, struct str password, bool *found_out)
{
    *found_out = false;
    for (size_t i = 0; i < n; i++) {
        bool right, stale;
        enum errcode err = password_verify(cx, hashes[i], password, &right, &stale);
        if (err != ERR_NONE)
            return err;
        *found_out = *found_out || right;
    }
    return ERR_NONE;
}

enum errcode
password_check_new(struct cx *cx, const struct policy *p, const struct technician *t, const struct company *c,
                   struct str password, enum password_verdict *verdict_out, const char **reason_out)
{
    struct password_facts facts;
    struct str *former;
    size_t n;
    bool found = false;
    enum errcode err = password_look(cx, password, t, c, &facts);
    if (err != ERR_NONE)
        return err;
    *verdict_out = password_judge(p, &facts, reason_out);
    if (*verdict_out != PASSWORD_GOOD)
        return ERR_NONE;
    if (!str_is_empty(t->password_hash))
        err = is_one_of(cx, &t->password_hash, 1, password, &found);
    if (found) {
        *verdict_out = PASSWORD_SAME;
        *reason_out = "it is the present password";
    }
    if (err != ERR_NONE || found)
        return err;
    err = store_password_history(cx, t->id, p->password_history, &former, &n);
    if (err == ERR_NONE)
        err = is_one_of(cx, former, n, password, &found);
    if (found) {
        *verdict_out = PASSWORD_USED;
        *reason_out = "it was used before";
    }
    return err;
}

struct digest
password_context(struct cx *cx, const struct policy *p, const struct technician *t, const struct company *c)
{
    return sha256(arena_printf(&cx->arena, "%lld %lld %lld %zu:%.*s %zu:%.*s %zu:%.*s %zu:%.*s",
                               (long long)p->password_history, (long long)t->id,
                               (long long)t->password_generation, t->email.n, STR_ARG(t->email), t->name.n,
                               STR_ARG(t->name), c->name.n, STR_ARG(c->name), c->title.n, STR_ARG(c->title)));
}

enum errcode
password_store(struct cx *cx, const struct policy *p, const struct technician *t, struct str hash,
               bool must_change)
{
    struct password_change change = {t->id, t->password_generation, hash, must_change};
    enum errcode err = store_password_set(cx, &change);
    if (err == ERR_NONE && !str_is_empty(t->password_hash))
        err = store_password_retire(cx, t->id, t->password_hash, p->password_history);
    return err != ERR_NONE ? err : notice_tell(cx, t->id, NOTICE_PASSWORD_CHANGED, STR_NULL);
}

int32_t
password_days_left(const struct cx *cx, const struct policy *p, const struct technician *t)
{
    if (t->password_must_change)
        return 0;
    if (p->password_age == 0)
        return -1;
    int64_t left = t->password_set_at + p->password_age * CLOCK_DAY - cx->now;
    return left <= 0 ? 0 : (int32_t)((left + CLOCK_DAY - 1) / CLOCK_DAY);
}

int32_t
password_notice(const struct cx *cx, const struct policy *p, const struct technician *t)
{
    const int32_t days = password_days_left(cx, p, t);
    return days <= p->password_notice ? days : -1;
}

enum errcode
password_notice_of(struct cx *cx, int64_t technician_id, int32_t *days_out)
{
    struct technician t;
    struct policy p;
    enum errcode err = technician_get(cx, technician_id, &t);
    if (err == ERR_NONE)
        err = policy_get(cx, t.company_id, &p);
    *days_out = err == ERR_NONE ? password_notice(cx, &p, &t) : -1;
    return err;
}
