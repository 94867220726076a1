/* SPDX-License-Identifier: Apache-2.0 */
/* ops_admin_proof: what is proved of the audit log, and the alarms that stand. */
#include "accounts/alarm.h"
#include "accounts/audit.h"
#include "db/db.h"
#include "ledger/prove.h"
#include "ops/ops.h"
#include "ops/ops_admin.h"
#include "ops/ops_device.h"

/* Whether the event is about the company that was asked for; without one, the operator reaches everything. An
 * event's company never changes. */
static enum errcode
check_reach(struct cx *cx, const struct operator_right *by, int64_t seq)
{
    struct audit_row row = {.company_id = 0};
    enum errcode err = db_begin_read(cx);
    if (err != ERR_NONE)
        return err;
    err = db_end(cx, store_audit_get(cx, seq, &row));
    if (err == ERR_NOT_FOUND || (err == ERR_NONE && by->company != 0 && row.company_id != by->company)) {
        err_forget(cx);
        return err_set(cx, ERR_NOT_FOUND, "there is no such event within reach; it may be in an archive");
    }
    return err;
}

enum errcode
op_admin_audit_prove(struct cx *cx, const struct operator_right *by, const struct admin_audit_prove_in *in,
                     struct admin_audit_prove_out *out)
{
    int64_t seq = 0;
    struct prove_checkpoint newest = {.size = 0};
    enum errcode err = ops_number(cx, in->sSeq, "sSeq", 0, &seq);
    if (err == ERR_NONE && seq == 0)
        err = err_set(cx, ERR_SYNTAX, "sSeq is missing");
    if (err == ERR_NONE)
        err = check_reach(cx, by, seq);
    if (err == ERR_NONE)
        err = prove_event(cx, seq, STR_NULL, &out->sProof);
    if (err == ERR_NONE)
        err = prove_newest(cx, &newest);
    out->sKey = newest.key;
    return ops_done(err, &out->result);
}

static enum errcode
read_alarms(struct cx *cx, struct ct_array *out)
{
    struct alarm_row *rows = NULL;
    size_t n = 0;
    enum errcode err = store_alarm_list(cx, OPS_PAGE_MAX, &rows, &n);
    struct AdminAlarm *items = arena_array(&cx->arena, n + 1, sizeof *items);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct AdminAlarm){.sAlarmId = ops_id(cx, rows[i].id),
                                       .sClass = rows[i].class,
                                       .sTitle = alarm_title(rows[i].class),
                                       .sSubject = ops_given(rows[i].subject),
                                       .sDetail = rows[i].detail,
                                       .sRaised = ops_time(cx, rows[i].raised_at),
                                       .sSeen = ops_time(cx, rows[i].seen_at)};
    *out = ops_array(items, n);
    return err;
}

enum errcode
op_admin_alarm_list(struct cx *cx, const struct operator_right *by, const struct admin_alarm_list_in *in,
                    struct admin_alarm_list_out *out)
{
    (void)by;
    (void)in;
    enum errcode err = db_begin_read(cx);
    if (err == ERR_NONE)
        err = db_end(cx, read_alarms(cx, &out->aAlarms));
    return ops_done(err, &out->result);
}
