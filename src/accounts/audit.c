/* SPDX-License-Identifier: Apache-2.0 */
/* audit: see audit.h. */
#include "accounts/audit.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "db/db.h"

/* ROW_FIXED: the previous digest, four numbers and eight lengths. */
enum { DETAIL_MAX = 64 * 1024, CHUNK = 256, ROW_FIXED = 32 + 4 * 8 + 8 * 8 };

const char *
audit_event_name(enum audit_event event)
{
    static const char *const names[AUDIT_EVENT_COUNT_] = {
#define EVENT(id, name, bound, doc) [AUDIT_##id] = name,
#include "accounts/audit.def"
    };
    ASSERT(event < AUDIT_EVENT_COUNT_);
    return names[event];
}

const char *
audit_event_doc(enum audit_event event)
{
    static const char *const docs[AUDIT_EVENT_COUNT_] = {
#define EVENT(id, name, bound, doc) [AUDIT_##id] = doc,
#include "accounts/audit.def"
    };
    ASSERT(event < AUDIT_EVENT_COUNT_);
    return docs[event];
}

enum audit_event
audit_event_read(struct str name)
{
    unsigned event = 0;
    while (event < AUDIT_EVENT_COUNT_ &&
           !str_eq(name, str_from_cstr(audit_event_name((enum audit_event)event))))
        event++;
    return (enum audit_event)event;
}

/* A JSON string (RFC 8259, section 7); invalid UTF-8 becomes U+FFFD. */
static void
add_json_string(struct buf *out, struct str s)
{
    buf_add_byte(out, '"');
    while (s.n > 0) {
        size_t n;
        uint32_t cp = utf8_decode(s, &n);
        if (cp == UINT32_MAX)
            buf_add_cstr(out, "\xef\xbf\xbd");
        else if (cp == '"' || cp == '\\')
            buf_addf(out, "\\%c", (int)cp);
        else if (cp < 0x20 || cp == 0x7f)
            buf_addf(out, "\\u%04x", (unsigned)cp);
        else
            buf_add(out, s.p, n);
        s = str_sub(s, n, s.n - n);
    }
    buf_add_byte(out, '"');
}

static enum errcode
detail_json(struct cx *cx, va_list ap, struct str *json_out)
{
    struct buf out;
    buf_init(&out, DETAIL_MAX);
    buf_add_byte(&out, '{');
    for (const char *key = va_arg(ap, const char *); key != NULL; key = va_arg(ap, const char *)) {
        struct str value = va_arg(ap, struct str);
        if (str_is_null(value))
            continue;
        if (buf_view(&out).n > 1)
            buf_add_byte(&out, ',');
        add_json_string(&out, str_from_cstr(key));
        buf_add_byte(&out, ':');
        add_json_string(&out, value);
    }
    if (!str_is_null(cx->door)) {
        buf_add_cstr(&out, buf_view(&out).n > 1 ? ",\"door\":" : "\"door\":");
        add_json_string(&out, cx->door);
    }
    buf_add_byte(&out, '}');
    enum errcode err = ERR_NONE;
    if (buf_is_over(&out))
        err = err_set(cx, ERR_LIMIT, "the detail of an audit event is too long");
    else
        *json_out = arena_str(&cx->arena, buf_view(&out));
    buf_clear(&out);
    return err;
}

struct str
audit_detail(struct cx *cx, const struct audit_row *row, const char *key)
{
    json_t *detail = json_loadb(row->detail.p != NULL ? row->detail.p : "", row->detail.n, 0, NULL);
    const json_t *value = json_object_get(detail, key);
    struct str text = STR_NULL;
    if (json_is_string(value))
        text = arena_str(&cx->arena, (struct str){json_string_value(value), json_string_length(value)});
    json_decref(detail);
    return text;
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

static struct digest
row_digest(const struct digest *before, const struct audit_row *row)
{
    struct buf b;
    buf_init(&b, ROW_FIXED + row->event.n + row->actor.n + row->source.n + row->detail.n);
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

static struct str
or_text(struct str s, struct str other)
{
    return str_is_null(s) ? other : s;
}

enum errcode
audit_write_list(struct cx *cx, struct audit_of of, enum audit_event event, va_list detail)
{
    struct audit_row row = {
        .at = cx->now,
        .event = str_from_cstr(audit_event_name(event)),
        .actor = or_text(cx->actor, STR_LIT("system")),
        .source = or_text(cx->source, STR_LIT("")),
        .company_id = of.company,
        .technician_id = of.technician,
    };
    struct digest before;
    enum errcode err = detail_json(cx, detail, &row.detail);
    if (err == ERR_NONE)
        err = store_audit_last(cx, &row.seq, &before);
    if (err != ERR_NONE)
        return err;
    row.seq++;
    row.digest = row_digest(&before, &row);
    return store_audit_add(cx, &row);
}

enum errcode
audit_write(struct cx *cx, struct audit_of of, enum audit_event event, ...)
{
    va_list detail;
    va_start(detail, event);
    enum errcode err = audit_write_list(cx, of, event, detail);
    va_end(detail);
    return err;
}

enum errcode
audit_list(struct cx *cx, struct audit_of of, int64_t after, int64_t limit, struct audit_row **rows_out,
           size_t *n_out)
{
    struct audit_range range = {after, limit, of.company, of.technician};
    return store_audit_list(cx, &range, rows_out, n_out);
}

void
audit_wake(struct cx *cx, struct audit_of of)
{
    if (of.technician != 0)
        cx_wake(cx, of.technician);
    else if (of.company != 0)
        cx->wakes_all = true;
}

enum errcode
audit_follow(struct cx *cx, int64_t limit, int64_t *seq, bool *more_out)
{
    struct digest digest;
    struct audit_row *rows = NULL;
    size_t n = 0;
    *more_out = false;
    if (*seq < 0) {
        cx->wakes_all = true;
        return store_audit_last(cx, seq, &digest);
    }
    const struct audit_range range = {.after = *seq, .limit = limit};
    enum errcode err = store_audit_list(cx, &range, &rows, &n);
    if (err != ERR_NONE)
        return err;
    for (size_t i = 0; i < n; i++) {
        audit_wake(cx, (struct audit_of){rows[i].company_id, rows[i].technician_id});
        *seq = rows[i].seq;
    }
    *more_out = (int64_t)n == limit;
    return ERR_NONE;
}

struct chain {
    int64_t seq; /* of the last valid row */
    struct digest digest;
    bool is_broken;
    int64_t bad; /* the first invalid row, where the chain is broken */
};

static void
check_rows(struct chain *chain, const struct audit_row *rows, size_t n)
{
    for (size_t i = 0; i < n && !chain->is_broken; i++) {
        const struct digest expected = row_digest(&chain->digest, &rows[i]);
        const int64_t next = chain->seq + 1;
        chain->is_broken = !rows[i].is_sound || rows[i].seq != next ||
                           !secret_equal(expected.bytes, rows[i].digest.bytes, sizeof expected.bytes);
        chain->bad = rows[i].seq < next ? rows[i].seq : next;
        if (!chain->is_broken)
            *chain = (struct chain){.seq = next, .digest = expected};
    }
}

/* Starts at the least possible number, not at 1. No transaction: rows never change, and a long read would
 * keep the WAL growing. The memory of each chunk is released with it: a log is unbounded, an arena should
 * not be. */
static enum errcode
check_chain(struct cx *part, struct chain *chain)
{
    struct audit_range range = {.after = INT64_MIN, .limit = CHUNK};
    struct audit_row *rows;
    size_t n = CHUNK;
    while (!chain->is_broken && n == CHUNK) {
        enum errcode err = store_audit_list(part, &range, &rows, &n);
        if (err != ERR_NONE)
            return err;
        check_rows(chain, rows, n);
        range.after = chain->seq;
        arena_reset(&part->arena);
    }
    if (chain->is_broken)
        return ERR_NONE;
    /* Rows that a listing cannot return: a duplicate number, if a copy of the table allows it; no number;
     * the least number. */
    int64_t count = 0;
    enum errcode err = store_audit_count(part, chain->seq, &count);
    chain->is_broken = err == ERR_NONE && count != chain->seq;
    return err;
}

enum errcode
audit_verify(struct cx *cx, int64_t *last_out, struct str *digest_hex_out, int64_t *bad_out)
{
    struct chain chain = {.seq = 0};
    struct cx part = *cx;
    arena_init(&part.arena);
    enum errcode err = check_chain(&part, &chain);
    arena_clear(&part.arena);
    if (err != ERR_NONE)
        err_set(cx, err, "%s", part.detail);
    else if (chain.is_broken)
        err = err_set(cx, ERR_CRYPTO, "audit row %lld was changed, added or removed", (long long)chain.bad);
    if (last_out != NULL)
        *last_out = chain.seq;
    if (digest_hex_out != NULL)
        *digest_hex_out = codec_hex(&cx->arena, chain.digest.bytes, sizeof chain.digest.bytes);
    if (bad_out != NULL)
        *bad_out = chain.bad;
    return err;
}
