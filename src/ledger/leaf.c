/* SPDX-License-Identifier: Apache-2.0 */
/* leaf: see leaf.h. */
#include "ledger/leaf.h"

#include <jansson.h>

#include "accounts/audit.h"
#include "base/codec.h"
#include "base/json.h"
#include "crypto/fields.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"

/* What is not a string: names, punctuation, six numbers. An escaped byte has six. */
enum { FIXED = 256, ESCAPED = 6 };

size_t
leaf_most(const struct audit_row *row)
{
    return FIXED + ESCAPED * (row->event.n + row->actor.n + row->source.n) + row->detail.n;
}

static void
put_member(struct buf *out, const char *name, int64_t number)
{
    buf_addf(out, "\"%s\":", name);
    buf_add_i64(out, number);
    buf_add_byte(out, ',');
}

static void
put_text(struct buf *out, const char *name, struct str text)
{
    buf_addf(out, "\"%s\":", name);
    json_add_string(out, text);
    buf_add_byte(out, ',');
}

void
leaf_put(struct buf *out, const struct audit_row *row)
{
    buf_add_byte(out, '{');
    put_member(out, "seq", row->seq);
    put_member(out, "at", row->at);
    put_member(out, "id", row->id);
    put_text(out, "event", row->event);
    put_text(out, "actor", row->actor);
    put_text(out, "source", row->source);
    put_member(out, "company", row->company_id);
    put_member(out, "technician", row->technician_id);
    buf_add_cstr(out, "\"detail\":");
    buf_add_str(out, row->detail);
    buf_add_byte(out, '}');
}

bool
leaf_is_text(const struct audit_row *row)
{
    for (size_t i = 0; i < row->detail.n; i++)
        if ((unsigned char)row->detail.p[i] < ' ')
            return false;
    return utf8_is_valid(row->event) && utf8_is_valid(row->actor) && utf8_is_valid(row->source) &&
           utf8_is_valid(row->detail);
}

struct digest
leaf_hash(const struct audit_row *row)
{
    struct buf b;
    buf_init(&b, leaf_most(row));
    leaf_put(&b, row);
    ASSERT(!buf_is_over(&b));
    struct digest hash = merkle_leaf(buf_view(&b));
    buf_clear(&b);
    return hash;
}

struct digest
leaf_chained(const struct digest *before, const struct audit_row *row)
{
    struct buf b;
    buf_init(&b, leaf_most(row));
    buf_add(&b, before->bytes, sizeof before->bytes);
    fields_put_number(&b, row->seq);
    fields_put_number(&b, row->at);
    fields_put_number(&b, row->company_id);
    fields_put_number(&b, row->technician_id);
    fields_put(&b, row->event);
    fields_put(&b, row->actor);
    fields_put(&b, row->source);
    fields_put(&b, row->detail);
    ASSERT(!buf_is_over(&b));
    struct digest digest = sha256(buf_view(&b));
    buf_clear(&b);
    return digest;
}

static struct str
text_of(struct cx *cx, const json_t *o, const char *key)
{
    const json_t *value = json_object_get(o, key);
    if (!json_is_string(value))
        return STR_NULL;
    return arena_str(&cx->arena, (struct str){json_string_value(value), json_string_length(value)});
}

static void
take_members(struct cx *cx, const json_t *o, struct audit_row *row)
{
    row->seq = json_integer_value(json_object_get(o, "seq"));
    row->at = json_integer_value(json_object_get(o, "at"));
    row->id = json_integer_value(json_object_get(o, "id"));
    row->event = text_of(cx, o, "event");
    row->actor = text_of(cx, o, "actor");
    row->source = text_of(cx, o, "source");
    row->company_id = json_integer_value(json_object_get(o, "company"));
    row->technician_id = json_integer_value(json_object_get(o, "technician"));
}

/* A quote within a string is escaped, so the first place with the name and its quotes is the member. */
enum errcode
leaf_read(struct cx *cx, struct str leaf, struct audit_row *row_out)
{
    static const struct str member = STR(",\"detail\":");
    const size_t at = str_find_str(leaf, member);
    json_t *o = json_loadb(leaf.p != NULL ? leaf.p : "", leaf.n, JSON_ALLOW_NUL, NULL);
    *row_out = (struct audit_row){.is_sound = true};
    take_members(cx, o, row_out);
    json_decref(o);
    if (o == NULL || at + member.n >= leaf.n)
        return err_set(cx, ERR_SYNTAX, "it is not an event");
    row_out->detail = str_sub(leaf, at + member.n, leaf.n - at - member.n - 1);
    struct buf b;
    buf_init(&b, leaf_most(row_out));
    leaf_put(&b, row_out);
    const bool is_same = str_eq(buf_view(&b), leaf);
    buf_clear(&b);
    return is_same ? ERR_NONE : err_set(cx, ERR_SYNTAX, "it is not an event as it is written");
}

bool
leaf_is_first(struct cx *cx, const struct audit_row *row, const struct ledger_log *log,
              const struct digest *chain)
{
    struct str digest = codec_hex(&cx->arena, chain->bytes, sizeof chain->bytes);
    struct str n = arena_printf(&cx->arena, "%lld", (long long)log->chained);
    return audit_event_read(row->event) == AUDIT_BEGAN && str_eq(audit_detail(cx, row, "chained"), n) &&
           str_eq(audit_detail(cx, row, "digest"), digest) &&
           str_eq(audit_detail(cx, row, "origin"), log->origin);
}
