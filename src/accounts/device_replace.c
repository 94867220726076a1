/* SPDX-License-Identifier: Apache-2.0 */
/* device_replace: see the header. */
#include "accounts/device_replace.h"

#include "base/buf.h"
#include "base/codec.h"
#include "keys/env.h"
#include "statement/statement.h"

enum { STATEMENT_MAX = 4096 };

/* What the former device signs; null when it would be too long. */
static struct str
statement_of(struct cx *cx, const struct enrolment *e, const struct device *former)
{
    struct buf statement;
    const struct statement_replacement r = {
        .audience = cx->env->public_url,
        .ticket = e->ticket,
        .device = arena_printf(&cx->arena, "%lld", (long long)former->id),
        .key = codec_base64url(&cx->arena, e->public_key.p, e->public_key.n),
    };
    buf_init(&statement, STATEMENT_MAX);
    statement_write_replacement(&statement, &r);
    struct str text = buf_is_over(&statement) ? STR_NULL : arena_str(&cx->arena, buf_view(&statement));
    buf_clear(&statement);
    return text;
}

enum errcode
device_replace_find(struct cx *cx, int64_t technician_id, const struct enrolment *e,
                    struct device *former_out)
{
    struct device d;
    *former_out = (struct device){.id = 0};
    if (str_is_empty(e->former_token))
        return ERR_NONE;
    const struct digest token = token_digest(e->former_token);
    enum errcode err = store_device_by_token(cx, &token, &d);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    if (err != ERR_NONE || d.technician_id != technician_id)
        return err;
    struct str statement = statement_of(cx, e, &d);
    if (str_is_null(statement) ||
        es256_verify(cx, d.public_key, statement, e->former_signature) != ERR_NONE) {
        err_forget(cx);
        return err_set(cx, ERR_DENIED, "the signature of the device to be replaced does not verify");
    }
    d.fingerprint = device_fingerprint(cx, d.public_key);
    *former_out = d;
    return ERR_NONE;
}
