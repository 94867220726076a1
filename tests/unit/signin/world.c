/* SPDX-License-Identifier: Apache-2.0 */
/* world: see world.h. */
#include "tests/unit/signin/world.h"

#include <stdio.h>

#include "base/codec.h"
#include "accounts/code.h"
#include "accounts/policy_change.h"
#include "accounts/technician_change.h"
#include "base/buf.h"
#include "signin/challenge_answer.h"

static struct world *
world_new(struct fixture *f)
{
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->f = f;
    w->cx = &f->cx;
    arena_init(&w->kept);
    w->company = f->company;
    w->technician = world_technician(w, WORLD_EMAIL);
    handset_enrol(w, w->technician, &w->phone);
    return w;
}

int
world_set_up(void **state)
{
    void *f = NULL;
    int failed = fixture_set_up(&f);
    *state = world_new(f);
    return failed;
}

int
world_set_up_file(void **state)
{
    void *f = NULL;
    int failed = fixture_set_up_file(&f);
    *state = world_new(f);
    return failed;
}

int
world_set_up_at(void **state, struct str url)
{
    void *f = NULL;
    int failed = fixture_set_up_at(&f, url);
    *state = world_new(f);
    return failed;
}

int
world_tear_down(void **state)
{
    struct world *w = *state;
    void *f = w->f;
    phone_clear(&w->phone.key);
    arena_clear(&w->kept);
    free(w);
    return fixture_tear_down(&f);
}

void
world_later(struct world *w, int64_t by)
{
    fixture_later(w->f, by);
}

void
world_source(struct world *w, const char *source)
{
    w->cx->source = arena_str(&w->kept, str_from_cstr(source));
}

void
world_policy(struct world *w, const char *key, const char *value)
{
    assert_ok(policy_set(w->cx, w->company, str_from_cstr(key), str_from_cstr(value)));
}

int64_t
world_technician(struct world *w, const char *email)
{
    const struct technician_new new = {.company_id = w->company,
                                       .email = str_from_cstr(email),
                                       .name = STR_LIT("Somebody"),
                                       .password = STR_LIT(WORLD_PASSWORD),
                                       .keeps_password = true};
    int64_t id = 0;
    assert_ok(technician_add(w->cx, &new, &id));
    return id;
}

void
handset_enrol(struct world *w, int64_t technician, struct handset *p)
{
    phone_init(&p->key);
    assert_ok(device_get(w->cx, phone_enrol(w->f, &p->key, technician, NULL), &p->device));
    p->device.name = arena_str(&w->kept, p->device.name);
    p->device.public_key = arena_str(&w->kept, p->device.public_key);
    p->device.fingerprint = arena_str(&w->kept, p->device.fingerprint);
}

void
handset_sees(struct world *w, const struct handset *p, struct challenge_view *view_out)
{
    struct challenge_view *views = NULL;
    size_t n = 0;
    assert_ok(challenge_pending(w->cx, &p->device, &views, &n));
    assert_true(n > 0);
    struct str *texts[] = {&views[0].id,      &views[0].nonce,   &views[0].audience, &views[0].company,
                           &views[0].account, &views[0].purpose, &views[0].console,  &views[0].source,
                           &views[0].created, &views[0].expires};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = arena_str(&w->kept, *texts[i]);
    *view_out = views[0];
}

enum answer
handset_replies(struct world *w, const struct handset *p, const struct challenge_view *shown,
                enum decision decision, const char *number)
{
    uint8_t left = 0;
    enum answer answer = ANSWER_UNKNOWN;
    struct str id = arena_printf(&w->cx->arena, "%lld", (long long)p->device.id);
    struct buf b;
    buf_init(&b, 8192);
    statement_write_answer(&b, shown, id, str_from_cstr(decision_name(decision)), str_from_cstr(number));
    const struct challenge_reply reply = {.public_id = shown->id,
                                          .decision = decision,
                                          .number = str_from_cstr(number),
                                          .signature = phone_sign(w->f, &p->key, buf_view(&b))};
    buf_clear(&b);
    assert_ok(challenge_answer(w->cx, &p->device, &reply, &answer, &left));
    return answer;
}

enum answer
handset_answer(struct world *w, const struct handset *p, enum decision decision, const char *number)
{
    struct challenge_view shown;
    handset_sees(w, p, &shown);
    return handset_replies(w, p, &shown, decision, number);
}

static enum signin_result
keep_login(struct world *w)
{
    w->login = arena_str(&w->kept, w->answer.login_token);
    if (!str_is_null(w->answer.session))
        w->session = arena_str(&w->kept, w->answer.session);
    return w->answer.result;
}

enum signin_result
world_login_as(struct world *w, const char *email, const char *password)
{
    assert_ok(signin_begin(w->cx, str_from_cstr(email), str_from_cstr(password), STR_LIT("en"), &w->answer));
    return keep_login(w);
}

enum signin_result
world_login(struct world *w)
{
    return world_login_as(w, WORLD_EMAIL, WORLD_PASSWORD);
}

enum signin_result
world_login_new(struct world *w, const char *old_password, const char *new_password)
{
    assert_ok(signin_begin_new_password(w->cx, STR_LIT(WORLD_EMAIL), str_from_cstr(old_password),
                                        str_from_cstr(new_password), &w->answer));
    return keep_login(w);
}

enum signin_result
world_send(struct world *w)
{
    assert_ok(signin_send_challenge(w->cx, w->login, &w->sent));
    w->push = arena_str(&w->kept, w->sent.token);
    w->number = arena_str(&w->kept, w->sent.number);
    return w->sent.result;
}

enum signin_result
world_check(struct world *w)
{
    assert_ok(signin_check_challenge(w->cx, w->login, w->push, &w->answer, &w->wait));
    if (!str_is_null(w->answer.session))
        w->session = arena_str(&w->kept, w->answer.session);
    return w->answer.result;
}

enum signin_result
world_code(struct world *w, const char *code)
{
    assert_ok(signin_validate_code(w->cx, w->login, str_from_cstr(code), &w->answer));
    if (!str_is_null(w->answer.session))
        w->session = arena_str(&w->kept, w->answer.session);
    return w->answer.result;
}

enum answer
world_approve(struct world *w)
{
    return handset_answer(w, &w->phone, DECISION_APPROVE, w->number.p);
}

void
world_sign_in(struct world *w)
{
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_int_equal(world_approve(w), ANSWER_OK);
    assert_int_equal(world_check(w), SIGNIN_OK);
}

struct str
handset_self_statement(struct world *w, const struct handset *p, struct str nonce)
{
    return arena_printf(&w->cx->arena,
                        "countersign-self-v1\naudience 23 https://sign-in.example\nnonce %zu %.*s\n"
                        "company 16 Acme Support Ltd\naccount 17 " WORLD_EMAIL "\ndevice %d %lld\n",
                        nonce.n, STR_ARG(nonce), snprintf(NULL, 0, "%lld", (long long)p->device.id),
                        (long long)p->device.id);
}

struct self_proof
handset_opens(struct world *w, const struct handset *p)
{
    struct self_begun begun;
    struct str token;
    enum self_result r;
    assert_ok(self_begin(w->cx, &p->device, &begun, &r));
    assert_int_equal(r, SELF_OK);
    struct str nonce = begun.nonce;
    struct str statement = handset_self_statement(w, p, nonce);
    const struct self_signature s = {.nonce = nonce, .signature = phone_sign(w->f, &p->key, statement)};
    assert_ok(self_open(w->cx, &p->device, &s, &token, &r));
    assert_int_equal(r, SELF_OK);
    return (struct self_proof){&p->device, arena_str(&w->kept, token), NULL};
}

void
world_wait(struct world *w)
{
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_int_equal(world_check(w), SIGNIN_Poll);
}

const char *
world_code_of(struct world *w, struct str secret)
{
    unsigned char seed[64];
    size_t n = 0;
    assert_ok(codec_base32_read(secret, seed, sizeof seed, &n));
    uint32_t code = totp_at(seed, n, (uint64_t)(w->cx->now / (30 * CLOCK_S)));
    return arena_printf(&w->kept, "%06u", (unsigned)code).p;
}

const char *
world_totp(struct world *w, struct str uri)
{
    struct str secret = str_sub(uri, str_find_str(uri, STR_LIT("secret=")) + 7, uri.n);
    return world_code_of(w, str_cut(&secret, '&'));
}

int64_t
world_int(struct world *w, const char *sql, int64_t id)
{
    struct db_rows *rows;
    assert_ok(db_query(w->cx, &rows, sql, "i", id));
    assert_true(db_next(w->cx, rows));
    int64_t value = db_int(rows, 0);
    assert_ok(db_done(w->cx, rows));
    return value;
}

struct deed *
handset_deed(struct world *w, const struct handset *p)
{
    struct deed *deed = arena_zalloc(&w->cx->arena, sizeof *deed);
    deed->device = &p->device;
    assert_ok(deed_nonce(w->cx, &p->device, &deed->nonce));
    deed->statement = STR_LIT("what the caller would have made");
    deed->signature = phone_sign(w->f, &p->key, deed->statement);
    return deed;
}

const struct self_proof *
handset_acts(struct world *w, const struct self_proof *proof)
{
    /* Every device of these tests is a handset's. */
    const char *at = (const char *)proof->device - offsetof(struct handset, device);
    struct self_proof *with = arena_zalloc(&w->cx->arena, sizeof *with);
    *with = *proof;
    with->deed = handset_deed(w, (const struct handset *)(const void *)at);
    return with;
}
