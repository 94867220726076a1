/* SPDX-License-Identifier: Apache-2.0 */
/* leaf: see leaf.h. */
#include "ledger/leaf.h"

#include "base/codec.h"
#include "base/json.h"
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

static void
put_field(struct buf *b, struct str s)
{
    unsigned char length[8];
    be64_put(length, s.n);
    buf_add(b, length, sizeof length);
    buf_add_str(b, s);
}

static void
put_number(struct buf *b, int64_t v)
{
    unsigned char bytes[8];
    be64_put(bytes, (uint64_t)v);
    put_field(b, (struct str){(const char *)bytes, sizeof bytes});
}

struct digest
leaf_chained(const struct digest *before, const struct audit_row *row)
{
    struct buf b;
    buf_init(&b, leaf_most(row));
    buf_add(&b, before->bytes, sizeof before->bytes);
    put_number(&b, row->seq);
    put_number(&b, row->at);
    put_number(&b, row->company_id);
    put_number(&b, row->technician_id);
    put_field(&b, row->event);
    put_field(&b, row->actor);
    put_field(&b, row->source);
    put_field(&b, row->detail);
    ASSERT(!buf_is_over(&b));
    struct digest digest = sha256(buf_view(&b));
    buf_clear(&b);
    return digest;
}
