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

struct str
email_key_of_new(struct cx *cx, struct str email, struct str *written_out)
{
    *written_out = str_trim(email, " \t\r\n");
    return text_is_printable(*written_out, TYPED_BYTES_MAX) ? email_key(cx, email) : STR_NULL;
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
technician_list(struct cx *cx, const struct technician_choice *choice, struct technician **technicians_out,
                size_t *n_out, bool *more_out)
{
    struct technician_choice c = *choice;
    int64_t *ids = NULL;
    c.after = str_is_null(c.after) ? STR_NULL : text_fold(cx, c.after);
    c.search = str_is_null(c.search) ? STR_NULL : text_fold(cx, c.search);
    if (c.search.n > TECHNICIAN_SEARCH_MAX)
        return err_set(cx, ERR_SYNTAX, "what is looked for has more than %d bytes", TECHNICIAN_SEARCH_MAX);
    c.limit++; /* one more shows that there are more */
    enum errcode err = store_technician_page(cx, &c, &ids, n_out);
    *more_out = err == ERR_NONE && (int64_t)*n_out == c.limit;
    *n_out -= *more_out ? 1 : 0;
    *technicians_out = arena_array(&cx->arena, *n_out + 1, sizeof **technicians_out);
    for (size_t i = 0; err == ERR_NONE && i < *n_out; i++)
        err = store_technician_get(cx, ids[i], &(*technicians_out)[i]);
    return err;
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
