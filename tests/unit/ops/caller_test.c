/* SPDX-License-Identifier: Apache-2.0 */
/* caller: every operation of ops.def, called with its caller's whole proof, and with each part of it missing,
 * another's, or expired. A new row is tested here without further code; a new caller needs its arm in
 * bring(). */
#include "tests/unit/signin/world.h"
#include "tests/unit/ops/operators.h"
#include "tests/unit/ops/signed.h"

#include <assert.h>

#include "accounts/enrolment.h"
#include "accounts/operator_session.h"
#include "contract/call.h"
#include "ops/ops.h"

enum fault { RIGHT, ABSENT, FOREIGN, EXPIRED };

struct trial {
    struct world *w;
    const struct ct_op *op;
    enum ct_caller_id at; /* whose proof has the fault */
    enum fault fault;
    struct handset phone; /* the one that calls; w->phone is another of the account */
    struct str self_token;
    struct call call;
    struct call_reply reply;
    _Alignas(16) unsigned char in[1024], out[1024];
};

static bool
proves(const struct trial *t, enum ct_caller_id caller)
{
    enum ct_caller_id as = t->op->caller;
    while (as != caller && as != CT_CALLER_NOBODY)
        as = ct_callers[as].before;
    return as == caller;
}

static bool
has_fault(const struct trial *t, enum ct_caller_id at, enum fault fault)
{
    return t->at == at && t->fault == fault;
}

static bool
has_member(const struct trial *t, const char *name)
{
    for (size_t i = 0; i < t->op->in.n; i++)
        if (str_eq(t->op->in.fields[i].name, str_from_cstr(name)))
            return true;
    return false;
}

static void
put(struct trial *t, const char *name, struct str value)
{
    if (has_member(t, name))
        *member_of(t->op->id, t->in, name) = str_is_null(value) ? STR_NULL : arena_str(&t->w->kept, value);
}

/* The token as it is to be sent: none, `foreign`, or the right one. */
static struct str
sent(const struct trial *t, enum ct_caller_id at, struct str token, struct str foreign)
{
    return has_fault(t, at, ABSENT) ? STR_NULL : has_fault(t, at, FOREIGN) ? foreign : token;
}

static struct str
behind(struct str text, const char *mark)
{
    size_t at = str_find_str(text, str_from_cstr(mark));
    assert_true(at < text.n);
    return str_sub(text, at + strlen(mark), text.n);
}

static struct str
signed_by(struct trial *t, enum ct_caller_id at, struct str statement)
{
    const struct handset *p = has_fault(t, at, FOREIGN) ? &t->w->phone : &t->phone;
    struct str raw = phone_sign(t->w->f, &p->key, statement);
    return has_fault(t, at, ABSENT) ? STR_NULL : codec_base64url(&t->w->kept, raw.p, raw.n);
}

static void
expire(struct trial *t, enum ct_caller_id at, int64_t by)
{
    if (has_fault(t, at, EXPIRED))
        world_later(t->w, by);
}

static void
bring_login(struct trial *t)
{
    assert_int_equal(world_login(t->w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(t->w), SIGNIN_OK);
    put(t, "sLoginToken", sent(t, CT_CALLER_LOGIN, t->w->login, t->w->push));
    put(t, "sPushToken", t->w->push);
    expire(t, CT_CALLER_LOGIN, CLOCK_DAY);
}

static void
bring_session(struct trial *t)
{
    world_sign_in(t->w);
    t->call.session = sent(t, CT_CALLER_SESSION, t->w->session, t->w->login);
    expire(t, CT_CALLER_SESSION, CLOCK_DAY);
}

static void
bring_ticket(struct trial *t)
{
    struct str link;
    assert_ok(enrolment_new(t->w->cx, t->w->technician, CLOCK_HOUR, &link));
    struct str ticket = sent(t, CT_CALLER_TICKET, phone_ticket(link), STR_LIT("made-up"));
    put(t, "sTicket", ticket);
    put(t, "sPublicKey", codec_base64url(&t->w->kept, t->phone.key.public_key, P256_POINT));
    put(t, "sName", STR_LIT("tablet"));
    struct str raw = phone_sign(t->w->f, &t->phone.key, phone_enrol_statement(t->w->f, ticket, "tablet"));
    put(t, "sSignature", codec_base64url(&t->w->kept, raw.p, raw.n));
    expire(t, CT_CALLER_TICKET, CLOCK_DAY);
}

static void
bring_console(struct trial *t)
{
    world_sign_in(t->w);
    put(t, "sTicket", sent(t, CT_CALLER_CONSOLE, behind(t->w->answer.url, "ticket="), t->w->session));
    expire(t, CT_CALLER_CONSOLE, CLOCK_DAY);
}

static void
bring_device(struct trial *t)
{
    struct world *w = t->w;
    struct str token;
    assert_ok(device_get(w->cx, phone_enrol(w->f, &t->phone.key, w->technician, &token), &t->phone.device));
    t->phone.device.public_key = arena_str(&w->kept, t->phone.device.public_key);
    put(t, "sDeviceToken", sent(t, CT_CALLER_DEVICE, token, STR_LIT("made-up")));
}

static void
bring_self(struct trial *t)
{
    t->self_token = handset_opens(t->w, &t->phone).token;
    struct str foreign = handset_opens(t->w, &t->w->phone).token;
    put(t, "sSelfToken", sent(t, t->op->caller, t->self_token, foreign));
    put(t, "sDeviceId", arena_printf(&t->w->kept, "%lld", (long long)t->phone.device.id));
    expire(t, t->op->caller, SELF_LIFE);
}

static void
bring_answer(struct trial *t)
{
    struct challenge_view shown;
    struct buf b;
    assert_int_equal(world_login(t->w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(t->w), SIGNIN_OK);
    handset_sees(t->w, &t->phone, &shown);
    buf_init(&b, 8192);
    statement_write_answer(&b, &shown, arena_printf(&t->w->kept, "%lld", (long long)t->phone.device.id),
                           STR_LIT("approve"), t->w->number);
    put(t, "sChallengeId", shown.id);
    put(t, "sDecision", STR_LIT("approve"));
    put(t, "sNumber", t->w->number);
    put(t, "sSignature", signed_by(t, CT_CALLER_SIGNED, buf_view(&b)));
    buf_clear(&b);
}

static void
bring_opening(struct trial *t)
{
    struct str nonce;
    assert_ok(deed_nonce(t->w->cx, &t->phone.device, &nonce));
    put(t, "sNonce", nonce);
    put(t, "sSignature", signed_by(t, CT_CALLER_SIGNED, handset_self_statement(t->w, &t->phone, nonce)));
}

/* Either statement of the operation's own. */
static void
bring_signed(struct trial *t)
{
    const char *const passkey[] = {"sAuthenticatorData", "sClientData", "sPasskeySignature"};
    for (size_t i = 0; i < ARRAY_LEN(passkey); i++)
        put(t, passkey[i], STR_NULL);
    if (has_member(t, "sChallengeId"))
        bring_answer(t);
    else
        bring_opening(t);
    expire(t, CT_CALLER_SIGNED, DEED_NONCE_LIFE);
}

/* The last thing: it is signed over all that was brought. */
static void
bring_deed(struct trial *t)
{
    struct deed deed;
    struct str nonce;
    assert_ok(deed_nonce(t->w->cx, &t->phone.device, &nonce));
    put(t, "sNonce", nonce);
    put(t, "sSignature", STR_LIT("AAAA"));
    assert_true(ops_deed(t->w->cx, t->op->id, t->in, &t->phone.device, &deed));
    put(t, "sSignature", signed_by(t, CT_CALLER_DEED, deed.statement));
    expire(t, CT_CALLER_DEED, DEED_NONCE_LIFE);
}

static void
bring_operator(struct trial *t)
{
    struct str token = operators_session(t->w, operators_add(t->w, least_role(t->op)));
    operators_members(t->w, t->op, t->in);
    t->call.operator_session = sent(t, t->op->caller, token, STR_LIT("made-up"));
    expire(t, t->op->caller, OPERATOR_LIFE);
}

static void
bring_link(struct trial *t)
{
    struct str link;
    t->w->f->env.public_url = STR_LIT("https://sign-in.example.com");
    assert_ok(operator_link_new(t->w->cx, operators_add(t->w, OPERATOR_AUDITOR), CLOCK_HOUR, false, &link));
    put(t, "sLink", sent(t, CT_CALLER_LINK, behind(link, "#"), STR_LIT("made-up")));
    put(t, "sAttestation", STR_LIT("AAAA"));
    expire(t, CT_CALLER_LINK, CLOCK_DAY);
}

static void
bring(struct trial *t)
{
    static_assert(CT_CALLER_COUNT_ == 16, "a new caller is tried here too");
    if (proves(t, CT_CALLER_LOGIN))
        bring_login(t);
    if (proves(t, CT_CALLER_SESSION))
        bring_session(t);
    if (proves(t, CT_CALLER_TICKET))
        bring_ticket(t);
    if (proves(t, CT_CALLER_CONSOLE))
        bring_console(t);
    if (proves(t, CT_CALLER_DEVICE))
        bring_device(t);
    if (proves(t, CT_CALLER_SELF) || proves(t, CT_CALLER_SELF_DEED))
        bring_self(t);
    if (proves(t, CT_CALLER_SIGNED))
        bring_signed(t);
    if (proves(t, CT_CALLER_DEED))
        bring_deed(t);
    if (proves(t, CT_CALLER_LINK))
        bring_link(t);
    if (is_operator(t->op->caller))
        bring_operator(t);
    if (has_fault(t, CT_CALLER_DEVICE, EXPIRED))
        assert_ok(device_set_state(t->w->cx, t->phone.device.id, DEVICE_DISABLED));
}

static bool
is_one_of(struct str name, const char *names)
{
    struct str rest = str_from_cstr(names);
    while (!str_is_empty(rest)) {
        size_t end = str_find(rest, ' ');
        if (str_eq(str_sub(rest, 0, end), name))
            return true;
        rest = end < rest.n ? str_sub(rest, end + 1, rest.n) : STR_NULL;
    }
    return false;
}

static void
expect(const struct trial *t)
{
    const struct ct_caller *row = &ct_callers[t->at];
    const char *const names[] = {"", row->absent, row->foreign, row->expired};
    const char *const faults[] = {"right", "absent", "foreign", "expired"};
    const struct ct_enum *results = t->op->out.fields[0].en;
    struct str result = results->values[ct_result(t->op, t->out)].bare;
    const bool is_right = t->fault == RIGHT;
    if (caller_is_proved(t->w->cx, t->op->caller) != is_right ||
        (!is_right && !is_one_of(result, names[t->fault])))
        fail_msg("%s as %s, %s: %s", t->op->name.p, row->name.p, faults[t->fault], result.p);
}

/* What is refused before the handler says its result and nothing else. */
static void
expect_nothing_but_a_result(const struct trial *t)
{
    _Alignas(16) unsigned char blank[sizeof t->out];
    ct_blank(t->op, blank);
    memcpy(blank, t->out, sizeof(int));
    assert_memory_equal(blank, t->out, t->op->out.size);
}

/* In a world of its own. */
static void
run_trial(const struct ct_op *op, enum ct_caller_id at, enum fault fault)
{
    struct trial t = {.op = op,
                      .at = at,
                      .fault = fault,
                      .call = {.source = STR(FIXTURE_SOURCE), .user_agent = STR("app")},
                      .reply = {.status = CALL_DONE}};
    void *state = NULL;
    assert_int_equal(world_set_up(&state), 0);
    t.w = state;
    phone_init(&t.phone.key);
    assert_true(op->in.size <= sizeof t.in && op->out.size <= sizeof t.out);
    for (size_t i = 0; i < op->in.n; i++)
        if (op->in.fields[i].kind == CT_STRING)
            put(&t, op->in.fields[i].name.p, STR_LIT("AAAA"));
    put(&t, "sAttestation", STR_NULL);
    if (has_member(&t, "sTicket"))
        put(&t, "sClientData", STR_NULL);
    bring(&t);
    t.w->cx->call = &t.call;
    t.w->cx->reply = &t.reply;
    assert_ok(ops_run(t.w->cx, op->id, t.in, t.out));
    expect(&t);
    if (fault == ABSENT)
        expect_nothing_but_a_result(&t);
    phone_clear(&t.phone.key);
    assert_int_equal(world_tear_down(&state), 0);
}

static void
the_right_proof_gets_in(void **state)
{
    (void)state;
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++)
        if (op->face != CT_FACE_SANDBOX)
            run_trial(op, op->caller, RIGHT);
}

static void
each_part_of_a_proof_is_asked_for(void **state)
{
    size_t n = 0;
    (void)state;
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++)
        for (enum ct_caller_id at = op->caller; at != CT_CALLER_NOBODY; at = ct_callers[at].before) {
            run_trial(op, at, ABSENT);
            run_trial(op, at, FOREIGN);
            run_trial(op, at, EXPIRED);
            n++;
        }
    assert_true(n > CT_OP_COUNT_);
}

/* What a row takes says who calls it: a token that is taken is looked at. */
static void
a_row_that_takes_a_token_names_its_caller(void **state)
{
    static const struct {
        const char *member;
        enum ct_caller_id callers[2];
    } tokens[] = {{"sLoginToken", {CT_CALLER_LOGIN, CT_CALLER_LOGIN}},
                  {"sTicket", {CT_CALLER_TICKET, CT_CALLER_CONSOLE}},
                  {"sDeviceToken", {CT_CALLER_DEVICE, CT_CALLER_DEVICE}},
                  {"sLink", {CT_CALLER_LINK, CT_CALLER_LINK}},
                  {"sSelfToken", {CT_CALLER_SELF, CT_CALLER_SELF_DEED}},
                  {"sNonce", {CT_CALLER_DEED, CT_CALLER_SIGNED}}};
    (void)state;
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++)
        for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
            const struct trial t = {.op = op};
            const bool is_asked = proves(&t, tokens[i].callers[0]) || proves(&t, tokens[i].callers[1]);
            if (has_member(&t, tokens[i].member) && !is_asked)
                fail_msg("%s takes %s and does not ask for it", op->name.p, tokens[i].member);
        }
}

static void
every_refusal_is_a_result_of_its_operation(void **state)
{
    (void)state;
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++)
        for (enum ct_caller_id at = op->caller; at != CT_CALLER_NOBODY; at = ct_callers[at].before)
            assert_true(ct_enum_find(op->out.fields[0].en, str_from_cstr(ct_callers[at].absent)) > 0);
}

static void
a_caller_is_proved_by_all_of_its_proofs(void **state)
{
    struct cx cx;
    (void)state;
    cx_init(&cx);
    assert_true(caller_is_proved(&cx, CT_CALLER_NOBODY));
    assert_false(caller_is_proved(&cx, CT_CALLER_DEVICE));
    cx.proofs = CX_PROOF_DEVICE | CX_PROOF_SELF;
    assert_true(caller_is_proved(&cx, CT_CALLER_DEVICE));
    assert_true(caller_is_proved(&cx, CT_CALLER_SELF));
    assert_false(caller_is_proved(&cx, CT_CALLER_SELF_DEED));
    cx.proofs |= CX_PROOF_DEED;
    assert_true(caller_is_proved(&cx, CT_CALLER_SELF_DEED));
    cx_begin(&cx);
    assert_false(caller_is_proved(&cx, CT_CALLER_DEVICE));
    cx_clear(&cx);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_right_proof_gets_in),
        cmocka_unit_test(each_part_of_a_proof_is_asked_for),
        cmocka_unit_test(a_row_that_takes_a_token_names_its_caller),
        cmocka_unit_test(every_refusal_is_a_result_of_its_operation),
        cmocka_unit_test(a_caller_is_proved_by_all_of_its_proofs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
