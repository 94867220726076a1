/* SPDX-License-Identifier: Apache-2.0 */
/* audit: see audit.h. */
#include "accounts/audit.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "accounts/audit_mac.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/json.h"
#include "base/rand.h"
#include "store/store_ledger.h"

enum { DETAIL_MAX = 64 * 1024 };
/* An event can get its number so much later than one that has a later time. */
#define DISORDER (10 * CLOCK_MINUTE)

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
        json_add_string(&out, str_from_cstr(key));
        buf_add_byte(&out, ':');
        json_add_string(&out, value);
    }
    if (!str_is_null(cx->door)) {
        buf_add_cstr(&out, buf_view(&out).n > 1 ? ",\"door\":" : "\"door\":");
        json_add_string(&out, cx->door);
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

static struct str
or_text(struct cx *cx, struct str s, struct str other)
{
    return str_is_null(s) ? other : utf8_repair(&cx->arena, s);
}

/* Ascending, so that events of one moment keep their order; by chance, so that those of two processes have
 * different ones. */
static int64_t
next_id(struct cx *cx)
{
    if (cx->last_event == 0)
        cx->last_event = rand_id() / 2;
    return ++cx->last_event;
}

enum errcode
audit_write_list(struct cx *cx, struct audit_of of, enum audit_event event, va_list detail)
{
    struct audit_row row = {
        .at = cx->now,
        .id = next_id(cx),
        .event = str_from_cstr(audit_event_name(event)),
        .actor = or_text(cx, cx->actor, STR_LIT("system")),
        .source = or_text(cx, cx->source, STR_LIT("")),
        .company_id = of.company,
        .technician_id = of.technician,
    };
    enum errcode err = detail_json(cx, detail, &row.detail);
    if (err != ERR_NONE)
        return err;
    row.digest = audit_mac(cx, &row);
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

/* Events that are in archives are before any that is left. */
enum errcode
audit_number_at(struct cx *cx, int64_t since, int64_t *after_out)
{
    int64_t low = 0, high = 0; /* the event after `low` may be the first; that after `high` is late enough */
    struct cx part = *cx;
    arena_init(&part.arena);
    enum errcode err = store_audit_last(&part, &high);
    while (err == ERR_NONE && low < high) {
        const int64_t middle = low + (high - low) / 2;
        struct audit_row *rows = NULL;
        size_t n = 0;
        err = audit_list(&part, (struct audit_of){0}, middle, 1, &rows, &n);
        if (n == 0 || rows[0].at >= since - DISORDER)
            high = middle;
        else
            low = middle + 1;
        arena_reset(&part.arena);
    }
    arena_clear(&part.arena);
    *after_out = low;
    return err == ERR_NONE ? ERR_NONE : err_set(cx, err, "%s", part.detail);
}

enum errcode
audit_archived(struct cx *cx, struct audit_archived *archived_out)
{
    struct ledger_log log;
    struct audit_row *rows = NULL;
    size_t n = 0;
    *archived_out = (struct audit_archived){.last = 0};
    enum errcode err = store_ledger_log(cx, &log);
    if (err != ERR_NONE || log.archived == 0)
        return err;
    err = audit_list(cx, (struct audit_of){0}, log.archived, 1, &rows, &n);
    *archived_out = (struct audit_archived){log.archived, n > 0 ? rows[0].at : 0};
    return err;
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
    struct audit_row *rows = NULL;
    size_t n = 0;
    *more_out = false;
    if (*seq < 0) {
        cx->wakes_all = true;
        return store_audit_last(cx, seq);
    }
    const struct audit_range range = {.after = *seq, .limit = limit};
    enum errcode err = store_audit_list(cx, &range, &rows, &n);
    if (err != ERR_NONE)
        return err;
    if (n > 0 && rows[0].seq > *seq + 1) /* those in between went into an archive */
        cx->wakes_all = true;
    for (size_t i = 0; i < n; i++) {
        audit_wake(cx, (struct audit_of){rows[i].company_id, rows[i].technician_id});
        *seq = rows[i].seq;
    }
    *more_out = (int64_t)n == limit;
    return ERR_NONE;
}
