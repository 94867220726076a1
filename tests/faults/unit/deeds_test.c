/* SPDX-License-Identifier: Apache-2.0 */
/* deeds: what operators do over the network, how they get in, and what is done to the audit log, with each of
 * their calls failing (sweep.h). */
#include "tests/faults/unit/sweep.h"
#include "tests/unit/ops/operators.h"
#include "tests/unit/webauthn/authenticator.h"

#include "accounts/alarm.h"
#include "accounts/code.h"
#include "accounts/device_change.h"
#include "accounts/operator_token.h"
#include "ledger/archive.h"
#include "ledger/sealer.h"
#include "ops/ops.h"

/* A token of the command line, which may do everything; and another operator, to whom it is done. */
static void *
by_owner(struct sweep_stage *s, enum ct_op_id op)
{
    struct world *w = s->w;
    struct str token;
    const struct operator_grant all = {.role = OPERATOR_OWNER, .everything = true};
    assert_ok(operator_token_add(w->cx, STR_LIT("root"), &all, OPERATOR_TOKEN_LIFE_MAX, &token));
    s->call.operator_token = sweep_kept(s, token);
    s->id = operators_add(w, OPERATOR_HELPDESK);
    assert_true(ct_ops[op].in.size <= sizeof s->in && ct_ops[op].out.size <= sizeof s->out);
    s->op = op;
    operators_members(w, &ct_ops[op], s->in);
    return s->in;
}

static struct str
number(struct sweep_stage *s, int64_t n)
{
    return arena_printf(&s->w->kept, "%lld", (long long)n);
}

/* With the members that are right for every operation. */
#define PLAIN(name)                              \
    static void do_##name(struct sweep_stage *s) \
    {                                            \
        (void)by_owner(s, CT_OP_admin_##name);   \
    }
PLAIN(technician_lock)
PLAIN(technician_reset)
PLAIN(technician_enrol)
PLAIN(technician_totp)
PLAIN(technician_recovery)
PLAIN(technician_add)
PLAIN(technician_delete)
PLAIN(device_rename)
PLAIN(device_remove)
PLAIN(session_end)
PLAIN(company_add)
PLAIN(policy_set)
PLAIN(policy_preview)
PLAIN(address_add)
PLAIN(operator_disable)
PLAIN(operator_delete)
PLAIN(token_add)

static void
do_technician_selfenrol(struct sweep_stage *s)
{
    (void)by_owner(s, CT_OP_admin_technician_selfenrol);
    assert_ok(device_set_state(s->w->cx, s->w->phone.device.id, DEVICE_REMOVED));
}

static void
do_technician_untotp(struct sweep_stage *s)
{
    struct str uri;
    (void)by_owner(s, CT_OP_admin_technician_untotp);
    assert_ok(totp_enrol(s->w->cx, s->w->technician, &uri));
}

static void
do_device_enable(struct sweep_stage *s)
{
    (void)by_owner(s, CT_OP_admin_device_enable);
    assert_ok(device_set_state(s->w->cx, s->w->phone.device.id, DEVICE_DISABLED));
}

static void
do_operator_enable(struct sweep_stage *s)
{
    (void)by_owner(s, CT_OP_admin_operator_enable);
    assert_ok(operator_set_state(s->w->cx, s->id, false));
}

static void
do_company_banned(struct sweep_stage *s)
{
    struct admin_company_set_in *in = by_owner(s, CT_OP_admin_company_set);
    in->sState = STR_LIT("banned");
    world_sign_in(s->w);
}

static void
do_operator_add(struct sweep_stage *s)
{
    struct admin_operator_add_in *in = by_owner(s, CT_OP_admin_operator_add);
    in->sReach = STR_LIT("acme");
}

static void
do_operator_lost(struct sweep_stage *s)
{
    struct admin_operator_link_in *in = by_owner(s, CT_OP_admin_operator_link);
    in->bLost = true;
    (void)operators_session(s->w, s->id);
}

static void
do_token_revoke(struct sweep_stage *s)
{
    struct admin_token_revoke_in *in = by_owner(s, CT_OP_admin_token_revoke);
    const struct operator_grant some = {.role = OPERATOR_AUDITOR, .companies = &s->w->company, .n = 1};
    struct str unused;
    in->sName = STR_LIT("other");
    assert_ok(operator_token_add(s->w->cx, in->sName, &some, CLOCK_DAY, &unused));
}

static void
do_address_remove(struct sweep_stage *s)
{
    struct admin_address_remove_in *in = by_owner(s, CT_OP_admin_address_remove);
    struct address_rule *rules = NULL;
    size_t n = 0;
    assert_ok(address_rule_add(s->w->cx, s->w->company, 0, false, STR_LIT("203.0.113.1")));
    assert_ok(address_rule_list(s->w->cx, s->w->company, 0, &rules, &n));
    in->sRuleId = number(s, rules[0].id);
}

static void
do_reported_take(struct sweep_stage *s)
{
    struct admin_reported_take_in *in = by_owner(s, CT_OP_admin_reported_take);
    world_wait(s->w);
    assert_int_equal(handset_answer(s->w, &s->w->phone, DECISION_NOT_ME, NULL), ANSWER_OK);
    in->sReportId = number(s, fixture_int(s->w->f, "SELECT id FROM reported"));
}

/* The way in. */

static struct str
link_of(struct sweep_stage *s)
{
    struct str url;
    s->id = operators_add(s->w, OPERATOR_HELPDESK);
    assert_ok(operator_link_new(s->w->cx, s->id, CLOCK_HOUR, false, &url));
    return sweep_kept(s, str_sub(url, str_find(url, '#') + 1, SIZE_MAX));
}

/* The passkey is made over `other`, if that is given. */
static void
enrols(struct sweep_stage *s, const struct authenticator *a, const char *other)
{
    struct operator_welcome welcome;
    const struct str link = link_of(s);
    assert_ok(operator_link_look(s->w->cx, link, &welcome));
    const struct passkey_registration r = authenticator_register(
        s->w->f, a, other != NULL ? str_from_cstr(other) : sweep_kept(s, welcome.challenge));
    *SWEEP_IN(s, admin_link_use) =
        (struct admin_link_use_in){.sLink = link,
                                   .sName = STR("laptop"),
                                   .sAttestation = sweep_text64(s, r.attestation_object),
                                   .sClientData = sweep_text64(s, r.client_data)};
}

static void
do_link_used(struct sweep_stage *s)
{
    struct authenticator a;
    authenticator_init(&a);
    enrols(s, &a, NULL);
    authenticator_clear(&a);
}

static void
link_used_with_a_foreign_passkey(struct sweep_stage *s)
{
    struct authenticator a;
    authenticator_init(&a);
    enrols(s, &a, "another challenge");
    authenticator_clear(&a);
}

static void
signs_in(struct sweep_stage *s, bool is_disabled)
{
    struct authenticator a;
    struct admin_link_use_out used;
    struct call_reply reply = {.status = CALL_DONE};
    struct webauthn_site site;
    authenticator_init(&a);
    enrols(s, &a, NULL);
    s->w->cx->call = &s->call;
    s->w->cx->reply = &reply;
    assert_ok(ops_run(s->w->cx, CT_OP_admin_link_use, s->in, &used));
    assert_int_equal(used.result, adminRet_OK);
    if (is_disabled)
        assert_ok(operator_set_state(s->w->cx, s->id, false));
    const struct str challenge = sweep_kept(s, operator_challenge(s->w->cx, &site));
    const struct passkey_assertion p = authenticator_assert(s->w->f, &a, challenge);
    *SWEEP_IN(s, admin_signin) = (struct admin_signin_in){
        .sChallenge = challenge,
        .sCredentialId = sweep_text64(s, a.id),
        .sAuthenticatorData = sweep_text64(s, p.authenticator_data),
        .sClientData = sweep_text64(s, p.client_data),
        .sPasskeySignature = sweep_text64(s, p.signature),
    };
    authenticator_clear(&a);
}

static void
do_sign_in(struct sweep_stage *s)
{
    signs_in(s, false);
}

static void
sign_in_of_a_disabled_operator(struct sweep_stage *s)
{
    signs_in(s, true);
}

static void
sign_out(struct sweep_stage *s)
{
    *SWEEP_IN(s, admin_signout) = (struct admin_signout_in){0};
    s->call.operator_session = operators_session(s->w, operators_add(s->w, OPERATOR_AUDITOR));
}

/* The log and its alarms. */

static enum errcode
seal(struct sweep_stage *s)
{
    return sealer_finish(s->w->cx);
}

static void
sealing(struct sweep_stage *s)
{
    s->work = seal;
}

static struct archive archived; /* its origin is kept by the world */

static enum errcode
remove_archived(struct sweep_stage *s)
{
    int64_t n = 0;
    return archive_remove(s->w->cx, &archived, STR_LIT("old.archive"), &n);
}

static void
archiving(struct sweep_stage *s)
{
    char *bytes = NULL;
    size_t n = 0;
    assert_ok(sealer_finish(s->w->cx));
    FILE *file = open_memstream(&bytes, &n);
    assert_non_null(file);
    assert_ok(archive_write(s->w->cx, file, 3, &archived));
    (void)fclose(file);
    free(bytes);
    archived.origin = sweep_kept(s, archived.origin);
    s->work = remove_archived;
}

static enum errcode
note_disk(struct sweep_stage *s)
{
    const struct alarm alarm = {.class = ALARM_DISK, .subject = STR("host"), .detail = STR("full")};
    bool changed = false;
    s->w->f->env.has_alarm_hook = s->w->f->env.has_alarm_mail = true;
    return alarm_note(s->w->cx, &alarm, s->id != 0, &changed);
}

static void
alarm_raised(struct sweep_stage *s)
{
    s->id = 1;
    s->work = note_disk;
}

static void
alarm_cleared(struct sweep_stage *s)
{
    s->id = 1;
    assert_ok(note_disk(s));
    s->id = 0;
    s->work = note_disk;
}

int
main(void)
{
#define DEED(name)                   \
    {                                \
#name, do_##name, "OK", true \
    }
    static const struct sweep_scenario scenarios[] = {
        DEED(technician_lock),
        DEED(technician_reset),
        DEED(technician_selfenrol),
        DEED(technician_enrol),
        DEED(technician_totp),
        DEED(technician_recovery),
        DEED(technician_untotp),
        DEED(technician_add),
        DEED(technician_delete),
        DEED(device_rename),
        DEED(device_enable),
        DEED(device_remove),
        DEED(session_end),
        DEED(company_add),
        DEED(company_banned),
        DEED(policy_set),
        {"policy_preview", do_policy_preview, "OK", false},
        DEED(address_add),
        DEED(address_remove),
        DEED(reported_take),
        DEED(operator_add),
        DEED(operator_disable),
        DEED(operator_enable),
        DEED(operator_delete),
        DEED(operator_lost),
        DEED(token_add),
        DEED(token_revoke),
        DEED(link_used),
        {"link, foreign passkey", link_used_with_a_foreign_passkey, "BadPasskey", false},
        DEED(sign_in),
        {"sign-in, disabled", sign_in_of_a_disabled_operator, "SignInRefused", false},
        {"sign-out", sign_out, "OK", false},
        {"sealing", sealing, NULL, true},
        {"archiving", archiving, NULL, true},
        {"alarm, raised", alarm_raised, NULL, true},
        {"alarm, cleared", alarm_cleared, NULL, true},
    };
    return sweep_all(scenarios, ARRAY_LEN(scenarios));
}
