/* SPDX-License-Identifier: Apache-2.0 */
/* stage_operators: what operators do, by their API, as a worker runs it: with keys (Idempotency-Key) where it
 * makes something. The command line does the same deeds, alone. */
#include "tests/races/stage.h"

#include "accounts/challenge.h"
#include "tests/unit/ops/operators.h"

/* Members by name, up to a NULL. */
struct deed_row {
    const char *name;
    enum ct_op_id op;
    const char *key;
    const char *members[6];
};

#define OF_ACCOUNT "sTechnician", WORLD_EMAIL
#define FIRST "sDeviceId", "first"
#define SECOND "sDeviceId", "second"
#define POLICY(key, value) "sCompany", "acme", "sKey", key, "sValue", value

static const struct deed_row rows[] = {
    {"lock", CT_OP_admin_technician_lock, NULL, {OF_ACCOUNT}},
    {"unlock", CT_OP_admin_technician_unlock, NULL, {OF_ACCOUNT}},
    {"disable", CT_OP_admin_technician_set, NULL, {OF_ACCOUNT, "sActive", "off"}},
    {"new name", CT_OP_admin_technician_set, NULL, {OF_ACCOUNT, "sName", "Ann Other"}},
    {"delete", CT_OP_admin_technician_delete, NULL, {OF_ACCOUNT}},
    {"reset", CT_OP_admin_technician_reset, NULL, {OF_ACCOUNT}},
    {"reset, key", CT_OP_admin_technician_reset, "one", {OF_ACCOUNT}},
    {"link", CT_OP_admin_technician_enrol, NULL, {OF_ACCOUNT}},
    {"link, key", CT_OP_admin_technician_enrol, "two", {OF_ACCOUNT}},
    {"new seed", CT_OP_admin_technician_totp, NULL, {OF_ACCOUNT}},
    {"new seed, key", CT_OP_admin_technician_totp, "three", {OF_ACCOUNT}},
    {"new recovery codes", CT_OP_admin_technician_recovery, NULL, {OF_ACCOUNT}},
    {"new recovery codes, key of another", CT_OP_admin_technician_recovery, "three", {OF_ACCOUNT}},
    {"seed removed", CT_OP_admin_technician_untotp, NULL, {OF_ACCOUNT}},
    {"links void", CT_OP_admin_technician_cancel, NULL, {OF_ACCOUNT}},
    {"rule, key",
     CT_OP_admin_address_add,
     "four",
     {"sCompany", "acme", "sVerdict", "deny", "sNet", FIXTURE_SOURCE}},
    {"ban", CT_OP_admin_company_set, NULL, {"sCompany", "acme", "sState", "banned"}},
    {"plan off",
     CT_OP_admin_company_set,
     NULL,
     {"sCompany", "acme", "sPlan", "enterprise", "sEnterprise", "off"}},
    {"passkeys required", CT_OP_admin_policy_set, NULL, {POLICY("passkey", "required")}},
    {"fewer failures", CT_OP_admin_policy_set, NULL, {POLICY("lockout_failures", "4")}},
    {"one seat", CT_OP_admin_policy_set, NULL, {POLICY("seats", "1")}},
    {"phone renamed", CT_OP_admin_device_rename, NULL, {FIRST, "sName", "the other one"}},
    {"phone removed", CT_OP_admin_device_remove, NULL, {FIRST}},
    {"phone disabled", CT_OP_admin_device_disable, NULL, {SECOND}},
    {"phone enabled", CT_OP_admin_device_enable, NULL, {SECOND}},
    {"session ended", CT_OP_admin_session_end, NULL, {"sSessionId", "session"}},
};

static struct str
value_of(struct stage *s, const char *text)
{
    const struct {
        const char *name;
        int64_t id;
    } ids[] = {
        {"first", s->phones[0].device.id}, {"second", s->phones[1].device.id}, {"session", s->session}};
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        if (strcmp(text, ids[i].name) == 0)
            return arena_printf(&s->w->kept, "%lld", (long long)ids[i].id);
    return str_from_cstr(text);
}

static enum errcode
undelivered(struct cx *cx, const struct stage *s)
{
    return challenge_fail(cx, s->challenge);
}

void
stage_add_operators(struct stage *s)
{
    s->operator_session = operators_session(s->w, operators_add(s->w, OPERATOR_OWNER));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct deed_row *row = &rows[i];
        struct act *a = stage_add(s, row->name);
        a->op = row->op;
        a->is_operators = true;
        a->key = row->key != NULL ? str_from_cstr(row->key) : STR_NULL;
        for (size_t k = 0; k < ARRAY_LEN(row->members) && row->members[k] != NULL; k += 2)
            operators_put(s->w, &ct_ops[row->op], a->in, row->members[k], value_of(s, row->members[k + 1]));
    }
    stage_add(s, "not delivered")->work = undelivered;
}
