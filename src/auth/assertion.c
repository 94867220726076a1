/* assertion: the bytes that a phone signs. Each value is preceded by its length, so that no value can pass
 * for the line of another. docs/device-api.md, "The statement". */
#include "auth/challenge.h"

void
assertion_add_line(struct buf *out, const char *name, struct str value)
{
    buf_add_cstr(out, name);
    buf_add_byte(out, ' ');
    buf_add_u64(out, value.n);
    buf_add_byte(out, ' ');
    buf_add_str(out, value);
    buf_add_byte(out, '\n');
}

void
assertion_write(struct buf *out, const struct challenge_view *v, struct str device_id, struct str decision,
                struct str number)
{
    buf_add_cstr(out, "countersign-assertion-v1\n");
    assertion_add_line(out, "challenge", v->id);
    assertion_add_line(out, "nonce", v->nonce);
    assertion_add_line(out, "audience", v->audience);
    assertion_add_line(out, "company", v->company);
    assertion_add_line(out, "account", v->account);
    assertion_add_line(out, "purpose", v->purpose);
    assertion_add_line(out, "console", v->console);
    assertion_add_line(out, "source", v->source);
    assertion_add_line(out, "created", v->created);
    assertion_add_line(out, "expires", v->expires);
    assertion_add_line(out, "device", device_id);
    assertion_add_line(out, "decision", decision);
    assertion_add_line(out, "number", number);
}
