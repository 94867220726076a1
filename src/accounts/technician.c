/* SPDX-License-Identifier: Apache-2.0 */
/* technician: see technician.h. Hashing is slow and happens before the transaction, which reads the
 * account again. */
#include "accounts/technician.h"

#include "text/text.h"
#include "db/db.h"

enum { EMAIL_BYTES_MAX = 254, TYPED_BYTES_MAX = 1024 };

struct str
email_key(struct cx *cx, struct str email)
{
    if (str_is_null(email) || email.n > TYPED_BYTES_MAX)
        return STR_NULL;
    struct str key = text_fold(cx, str_trim(email, " \t\r\n"));
    if (!text_is_printable(key, EMAIL_BYTES_MAX) || str_find(key, ' ') != key.n)
        return STR_NULL;
    size_t at = str_find(key, '@');
    return at == 0 || at + 1 >= key.n ? STR_NULL : key;
}

enum errcode
technician_get(struct cx *cx, int64_t id, struct technician *technician_out)
{
    return store_technician_get(cx, id, technician_out);
}

enum errcode
technician_find(struct cx *cx, struct str email, struct technician *technician_out)
{
    struct str key = email_key(cx, email);
    if (str_is_null(key))
        return err_set(cx, ERR_NOT_FOUND, "there is no such account");
    return store_technician_find(cx, key, technician_out);
}

enum errcode
technician_list(struct cx *cx, int64_t company_id, struct technician **technicians_out, size_t *n_out)
{
    return store_technician_list(cx, company_id, technicians_out, n_out);
}

enum errcode
technician_begin_change(struct cx *cx, int64_t id, struct technician *technician_out)
{
    enum errcode err = db_begin(cx);
    if (err == ERR_NONE)
        err = store_technician_get(cx, id, technician_out);
    if (err == ERR_NONE && technician_out->deleted_at != 0)
        err = err_set(cx, ERR_NOT_FOUND, "the account was deleted");
    if (err != ERR_NONE)
        db_rollback(cx);
    return err;
}
