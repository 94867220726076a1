/* SPDX-License-Identifier: Apache-2.0 */
/* code: see code.h. */
#include "accounts/code.h"

#include "accounts/audit.h"
#include "accounts/company.h"
#include "accounts/notice.h"
#include "text/text.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/rand.h"
#include "crypto/hash.h"
#include "db/db.h"
#include "keys/env.h"
#include "keys/seal.h"
#include "store/store_code.h"

#define STEP (30 * CLOCK_S)

enum {
    SEED_BYTES = 20,
    TOTP_DIGITS = 6,
    DRIFT = 1,
    RECOVERY_BYTES = 10,
    RECOVERY_CHARS = 16,
    URI_MAX = 4096
};

/* RFC 4226, section 5.3, with the time step as the counter (RFC 6238, section 4.2). */
uint32_t
totp_at(const unsigned char *seed, size_t n, uint64_t step)
{
    unsigned char counter[8], mac[SHA1_BYTES];
    be64_put(counter, step);
    hmac_sha1((struct str){(const char *)seed, n}, (struct str){(const char *)counter, sizeof counter}, mac);
    return (be32_get(mac + (mac[19] & 15)) & 0x7fffffff) % 1000000;
}

/* RFC 3986, section 2.1: everything except unreserved characters. */
static void
add_escaped(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
                     c == '.' || c == '_' || c == '~';
        if (plain)
            buf_add_byte(out, c);
        else
            buf_addf(out, "%%%02X", c);
    }
}

/* One half of a label, which is ISSUER:ACCOUNT: apps split it at the first colon, even an escaped one, so
 * neither half may contain a colon. */
static void
add_label(struct buf *out, struct str s)
{
    struct str piece = str_cut(&s, ':');
    add_escaped(out, piece);
    while (!str_is_null(s)) {
        piece = str_cut(&s, ':');
        if (!str_is_empty(piece) && piece.p[0] != ' ')
            add_escaped(out, STR_LIT(" "));
        add_escaped(out, piece);
    }
}

/* The Key URI Format that authenticators read; label and issuer parameter name the same issuer. */
static struct str
totp_uri(struct cx *cx, struct str issuer, struct str account, struct str secret)
{
    struct buf uri;
    buf_init(&uri, URI_MAX);
    buf_add_cstr(&uri, "otpauth://totp/");
    add_label(&uri, issuer);
    buf_add_byte(&uri, ':');
    add_label(&uri, account);
    buf_add_cstr(&uri, "?secret=");
    buf_add_str(&uri, secret);
    buf_add_cstr(&uri, "&issuer=");
    add_label(&uri, issuer);
    buf_add_cstr(&uri, "&algorithm=SHA1&digits=6&period=30");
    ASSERT(!buf_is_over(&uri)); /* titles and addresses have limited lengths */
    struct str out = arena_str(&cx->arena, buf_view(&uri));
    buf_clear(&uri);
    return out;
}

enum errcode
totp_new(struct cx *cx, const struct technician *t, int64_t row, struct totp *totp_out)
{
    struct company c;
    struct secret seed = {.n = SEED_BYTES};
    *totp_out = (struct totp){.uri = STR_NULL};
    enum errcode err = company_get(cx, t->company_id, &c);
    if (err != ERR_NONE)
        return err;
    rand_bytes(seed.bytes, seed.n);
    totp_out->sealed = seal_close(cx, &seed, row);
    totp_out->secret = codec_base32(&cx->arena, seed.bytes, seed.n);
    totp_out->uri = totp_uri(cx, c.title, t->email, totp_out->secret);
    secret_clear(&seed);
    return ERR_NONE;
}

/* Within the open transaction; sealed null: removes it. */
static enum errcode
totp_put(struct cx *cx, const struct technician *t, struct str sealed)
{
    const bool is_new = !str_is_null(sealed);
    enum errcode err = store_totp_set(cx, t->id, sealed);
    if (err == ERR_NONE && is_new)
        err = store_factor_begin(cx, t->id);
    if (err == ERR_NONE)
        err = audit_append(cx, (struct audit_of){t->company_id, t->id},
                           is_new ? AUDIT_TOTP_ENROLLED : AUDIT_TOTP_REMOVED, NULL);
    if (err == ERR_NONE)
        err = notice_tell(cx, t->id, is_new ? NOTICE_CODES_ADDED : NOTICE_CODES_REMOVED, STR_NULL);
    return err;
}

enum errcode
totp_enrol(struct cx *cx, int64_t technician_id, struct str *uri_out)
{
    struct technician t;
    struct totp totp;
    *uri_out = STR_NULL;
    enum errcode err = technician_begin_change(cx, technician_id, &t);
    if (err != ERR_NONE)
        return err;
    err = totp_new(cx, &t, t.id, &totp);
    if (err == ERR_NONE)
        err = totp_put(cx, &t, totp.sealed);
    err = db_end(cx, err);
    if (err == ERR_NONE)
        *uri_out = totp.uri;
    return err;
}

enum errcode
totp_remove_within(struct cx *cx, const struct technician *t)
{
    if (!t->has_totp)
        return err_set(cx, ERR_NOT_FOUND, "the account has no codes");
    return totp_put(cx, t, STR_NULL);
}

enum errcode
totp_remove(struct cx *cx, int64_t technician_id)
{
    struct technician t;
    enum errcode err = technician_begin_change(cx, technician_id, &t);
    return err != ERR_NONE ? err : db_end(cx, totp_remove_within(cx, &t));
}

/* 80 bits are too few for a plain digest: an attacker with the database could search them. */
static struct digest
recovery_digest(const struct cx *cx, struct str code)
{
    return env_lookup(cx, STR_LIT("recovery"), code);
}

static enum errcode
recovery_code_new(struct cx *cx, int64_t technician_id, struct str *code_out)
{
    unsigned char bytes[RECOVERY_BYTES];
    rand_bytes(bytes, sizeof bytes);
    struct str code = codec_base32(&cx->arena, bytes, sizeof bytes);
    secret_wipe(bytes, sizeof bytes);
    ASSERT(code.n == RECOVERY_CHARS);
    struct digest digest = recovery_digest(cx, code);
    *code_out = arena_printf(&cx->arena, "%.4s-%.4s-%.4s-%.4s", code.p, code.p + 4, code.p + 8, code.p + 12);
    return store_recovery_add(cx, technician_id, &digest);
}

enum errcode
recovery_codes_new_within(struct cx *cx, const struct technician *t, struct str codes_out[RECOVERY_CODES])
{
    enum errcode err = store_recovery_clear(cx, t->id);
    for (size_t i = 0; i < RECOVERY_CODES && err == ERR_NONE; i++)
        err = recovery_code_new(cx, t->id, &codes_out[i]);
    if (err == ERR_NONE)
        err = store_factor_begin(cx, t->id);
    if (err == ERR_NONE)
        err = audit_append(cx, (struct audit_of){t->company_id, t->id}, AUDIT_RECOVERY_CREATED, NULL);
    return err != ERR_NONE ? err : notice_tell(cx, t->id, NOTICE_RECOVERY_MADE, STR_NULL);
}

enum errcode
recovery_codes_new(struct cx *cx, int64_t technician_id, struct str codes_out[RECOVERY_CODES])
{
    struct technician t;
    struct str codes[RECOVERY_CODES];
    enum errcode err = technician_begin_change(cx, technician_id, &t);
    if (err != ERR_NONE)
        return err;
    err = db_end(cx, recovery_codes_new_within(cx, &t, codes));
    for (size_t i = 0; i < RECOVERY_CODES; i++)
        codes_out[i] = err == ERR_NONE ? codes[i] : STR_NULL;
    return err;
}

enum errcode
recovery_codes_left(struct cx *cx, int64_t technician_id, int64_t *n_out)
{
    return store_recovery_count(cx, technician_id, n_out);
}

static bool
is_all(struct str s, bool (*is_one)(char c))
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_one(s.p[i]))
            return false;
    return true;
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_base32(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7');
}

static enum code_kind
kind_of(struct str text)
{
    if (text.n == TOTP_DIGITS && is_all(text, is_digit))
        return CODE_TOTP;
    return text.n == RECOVERY_CHARS && is_all(text, is_base32) ? CODE_RECOVERY : CODE_NONE;
}

enum code_kind
code_kind(struct cx *cx, struct str code)
{
    return kind_of(text_typed(cx, code));
}

int64_t
code_latest_step(void)
{
    return clock_wall() / STEP + DRIFT;
}

/* The step that the code belongs to, among those allowed by drift and later than the last used one; 0:
 * none. Uses the wall clock, since the phone counts by its own. If drift does not allow the last used
 * step, it was used while the clock was ahead, and would block every code until then: it is ignored. */
static int64_t
matching_step(const struct secret *seed, uint64_t number, int64_t last_step)
{
    int64_t now = clock_wall() / STEP, found = 0;
    if (last_step > now + DRIFT)
        last_step = 0;
    for (int64_t step = now + DRIFT; step >= now - DRIFT; step--)
        if (totp_at(seed->bytes, seed->n, (uint64_t)step) == number && step > last_step)
            found = step;
    return found;
}

/* The step of a code under the sealed seed; 0: not a code that can be accepted now. */
static enum errcode
step_of(struct cx *cx, struct str sealed, int64_t row, struct str code, int64_t last_step, int64_t *step_out)
{
    struct secret seed;
    uint64_t number;
    *step_out = 0;
    if (str_to_u64(code, 999999, &number) != ERR_NONE)
        return ERR_NONE;
    enum errcode err = seal_open(cx, sealed, row, &seed);
    if (err != ERR_NONE)
        return err;
    *step_out = matching_step(&seed, number, last_step);
    secret_clear(&seed);
    return ERR_NONE;
}

static enum errcode
totp_spend(struct cx *cx, int64_t technician_id, struct str code, bool *right_out)
{
    struct str sealed;
    int64_t last_step, step = 0;
    enum errcode err = store_totp_get(cx, technician_id, &sealed, &last_step);
    if (err == ERR_NONE && !str_is_null(sealed))
        err = step_of(cx, sealed, technician_id, code, last_step, &step);
    return err != ERR_NONE || step == 0 ? err
                                        : store_totp_step(cx, technician_id, last_step, step, right_out);
}

static enum errcode
recovery_spend(struct cx *cx, int64_t technician_id, struct str code, bool *right_out)
{
    struct technician t;
    int64_t left = 0;
    struct digest digest = recovery_digest(cx, code);
    enum errcode err = store_recovery_spend(cx, technician_id, &digest, right_out);
    if (err != ERR_NONE || !*right_out)
        return err;
    err = technician_get(cx, technician_id, &t);
    if (err == ERR_NONE)
        err = store_recovery_count(cx, technician_id, &left);
    if (err == ERR_NONE)
        err = audit_append(cx, (struct audit_of){t.company_id, t.id}, AUDIT_RECOVERY_USED, "left",
                           arena_printf(&cx->arena, "%lld", (long long)left), NULL);
    return err;
}

enum errcode
code_spend(struct cx *cx, int64_t technician_id, struct str code, bool *right_out, const char **kind_out)
{
    struct str text = text_typed(cx, code);
    const enum code_kind kind = kind_of(text);
    *right_out = false;
    *kind_out = kind == CODE_RECOVERY ? "recovery" : "totp";
    if (kind == CODE_RECOVERY)
        return recovery_spend(cx, technician_id, text, right_out);
    return kind == CODE_TOTP ? totp_spend(cx, technician_id, text, right_out) : ERR_NONE;
}

enum errcode
totp_confirm_within(struct cx *cx, const struct technician *t, const struct totp_waiting *w, struct str code,
                    bool *right_out)
{
    struct secret seed;
    int64_t step = 0;
    struct str text = text_typed(cx, code);
    *right_out = false;
    enum errcode err = kind_of(text) == CODE_TOTP ? step_of(cx, w->sealed, w->row, text, 0, &step) : ERR_NONE;
    if (err != ERR_NONE || step == 0)
        return err;
    err = seal_open(cx, w->sealed, w->row, &seed);
    if (err != ERR_NONE)
        return err;
    err = totp_put(cx, t, seal_close(cx, &seed, t->id));
    secret_clear(&seed);
    return err != ERR_NONE ? err : store_totp_step(cx, t->id, 0, step, right_out);
}
