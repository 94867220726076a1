/* revoke: see revoke.h. */
#include "auth/revoke.h"

#include "auth/audit.h"
#include "auth/session.h"
#include "store/store_device.h"
#include "store/store_self.h"
#include "store/store_technician.h"

static enum errcode
audit_links(struct cx *cx, struct audit_of of, int64_t n, const char *reason)
{
    if (n == 0)
        return ERR_NONE;
    return audit_append(cx, of, "enrolment.voided", "count", arena_printf(&cx->arena, "%lld", (long long)n),
                        "reason", str_from_cstr(reason), NULL);
}

enum errcode
revoke_account(struct cx *cx, int64_t technician_id, int64_t except_session, const char *reason)
{
    struct technician t;
    int64_t n = 0;
    enum errcode err = session_end_all(cx, technician_id, except_session, reason);
    if (err == ERR_NONE)
        err = store_self_end_account(cx, technician_id, cx->device);
    if (err == ERR_NONE)
        err = store_enrolment_void(cx, technician_id, &n);
    if (err == ERR_NONE)
        err = store_technician_get(cx, technician_id, &t);
    return err != ERR_NONE ? err : audit_links(cx, (struct audit_of){t.company_id, t.id}, n, reason);
}

enum errcode
revoke_company(struct cx *cx, int64_t company_id, const char *reason)
{
    int64_t n = 0;
    enum errcode err = session_end_company(cx, company_id, reason);
    if (err == ERR_NONE)
        err = store_self_end_company(cx, company_id);
    if (err == ERR_NONE)
        err = store_enrolment_void_company(cx, company_id, &n);
    return err != ERR_NONE ? err : audit_links(cx, (struct audit_of){.company = company_id}, n, reason);
}
