/* SPDX-License-Identifier: Apache-2.0 */
/* revoke: see revoke.h. */
#include "accounts/revoke.h"

#include "accounts/challenge.h"
#include "accounts/enrolment.h"
#include "accounts/session.h"
#include "store/store_self.h"
#include "store/store_technician.h"

enum errcode
revoke_account(struct cx *cx, int64_t technician_id, int64_t except_session, const char *reason)
{
    struct technician t;
    int64_t n = 0;
    enum errcode err = session_end_all(cx, technician_id, except_session, reason);
    if (err == ERR_NONE)
        err = challenge_revoke_account(cx, technician_id, reason);
    if (err == ERR_NONE)
        err = store_self_end_account(cx, technician_id, cx->device);
    if (err == ERR_NONE)
        err = store_technician_get(cx, technician_id, &t);
    return err != ERR_NONE ? err : enrolment_void(cx, &t, reason, &n);
}

enum errcode
revoke_company(struct cx *cx, int64_t company_id, const char *reason)
{
    enum errcode err = session_end_company(cx, company_id, reason);
    if (err == ERR_NONE)
        err = challenge_revoke_company(cx, company_id, reason);
    if (err == ERR_NONE)
        err = store_self_end_company(cx, company_id);
    return err != ERR_NONE ? err : enrolment_void_company(cx, company_id, reason);
}
