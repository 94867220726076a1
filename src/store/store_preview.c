/* SPDX-License-Identifier: Apache-2.0 */
/* store_preview: see the header. */
#include "store/store_preview.h"

#include "db/db.h"
#include "db/rows.h"

#define ACCOUNTS "SELECT count(*) FROM technician t WHERE t.company_id = $1 AND t.deleted_at = 0"
#define ACTIVE_PHONE "FROM device d WHERE d.technician_id = t.id AND d.state = 'active'"

enum errcode
store_preview_technicians(struct cx *cx, int64_t company_id, int64_t *n_out)
{
    return rows_number(cx, n_out, ACCOUNTS, "i", company_id);
}

enum errcode
store_preview_pushes(struct cx *cx, int64_t company_id, int64_t *n_out)
{
    static const char sql[] = "SELECT count(*) FROM challenge WHERE state IN ('pending', 'approved') "
                              "AND technician_id IN (SELECT id FROM technician WHERE company_id = $1)";
    return rows_number(cx, n_out, sql, "i", company_id);
}

enum errcode
store_preview_without_factor(struct cx *cx, int64_t company_id, int64_t *n_out)
{
    static const char sql[] =
        ACCOUNTS " AND t.totp_sealed IS NULL AND NOT EXISTS (SELECT 1 " ACTIVE_PHONE ")";
    return rows_number(cx, n_out, sql, "i", company_id);
}

enum errcode
store_preview_without_passkey(struct cx *cx, int64_t company_id, int64_t *n_out)
{
    static const char sql[] =
        ACCOUNTS " AND EXISTS (SELECT 1 " ACTIVE_PHONE ") AND NOT EXISTS (SELECT 1 " ACTIVE_PHONE
                 " AND EXISTS (SELECT 1 FROM passkey p WHERE p.device_id = d.id))";
    return rows_number(cx, n_out, sql, "i", company_id);
}

enum errcode
store_preview_old_passwords(struct cx *cx, int64_t company_id, int64_t before, int64_t *n_out)
{
    static const char sql[] = ACCOUNTS " AND t.password_set_at < $2";
    return rows_number(cx, n_out, sql, "ii", company_id, before);
}
