/* SPDX-License-Identifier: Apache-2.0 */
/* stage: see the header. A new company for each login is simpler than undoing the effects of the last one,
 * and cannot be incomplete. */
#include "play/stage.h"

#include "accounts/company.h"
#include "accounts/company_change.h"
#include "accounts/lockout.h"
#include "accounts/technician.h"
#include "accounts/technician_change.h"
#include "base/clock.h"
#include "base/rand.h"
#include "contract/call.h"
#include "db/db.h"

#define OLD_PASSWORD (40 * CLOCK_DAY)

static enum errcode
forget_failures(struct cx *cx, struct str email)
{
    const struct lockout_name name = {.email_key = email_key(cx, email)};
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = lockout_clear(cx, &name, cx->call->source);
    return db_end(cx, err);
}

static enum errcode
clear_away(struct cx *cx, struct str email)
{
    struct technician t;
    enum errcode err = technician_find(cx, email, &t);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    return err != ERR_NONE ? err : technician_delete(cx, t.id);
}

static enum errcode
add_company(struct cx *cx, struct stage *s)
{
    struct str name = arena_printf(&cx->arena, "sandbox.%llx", (long long)rand_id());
    struct str title = arena_printf(&cx->arena, "Sandbox: %.*s", STR_ARG(s->scenario->user));
    return company_add(cx, name, title, &s->company);
}

static enum errcode
add_technician(struct cx *cx, struct stage *s)
{
    enum scenario_step before = s->scenario->before;
    bool is_old = before == STEP_old_password || before == STEP_alone_old_password;
    bool had_another = before == STEP_former_password || before == STEP_alone_former_password;
    const struct technician_new new = {.company_id = s->company,
                                       .email = s->email,
                                       .name = s->scenario->user,
                                       .password = had_another ? STR_LIT(SCENARIO_FORMER)
                                                               : STR_LIT(SCENARIO_PASSWORD),
                                       .keeps_password = true};
    int64_t now = cx->now;
    if (is_old)
        cx->now -= OLD_PASSWORD;
    enum errcode err = technician_add(cx, &new, &s->technician);
    cx->now = now;
    return err;
}

enum errcode
stage_make(struct cx *cx, const struct phone *phone, const struct scenario *scenario, struct str email,
           struct stage *stage_out)
{
    *stage_out = (struct stage){.scenario = scenario, .phone = phone, .email = email};
    enum errcode err = clear_away(cx, email);
    if (err == ERR_NONE)
        err = forget_failures(cx, email);
    if (err == ERR_NONE)
        err = add_company(cx, stage_out);
    if (err == ERR_NONE)
        err = add_technician(cx, stage_out);
    if (err == ERR_NONE && scenario->before != STEP_no_phone && scenario->before != STEP_alone_no_phone)
        err = phone_enrol(cx, phone, stage_out->technician);
    return err != ERR_NONE ? err : step_do(cx, stage_out, scenario->before);
}

enum errcode
stage_find(struct cx *cx, const struct phone *phone, int64_t technician_id, struct stage *stage_out)
{
    struct technician t;
    enum errcode err = technician_get(cx, technician_id, &t);
    if (err != ERR_NONE)
        return err;
    *stage_out = (struct stage){.scenario = scenario_find(t.email),
                                .phone = phone,
                                .email = t.email,
                                .company = t.company_id,
                                .technician = t.id};
    if (stage_out->scenario == NULL || t.deleted_at != 0)
        return err_set(cx, ERR_NOT_FOUND, "no user of the sandbox");
    return ERR_NONE;
}
