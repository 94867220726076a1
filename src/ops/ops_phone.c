/* ops_phone: see ops_device.h. */
#include "ops/ops_device.h"

#include "base/codec.h"

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

enum errcode
ops_device(struct cx *cx, struct str token, struct device *d_out, bool *known_out)
{
    *known_out = false;
    if (str_is_empty(token))
        return ERR_NONE;
    enum errcode err = device_by_token(cx, token, d_out);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    *known_out = err == ERR_NONE;
    if (*known_out)
        cx->actor = arena_printf(&cx->arena, "device:%lld", (long long)d_out->id);
    return err;
}
