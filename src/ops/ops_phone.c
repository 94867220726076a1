/* SPDX-License-Identifier: Apache-2.0 */
/* ops_phone: see ops_device.h. */
#include "ops/ops_device.h"

#include "base/codec.h"
#include "keys/env.h"
#include "statement/statement.h"

/* More than a body may contain. */
enum { STATEMENT_MAX = 80 * 1024 };

struct str
ops_binary(struct cx *cx, struct str text)
{
    unsigned char *p = arena_alloc(&cx->arena, text.n + 1);
    size_t n = 0;
    if (str_is_null(text) || codec_base64url_read(text, p, text.n, &n) != ERR_NONE)
        return STR_NULL;
    return (struct str){(const char *)p, n};
}

bool
ops_binaries(struct cx *cx, const struct str *texts, struct str *const *bytes, size_t n)
{
    size_t absent = 0, wrong = 0;
    for (size_t i = 0; i < n; i++) {
        *bytes[i] = ops_binary(cx, texts[i]);
        absent += str_is_null(texts[i]);
        wrong += str_is_null(*bytes[i]);
    }
    return wrong == 0 || absent == n;
}

struct str
ops_id(struct cx *cx, int64_t id)
{
    return arena_printf(&cx->arena, "%lld", (long long)id);
}

static struct str
value_of(const struct ct_field *field, const void *in)
{
    const void *at = (const unsigned char *)in + field->offset;
    if (field->kind == CT_BOOLEAN)
        return *(const bool *)at ? STR_LIT("true") : STR_LIT("false");
    ASSERT(field->kind == CT_STRING);
    return *(const struct str *)at;
}

struct str
ops_member(enum ct_op_id op, const void *in, struct str name)
{
    const struct ct_type *t = &ct_ops[op].in;
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->fields[i].name, name))
            return value_of(&t->fields[i], in);
    ASSERT(false);
    return STR_NULL;
}

static bool
is_signed(struct str name)
{
    return !str_eq(name, STR_LIT("sDeviceToken")) && !str_eq(name, STR_LIT("sNonce")) &&
           !str_eq(name, STR_LIT("sSignature"));
}

/* The name in its path: device_remove is device/remove. */
static struct str
path_of(struct cx *cx, const struct ct_op *op)
{
    char *path = arena_alloc(&cx->arena, op->name.n);
    for (size_t i = 0; i < op->name.n; i++)
        path[i] = (char)(op->name.p[i] == '_' ? '/' : op->name.p[i]);
    return (struct str){path, op->name.n};
}

bool
ops_deed(struct cx *cx, enum ct_op_id op, const void *in, const struct device *d, struct deed *deed_out)
{
    struct buf b;
    const struct ct_type *t = &ct_ops[op].in;
    *deed_out = (struct deed){.device = d,
                              .nonce = ops_member(op, in, STR_LIT("sNonce")),
                              .signature = ops_binary(cx, ops_member(op, in, STR_LIT("sSignature")))};
    if (str_is_empty(deed_out->nonce) || str_is_null(deed_out->signature))
        return false;
    buf_init(&b, STATEMENT_MAX);
    statement_open_change(&b, &(struct statement_change){.audience = cx->env->public_url,
                                                         .nonce = deed_out->nonce,
                                                         .device = ops_id(cx, d->id),
                                                         .operation = path_of(cx, &ct_ops[op])});
    for (size_t i = 0; i < t->n; i++)
        if (is_signed(t->fields[i].name))
            statement_add_line(&b, t->fields[i].name.p, value_of(&t->fields[i], in));
    deed_out->statement = buf_is_over(&b) ? STR_NULL : arena_str(&cx->arena, buf_view(&b));
    buf_clear(&b);
    return true;
}

enum DeviceRet
ops_deed_result(enum deed_result result)
{
    static const enum DeviceRet results[] = {[DEED_OK] = deviceRet_OK,
                                             [DEED_UNKNOWN_DEVICE] = deviceRet_UnknownDevice,
                                             [DEED_STALE] = deviceRet_StaleNonce,
                                             [DEED_BAD_SIGNATURE] = deviceRet_BadSignature};
    return results[result];
}
