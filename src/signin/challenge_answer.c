/* SPDX-License-Identifier: Apache-2.0 */
/* challenge_answer: what a phone sees of a push, and its answer. The signed statement is rebuilt here from
 * the row, so the phone can only have signed what it was shown; number and decision are only examined
 * after the signature has verified. */
#include "signin/challenge_answer.h"

#include "accounts/passkey.h"
#include "accounts/reported.h"
#include "accounts/challenge_pace.h"
#include "text/text.h"
#include "base/codec.h"
#include "db/db.h"
#include "keys/env.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include "signin/attempt.h"
#include "signin/place.h"

enum { STATEMENT_MAX = 8192 };

/* A challenge with everything that its statement consists of. */
struct shown {
    struct challenge_row c;
    struct login_row login;
    struct technician t;
    struct company company;
    struct challenge_view view;
};

static struct challenge_view
view_of(struct cx *cx, const struct shown *s)
{
    const struct challenge_row *c = &s->c;
    const int64_t left = c->expires_at <= cx->now ? 0 : (c->expires_at - cx->now + CLOCK_S - 1) / CLOCK_S;
    return (struct challenge_view){
        .id = c->public_id,
        .nonce = codec_base64url(&cx->arena, c->nonce.p, c->nonce.n),
        .audience = cx->env->public_url,
        .company = s->company.title,
        .account = s->t.email,
        .purpose = s->login.purpose,
        .console = s->login.console,
        .source = s->login.source,
        .created = clock_text(&cx->arena, c->created_at),
        .expires = clock_text(&cx->arena, c->expires_at),
        .number_required = c->number_required,
        .number_digits = (uint8_t)c->number_digits,
        .tries_left = (uint8_t)c->tries_left,
        .seconds_left = (int32_t)left,
    };
}

/* What is shown besides, and not signed. */
static enum errcode
add_place(struct cx *cx, struct shown *s)
{
    struct place place;
    enum errcode err = place_look(cx, s->t.id, s->login.source, &place);
    if (err == ERR_NONE && place.has_past)
        s->view.place = place.seen_at != 0 ? STR_LIT("known") : STR_LIT("new");
    if (err == ERR_NONE && place.seen_at != 0)
        s->view.place_seen = clock_text(&cx->arena, place.seen_at);
    return err;
}

static enum errcode
fill(struct cx *cx, struct shown *s)
{
    enum errcode err = store_login_get(cx, s->c.login_id, &s->login);
    if (err == ERR_NONE)
        err = technician_get(cx, s->c.technician_id, &s->t);
    if (err == ERR_NONE)
        err = company_get(cx, s->t.company_id, &s->company);
    if (err == ERR_NONE)
        s->view = view_of(cx, s);
    return err;
}

/* Whether the challenge can be answered now; if not, the reason. */
static enum answer
answerable(const struct cx *cx, const struct challenge_row *c)
{
    /* A polling console gets the outcome at once and spends it: the state is `used`, though no phone
     * answered. */
    enum challenge_state state = CHALLENGE_rejected; /* if the row had none */
    const bool is_over = c->expires_at <= cx->now;
    (void)challenge_state_read(c->state, &state);
    if (state == CHALLENGE_expired)
        return ANSWER_EXPIRED;
    if (state == CHALLENGE_cancelled || state == CHALLENGE_failed)
        return ANSWER_WITHDRAWN;
    if (state == CHALLENGE_used && c->answered_at == 0)
        return is_over ? ANSWER_EXPIRED : ANSWER_WITHDRAWN;
    if (state != CHALLENGE_pending)
        return ANSWER_ALREADY;
    return is_over ? ANSWER_EXPIRED : ANSWER_OK;
}

static enum errcode
find(struct cx *cx, const struct device *d, struct str public_id, enum answer *answer_out, struct shown *s)
{
    *answer_out = ANSWER_UNKNOWN;
    if (str_is_empty(public_id))
        return ERR_NONE;
    enum errcode err = store_challenge_by_public_id(cx, public_id, &s->c);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    if (err != ERR_NONE || s->c.technician_id != d->technician_id)
        return err;
    *answer_out = answerable(cx, &s->c);
    return fill(cx, s);
}

/* That a phone was shown it: then it does not fail because no notification has arrived. Of a note that is
 * lost, with the machine, the worst is that it does. */
static enum errcode
note_seen(struct cx *cx, const struct challenge_row *c)
{
    if (c->seen_at != 0)
        return ERR_NONE;
    enum errcode err = db_begin_note(cx);
    return err == ERR_NONE ? db_end(cx, store_challenge_seen(cx, c->id, cx->now)) : err;
}

enum errcode
challenge_pending(struct cx *cx, const struct device *d, struct challenge_view **views_out, size_t *n_out)
{
    struct challenge_row *rows = NULL;
    size_t n = 0;
    *n_out = 0;
    *views_out = NULL;
    enum errcode err =
        store_challenge_list(cx, d->technician_id, str_from_cstr(challenge_state_name(CHALLENGE_pending)),
                             CHALLENGE_LISTED, &rows, &n);
    if (err != ERR_NONE)
        return err;
    *views_out = arena_array(&cx->arena, n + 1, sizeof **views_out);
    for (size_t i = 0; i < n; i++) {
        struct shown s = {.c = rows[i]};
        if (answerable(cx, &s.c) != ANSWER_OK)
            continue;
        if ((err = fill(cx, &s)) != ERR_NONE || (err = add_place(cx, &s)) != ERR_NONE)
            return err;
        (*views_out)[(*n_out)++] = s.view;
        if ((err = note_seen(cx, &s.c)) != ERR_NONE)
            return err;
    }
    return ERR_NONE;
}

enum errcode
challenge_fetch(struct cx *cx, const struct device *d, struct str public_id, enum answer *answer_out,
                struct challenge_view *view_out)
{
    struct shown s;
    enum errcode err = find(cx, d, public_id, answer_out, &s);
    if (err != ERR_NONE || *answer_out != ANSWER_OK)
        return err;
    if ((err = add_place(cx, &s)) != ERR_NONE)
        return err;
    *view_out = s.view;
    return note_seen(cx, &s.c);
}

/* One answer being processed. */
struct hearing {
    const struct device *d;
    const struct challenge_reply *reply;
    struct shown s;
    struct str statement;
    enum answer answer;
    int64_t tries_left;
};

static struct str
device_text(struct cx *cx, const struct device *d)
{
    return arena_printf(&cx->arena, "%lld", (long long)d->id);
}

static struct str
statement_of(struct cx *cx, const struct hearing *h)
{
    struct buf b;
    buf_init(&b, STATEMENT_MAX);
    statement_write_answer(&b, &h->s.view, device_text(cx, h->d),
                           str_from_cstr(decision_name(h->reply->decision)), h->reply->number);
    struct str statement = buf_is_over(&b) ? STR_NULL : arena_str(&cx->arena, buf_view(&b));
    buf_clear(&b);
    return statement;
}

static struct audit_of
subject(const struct hearing *h)
{
    return (struct audit_of){h->s.company.id, h->s.t.id};
}

/* base64url; null stays null, and is omitted. */
static struct str
text_of(struct cx *cx, struct str bytes)
{
    return str_is_null(bytes) ? STR_NULL : codec_base64url(&cx->arena, bytes.p, bytes.n);
}

/* The receipt: the exact bytes and the signature over them; for an approval, also the passkey's. */
static enum errcode
record(struct cx *cx, const struct hearing *h, enum audit_event event)
{
    static const struct passkey_assertion none;
    const struct passkey_assertion *p = h->reply->decision == DECISION_APPROVE ? &h->reply->passkey : &none;
    return audit_append(cx, subject(h), event, "challenge", h->s.c.public_id, "device", device_text(cx, h->d),
                        "statement", text_of(cx, h->statement), "signature", text_of(cx, h->reply->signature),
                        "authenticator_data", text_of(cx, p->authenticator_data), "client_data",
                        text_of(cx, p->client_data), "passkey_signature", text_of(cx, p->signature), NULL);
}

static enum errcode
move(struct cx *cx, struct hearing *h, enum challenge_event event, enum audit_event name)
{
    const struct challenge_move m = {h->s.c.id, CHALLENGE_pending, event, h->d->id};
    bool won = false;
    enum errcode err = challenge_move(cx, &m, &won);
    h->answer = won ? ANSWER_OK : ANSWER_ALREADY;
    return err == ERR_NONE && won ? record(cx, h, name) : err;
}

static enum errcode
hear_wrong_number(struct cx *cx, struct hearing *h)
{
    struct policy p;
    struct lockout l;
    const struct lockout_name name = {&h->s.t, &p, h->s.t.email_key};
    enum errcode err = store_challenge_take_try(cx, h->s.c.id, &h->tries_left);
    if (err != ERR_NONE)
        return err;
    if (h->tries_left < 0) {
        h->answer = ANSWER_ALREADY;
        return ERR_NONE;
    }
    if ((err = policy_get(cx, h->s.company.id, &p)) != ERR_NONE)
        return err;
    /* It counts against the address that requested the push: the phone's user only typed the number on
     * that console. */
    err = lockout_fail(cx, &name, h->s.login.source, &l);
    if (err == ERR_NONE)
        err = h->tries_left == 0 ? move(cx, h, CHALLENGE_EVENT_wrong_number, AUDIT_PUSH_WRONG_NUMBER)
                                 : record(cx, h, AUDIT_PUSH_WRONG_NUMBER);
    h->answer = ANSWER_WRONG_NUMBER;
    return err;
}

static bool
is_number(struct str typed, int64_t digits)
{
    uint64_t value;
    return typed.n == (size_t)digits && str_to_u64(typed, 999999, &value) == ERR_NONE;
}

/* The number is examined only after both signatures have verified. */
static enum errcode
hear_approval(struct cx *cx, struct hearing *h)
{
    enum passkey_verdict verdict;
    struct str number = token_number(cx, h->s.c.id, h->s.c.nonce, h->s.c.number_digits);
    enum errcode err = passkey_verify(cx, h->d, h->statement, &h->reply->passkey, &verdict);
    if (err != ERR_NONE)
        return err;
    if (verdict == PASSKEY_REQUIRED || verdict == PASSKEY_BAD) {
        h->answer = verdict == PASSKEY_BAD ? ANSWER_BAD_PASSKEY : ANSWER_PASSKEY_REQUIRED;
        return ERR_NONE;
    }
    const struct str typed = text_typed(cx, h->reply->number);
    if (h->s.c.number_required && !is_number(typed, h->s.c.number_digits)) {
        h->answer = ANSWER_WRONG_NUMBER; /* a typing mistake rather than a guess: no try is used up */
        return ERR_NONE;
    }
    if (h->s.c.number_required && !secret_equal_str(number, typed))
        return hear_wrong_number(cx, h);
    return move(cx, h, CHALLENGE_EVENT_approve, AUDIT_PUSH_APPROVED);
}

static enum errcode
hear_refusal(struct cx *cx, struct hearing *h)
{
    bool reports = h->reply->decision == DECISION_NOT_ME;
    enum errcode err = reports ? move(cx, h, CHALLENGE_EVENT_report, AUDIT_PUSH_REPORTED)
                               : move(cx, h, CHALLENGE_EVENT_reject, AUDIT_PUSH_REJECTED);
    if (err != ERR_NONE || h->answer != ANSWER_OK)
        return err;
    err = challenge_pace_count(cx, &h->s.t, CHALLENGE_PACE_REFUSED);
    if (err == ERR_NONE && reports)
        err = store_password_ask_new(cx, h->s.t.id, cx->now);
    if (err == ERR_NONE && reports)
        err = reported_add(cx, &h->s.t, h->s.login.id, h->s.login.source);
    return err;
}

/* Within the open transaction: nothing read earlier is relied on. */
static enum errcode
hear_within(struct cx *cx, struct hearing *h)
{
    struct device d;
    enum errcode err = device_get(cx, h->d->id, &d);
    if (err == ERR_NONE)
        err = store_challenge_get(cx, h->s.c.id, &h->s.c);
    if (err == ERR_NONE)
        err = technician_get(cx, h->s.c.technician_id, &h->s.t);
    if (err != ERR_NONE)
        return err;
    h->answer = answerable(cx, &h->s.c);
    h->tries_left = h->s.c.tries_left;
    if (d.state != DEVICE_ACTIVE || h->s.t.deleted_at != 0)
        h->answer = ANSWER_UNKNOWN;
    if (h->answer != ANSWER_OK)
        return ERR_NONE;
    return h->reply->decision == DECISION_APPROVE ? hear_approval(cx, h) : hear_refusal(cx, h);
}

static enum errcode
refuse_signature(struct cx *cx, const struct hearing *h)
{
    return audit_append(cx, subject(h), AUDIT_PUSH_BAD_SIGNATURE, "challenge", h->s.c.public_id, "device",
                        device_text(cx, h->d), NULL);
}

static void
count(const struct cx *cx, const struct hearing *h)
{
    static const int decisions[] = {[DECISION_APPROVE] = METRICS_DECISION_APPROVED,
                                    [DECISION_REJECT] = METRICS_DECISION_REJECTED,
                                    [DECISION_NOT_ME] = METRICS_DECISION_REPORTED};
    if (h->answer == ANSWER_OK)
        metrics_observe(METRIC_APPROVAL, decisions[h->reply->decision], cx->now - h->s.c.created_at);
}

/* In its own transaction. */
static enum errcode
hear(struct cx *cx, struct hearing *h)
{
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = h->answer == ANSWER_BAD_SIGNATURE ? refuse_signature(cx, h) : hear_within(cx, h);
    err = db_end(cx, err);
    if (err == ERR_NONE)
        count(cx, h);
    return err;
}

/* Leaves ANSWER_OK where the signature verifies. */
static void
verify(struct cx *cx, struct hearing *h)
{
    h->statement = statement_of(cx, h);
    if (str_is_null(h->statement)) {
        h->answer = ANSWER_BAD_REQUEST;
    } else if (es256_verify(cx, h->d->public_key, h->statement, h->reply->signature) == ERR_NONE) {
        cx->proofs |= CX_PROOF_SIGNATURE;
    } else {
        err_forget(cx);
        h->answer = ANSWER_BAD_SIGNATURE;
    }
}

enum errcode
challenge_answer(struct cx *cx, const struct device *d, const struct challenge_reply *reply,
                 enum answer *answer_out, uint8_t *tries_left_out)
{
    struct hearing h = {.d = d, .reply = reply};
    enum errcode err = find(cx, d, reply->public_id, &h.answer, &h.s);
    *answer_out = h.answer;
    *tries_left_out = h.answer == ANSWER_UNKNOWN ? 0 : (uint8_t)h.s.c.tries_left;
    if (err != ERR_NONE || h.answer != ANSWER_OK)
        return err;
    if (reply->decision == DECISION_APPROVE && h.s.c.number_required && str_is_empty(reply->number)) {
        *answer_out = ANSWER_NUMBER_REQUIRED;
        return ERR_NONE;
    }
    h.tries_left = h.s.c.tries_left;
    verify(cx, &h);
    if (h.answer != ANSWER_BAD_REQUEST && (err = hear(cx, &h)) != ERR_NONE)
        return err;
    *answer_out = h.answer;
    *tries_left_out = h.tries_left < 0 ? 0 : (uint8_t)h.tries_left;
    if (h.answer == ANSWER_OK && reply->decision == DECISION_NOT_ME)
        log_event(LOG_PUSH_REPORTED, "technician=%lld source=%s", (long long)h.s.t.id,
                  log_quote(&cx->arena, h.s.login.source));
    return ERR_NONE;
}
