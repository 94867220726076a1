/* SPDX-License-Identifier: Apache-2.0 */
/* ops_admin_deed: what operators do to accounts, phones and consoles. Each calls the function that the
 * command line calls. */
#include "accounts/code.h"
#include "accounts/device_change.h"
#include "accounts/enrolment.h"
#include "accounts/password.h"
#include "accounts/session.h"
#include "accounts/technician_change.h"
#include "base/clock.h"
#include "ops/ops.h"
#include "ops/ops_admin.h"
#include "ops/ops_device.h"
#include "text/qr.h"

#define LINK_LIFE (15 * CLOCK_MINUTE)
#define LINK_LIFE_MAX (30 * CLOCK_DAY)

enum errcode
op_admin_technician_lock(struct cx *cx, const struct operator_right *by,
                         const struct admin_technician_lock_in *in, struct admin_technician_lock_out *out)
{
    (void)in;
    return ops_done(technician_lock(cx, by->technician), &out->result);
}

enum errcode
op_admin_technician_unlock(struct cx *cx, const struct operator_right *by,
                           const struct admin_technician_unlock_in *in,
                           struct admin_technician_unlock_out *out)
{
    (void)in;
    return ops_done(technician_unlock(cx, by->technician), &out->result);
}

enum errcode
op_admin_technician_selfenrol(struct cx *cx, const struct operator_right *by,
                              const struct admin_technician_selfenrol_in *in,
                              struct admin_technician_selfenrol_out *out)
{
    (void)in;
    return ops_done(technician_allow_self_enrolment(cx, by->technician), &out->result);
}

enum errcode
op_admin_technician_delete(struct cx *cx, const struct operator_right *by,
                           const struct admin_technician_delete_in *in,
                           struct admin_technician_delete_out *out)
{
    (void)in;
    return ops_done(technician_delete(cx, by->technician), &out->result);
}

enum errcode
op_admin_technician_untotp(struct cx *cx, const struct operator_right *by,
                           const struct admin_technician_untotp_in *in,
                           struct admin_technician_untotp_out *out)
{
    (void)in;
    return ops_done(totp_remove(cx, by->technician), &out->result);
}

enum errcode
op_admin_session_end(struct cx *cx, const struct operator_right *by, const struct admin_session_end_in *in,
                     struct admin_session_end_out *out)
{
    (void)in;
    return ops_done(session_end(cx, by->console, "operator"), &out->result);
}

enum errcode
op_admin_device_disable(struct cx *cx, const struct operator_right *by,
                        const struct admin_device_disable_in *in, struct admin_device_disable_out *out)
{
    (void)in;
    return ops_done(device_set_state(cx, by->device, DEVICE_DISABLED), &out->result);
}

enum errcode
op_admin_device_enable(struct cx *cx, const struct operator_right *by,
                       const struct admin_device_enable_in *in, struct admin_device_enable_out *out)
{
    (void)in;
    return ops_done(device_set_state(cx, by->device, DEVICE_ACTIVE), &out->result);
}

enum errcode
op_admin_device_remove(struct cx *cx, const struct operator_right *by,
                       const struct admin_device_remove_in *in, struct admin_device_remove_out *out)
{
    (void)in;
    return ops_done(device_set_state(cx, by->device, DEVICE_REMOVED), &out->result);
}

enum errcode
op_admin_device_rename(struct cx *cx, const struct operator_right *by,
                       const struct admin_device_rename_in *in, struct admin_device_rename_out *out)
{
    return ops_done(device_rename(cx, by->device, in->sName), &out->result);
}

enum errcode
op_admin_technician_reset(struct cx *cx, const struct operator_right *by,
                          const struct admin_technician_reset_in *in, struct admin_technician_reset_out *out)
{
    struct str password = password_make(cx);
    (void)in;
    enum errcode err = technician_reset_password(cx, by->technician, password, true);
    if (err == ERR_NONE)
        out->sPassword = password;
    return ops_done(err, &out->result);
}

enum errcode
op_admin_technician_enrol(struct cx *cx, const struct operator_right *by,
                          const struct admin_technician_enrol_in *in, struct admin_technician_enrol_out *out)
{
    const int64_t life = in->iSeconds == 0 ? LINK_LIFE : in->iSeconds * CLOCK_S;
    if (life < CLOCK_S || life > LINK_LIFE_MAX)
        return err_set(cx, ERR_RANGE, "a link is valid for a second to 30 days");
    enum errcode err = enrolment_new(cx, by->technician, life, &out->sUrl);
    if (err == ERR_NONE) {
        out->sQrCode = qr_rows(&cx->arena, out->sUrl);
        out->sExpires = ops_time(cx, cx->now + life);
    }
    return ops_done(err, &out->result);
}

enum errcode
op_admin_technician_cancel(struct cx *cx, const struct operator_right *by,
                           const struct admin_technician_cancel_in *in,
                           struct admin_technician_cancel_out *out)
{
    int64_t n = 0;
    (void)in;
    enum errcode err = enrolment_cancel(cx, by->technician, &n);
    out->iVoided = ops_count(n);
    return ops_done(err, &out->result);
}

enum errcode
op_admin_technician_totp(struct cx *cx, const struct operator_right *by,
                         const struct admin_technician_totp_in *in, struct admin_technician_totp_out *out)
{
    (void)in;
    return ops_done(totp_enrol(cx, by->technician, &out->sUri), &out->result);
}

enum errcode
op_admin_technician_recovery(struct cx *cx, const struct operator_right *by,
                             const struct admin_technician_recovery_in *in,
                             struct admin_technician_recovery_out *out)
{
    struct str codes[RECOVERY_CODES];
    struct RecoveryCode *items = arena_array(&cx->arena, RECOVERY_CODES, sizeof *items);
    (void)in;
    enum errcode err = recovery_codes_new(cx, by->technician, codes);
    if (err != ERR_NONE)
        return err;
    for (size_t i = 0; i < RECOVERY_CODES; i++)
        items[i].sCode = codes[i];
    out->aRecoveryCodes = ops_array(items, RECOVERY_CODES);
    return ops_done(err, &out->result);
}

enum errcode
op_admin_technician_add(struct cx *cx, const struct operator_right *by,
                        const struct admin_technician_add_in *in, struct admin_technician_add_out *out)
{
    const struct technician_new new = {.company_id = by->company,
                                       .email = in->sEmail,
                                       .name = ops_given(in->sName),
                                       .password = in->bPassword ? password_make(cx) : STR_NULL};
    int64_t id = 0;
    enum errcode err = technician_add(cx, &new, &id);
    if (err == ERR_NONE) {
        out->sTechnicianId = ops_id(cx, id);
        out->sPassword = new.password;
    }
    return ops_done(err, &out->result);
}

enum errcode
op_admin_technician_set(struct cx *cx, const struct operator_right *by,
                        const struct admin_technician_set_in *in, struct admin_technician_set_out *out)
{
    struct technician_wish wish = {.name = ops_given(in->sName)};
    bool is_technician = false, role_on = false;
    enum errcode err = ops_switch(cx, in->sKind, "sKind", &is_technician, &wish.is_technician);
    if (err == ERR_NONE)
        err = ops_switch(cx, in->sActive, "sActive", &role_on, &wish.role_on);
    if (err == ERR_NONE && str_is_null(wish.name) && wish.is_technician == NULL && wish.role_on == NULL)
        err = err_set(cx, ERR_SYNTAX, "nothing to set: sName, sKind or sActive");
    return ops_done(err == ERR_NONE ? technician_set(cx, by->technician, &wish) : err, &out->result);
}
