/* SPDX-License-Identifier: Apache-2.0 */
/* export: see export.h. */
#include "ledger/export.h"

#include "accounts/audit.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/json.h"
#include "ledger/leaf.h"

/* Names, times and numbers; an escaped byte has at most six. */
enum { FIXED = 1024, ESCAPED = 6 };

/* Severities of RFC 5424 and of CEF. */
static const struct severity {
    int syslog, cef;
} usual = {5, 3}, refused = {4, 6}, alarming = {3, 9};
enum { FACILITY_AUDIT = 13 };

bool
export_format_read(struct str word, enum export_format *format_out)
{
    static const struct str names[] = {
        [EXPORT_JSON] = STR("json"), [EXPORT_CEF] = STR("cef"), [EXPORT_SYSLOG] = STR("syslog")};
    for (unsigned i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(word, names[i])) {
            *format_out = (enum export_format)i;
            return true;
        }
    return false;
}

size_t
export_most(const struct export_event *e)
{
    return FIXED + leaf_most(e->row) + ESCAPED * (e->account.n + e->host.n + e->row->detail.n);
}

static const struct severity *
severity_of(struct str event)
{
    static const struct str words[] = {STR("refused"), STR("locked"), STR("bad-signature"),
                                       STR("wrong-number")};
    if (str_eq(event, str_from_cstr(audit_event_name(AUDIT_PUSH_REPORTED))))
        return &alarming;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_find_str(event, words[i]) < event.n)
            return &refused;
    return &usual;
}

static void
put_time(struct buf *out, int64_t at)
{
    char text[CLOCK_TEXT_MS];
    clock_text_ms(at, text);
    buf_add_cstr(out, text);
}

static void
put_json(struct buf *out, const struct export_event *e)
{
    buf_add_cstr(out, "{\"time\":\"");
    put_time(out, e->row->at);
    buf_add_cstr(out, "\",\"account\":");
    if (str_is_null(e->account))
        buf_add_cstr(out, "null");
    else
        json_add_string(out, e->account);
    buf_add_cstr(out, ",\"leaf\":");
    leaf_put(out, e->row);
    buf_add_byte(out, '}');
}

/* `special`: what is escaped by a backslash, besides itself. Controls are not text. */
static void
put_escaped(struct buf *out, struct str s, char special)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' || s.p[i] == special)
            buf_add_byte(out, '\\');
        if (s.p[i] == '\n' || s.p[i] == '\r')
            buf_add_cstr(out, special == '=' ? (s.p[i] == '\n' ? "\\n" : "\\r") : " ");
        else
            buf_add_byte(out, (unsigned char)s.p[i] < 0x20 ? ' ' : (unsigned char)s.p[i]);
    }
}

static void
put_header(struct buf *out, struct str s)
{
    put_escaped(out, s, '|');
    buf_add_byte(out, '|');
}

static void
put_extension(struct buf *out, const char *key, struct str value)
{
    if (str_is_empty(value))
        return;
    buf_addf(out, " %s=", key);
    put_escaped(out, value, '=');
}

/* The dictionary has keys of their own for both kinds of addresses. */
static void
put_source(struct buf *out, struct str source)
{
    if (str_find(source, ':') == source.n) {
        put_extension(out, "src", source);
        return;
    }
    put_extension(out, "c6a2", source);
    put_extension(out, "c6a2Label", STR_LIT("Source IPv6 Address"));
}

static void
put_cef(struct buf *out, const struct export_event *e)
{
    const struct audit_row *row = e->row;
    const enum audit_event event = audit_event_read(row->event);
    const char *doc = event == AUDIT_EVENT_COUNT_ ? "" : audit_event_doc(event);
    buf_add_cstr(out, "CEF:0|countersign|countersign|" COUNTERSIGN_VERSION "|");
    put_header(out, row->event);
    put_header(out, str_from_cstr(doc));
    buf_addf(out, "%d|rt=%lld externalId=%lld", severity_of(row->event)->cef, (long long)(row->at / CLOCK_MS),
             (long long)row->seq);
    put_source(out, row->source);
    put_extension(out, "suser", row->actor);
    put_extension(out, "duser", e->account);
    put_extension(out, "msg", row->detail);
}

static bool
is_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

/* Up to its port or path; the nil value if it is not a name. */
static void
put_host(struct buf *out, struct str host)
{
    size_t n = 0;
    while (n < host.n && n < 255 && host.p[n] > ' ' && host.p[n] < 0x7f && host.p[n] != '/' &&
           host.p[n] != ':')
        n++;
    buf_add_str(out, n == 0 ? STR_LIT("-") : str_sub(host, 0, n));
}

static void
put_syslog(struct buf *out, const struct export_event *e)
{
    const struct audit_row *row = e->row;
    buf_addf(out, "<%d>1 ", FACILITY_AUDIT * 8 + severity_of(row->event)->syslog);
    put_time(out, row->at);
    buf_add_byte(out, ' ');
    put_host(out, e->host);
    buf_add_cstr(out, " countersign - ");
    put_host(out, str_sub(row->event, 0, 32)); /* MSGID: the same characters */
    buf_add_cstr(out, " - ");
    if (!is_ascii(row->actor) || !is_ascii(row->source) || !is_ascii(row->detail))
        buf_add_cstr(out, "\xef\xbb\xbf");
    leaf_put(out, row);
}

void
export_put(struct buf *out, enum export_format format, const struct export_event *e)
{
    switch (format) {
    case EXPORT_JSON:
        put_json(out, e);
        break;
    case EXPORT_CEF:
        put_cef(out, e);
        break;
    case EXPORT_SYSLOG:
        put_syslog(out, e);
        break;
    }
    buf_add_byte(out, '\n');
}
