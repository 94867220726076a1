/* SPDX-License-Identifier: Apache-2.0 */
/* log: builds a line on the stack (shape.c) and writes it with one call, so that lines of several processes
 * on one pipe never mix (PIPE_BUF is 4096 on Linux), and so that exhausted memory can still be reported. */
#include "log/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/codec.h"
#include "log/shape.h"
#include "log/sink.h"
#include "metrics/metrics.h"

enum { QUOTE_MAX = 200, ESCAPE_MAX = 10, ESCAPED = 4, QUOTED = 2 + 3 + 1 };

static struct {
    const char *who;
    enum log_level level;
    unsigned long dropped; /* lines dropped since the last one that was written */
    bool is_journal;
    enum log_format format;
    char request[LOG_REQUEST_MAX + 1], trace[LOG_TRACE_MAX + 1]; /* "": none */
} sink = {.who = "countersign", .level = LOG_LEVEL_INFO};

/* JOURNAL_STREAM is DEVICE:INODE. It is inherited by programs whose standard error is something else. */
static bool
is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat st;
    char own[64];
    if (stream == NULL || fstat(STDERR_FILENO, &st) != 0)
        return false;
    (void)snprintf(own, sizeof own, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    return strcmp(stream, own) == 0;
}

void
log_init(const char *who, enum log_level level)
{
    sink.is_journal = is_journal();
    sink.who = who;
    sink.level = level;
}

void
log_set_level(enum log_level level)
{
    sink.level = level;
}

void
log_set_format(enum log_format format)
{
    bool is_lost = format == LOG_JOURNALD && !sink_connect();
    sink.format = is_lost ? LOG_TEXT : format;
    if (is_lost)
        log_event(LOG_JOURNAL_UNAVAILABLE, "error=\"%s\"", strerror(errno));
}

bool
log_is_id(struct str text, size_t most)
{
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
              c == '_' || c == '-'))
            return false;
    }
    return text.n > 0 && text.n <= most;
}

static void
keep_id(char *to, struct str id, size_t most)
{
    size_t n = log_is_id(id, most) ? id.n : 0;
    if (n > 0)
        memcpy(to, id.p, n);
    to[n] = '\0';
}

void
log_set_request(struct str request, struct str trace)
{
    keep_id(sink.request, request, LOG_REQUEST_MAX);
    keep_id(sink.trace, trace, LOG_TRACE_MAX);
}

void
log_own_stderr(void)
{
    sink_make_own();
}

/* Builds what is written in `line`, and returns its length. */
static size_t
    PRINTF_LIKE(3, 0) compose(char line[SHAPE_MAX], enum log_event event, const char *fmt, va_list ap)
{
    ASSERT(event < LOG_EVENT_COUNT_);
    char body[SHAPE_MAX];
    int rest = vsnprintf(body, sizeof body, fmt, ap);
    ASSERT(rest >= 0);
    size_t n = rest < SHAPE_MAX ? (size_t)rest : SHAPE_MAX - 1;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)body[i] < 0x20 || body[i] == 0x7f)
            body[i] = '?';
    const struct shape_event e = {.who = sink.who,
                                  .row = &log_events[event],
                                  .body = {body, n},
                                  .request = sink.request,
                                  .trace = sink.trace};
    if (sink.format == LOG_JSON)
        return shape_json(&e, line);
    return sink.format == LOG_JOURNALD ? shape_journal(&e, line) : shape_text(&e, sink.is_journal, line);
}

static bool
write_composed(const char *line, size_t n)
{
    return sink.format == LOG_JOURNALD ? sink_send(line, n) : sink_write(line, n);
}

static bool PRINTF_LIKE(2, 3) write_line(enum log_event event, const char *fmt, ...)
{
    char line[SHAPE_MAX];
    va_list ap;
    va_start(ap, fmt);
    size_t n = compose(line, event, fmt, ap);
    va_end(ap);
    return write_composed(line, n);
}

void
log_catch_up(void)
{
    int saved = errno;
    if (sink.dropped > 0 && write_line(LOG_LOG_DROPPED, "lines=%lu", sink.dropped))
        sink.dropped = 0;
    errno = saved;
}

/* A confined process cannot connect to it again: its lines are text from now on, on standard error, which the
 * journal of systemd reads too. */
static bool
has_lost_journal(void)
{
    if (sink.format != LOG_JOURNALD || sink_is_connected())
        return false;
    sink.format = LOG_TEXT;
    log_event(LOG_JOURNAL_UNAVAILABLE, "error=\"%s\"", strerror(ECONNREFUSED));
    return true;
}

void
log_event(enum log_event event, const char *fmt, ...)
{
    ASSERT(event < LOG_EVENT_COUNT_);
    if (log_events[event].level > sink.level)
        return;
    int saved = errno;
    char line[SHAPE_MAX];
    va_list ap;
    va_start(ap, fmt);
    size_t n = compose(line, event, fmt, ap);
    va_end(ap);
    log_catch_up();
    bool is_written = sink.dropped == 0 && write_composed(line, n);
    if (!is_written && has_lost_journal()) {
        va_start(ap, fmt);
        n = compose(line, event, fmt, ap);
        va_end(ap);
        log_catch_up();
        is_written = write_composed(line, n);
    }
    if (!is_written) {
        sink.dropped++;
        metrics_count(METRIC_LOG_LOST, 0);
    }
    errno = saved;
}

/* C0, DEL and C1 controls; line and paragraph separators; marks that change the text direction (Unicode 9,
 * section 23.2); the byte order mark. */
static bool
is_treacherous(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) || cp == 0x200e || cp == 0x200f ||
           (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff;
}

/* Writes one character, escaped if necessary, and a NUL; returns its length without the NUL. */
static size_t
escape(struct str ch, uint32_t cp, char out[ESCAPE_MAX])
{
    int n = 0;
    if (cp == '"' || cp == '\\')
        n = snprintf(out, ESCAPE_MAX, "\\%c", (char)cp);
    else if (cp == '\n')
        n = snprintf(out, ESCAPE_MAX, "\\n");
    else if (cp == UINT32_MAX || (is_treacherous(cp) && ch.n == 1))
        n = snprintf(out, ESCAPE_MAX, "\\x%02x", (unsigned)(unsigned char)ch.p[0]);
    else if (is_treacherous(cp))
        n = snprintf(out, ESCAPE_MAX, "\\u%04x", (unsigned)cp);
    else
        n = snprintf(out, ESCAPE_MAX, "%.*s", STR_ARG(ch));
    return (size_t)n;
}

/* Quotes up to QUOTE_MAX bytes of s; out has room for QUOTE_MAX * ESCAPED + QUOTED. */
static void
quote(struct str s, char *out)
{
    size_t at = 0;
    size_t from = 0;
    out[at++] = '"';
    while (from < s.n) {
        size_t n = 0;
        struct str rest = str_sub(s, from, SIZE_MAX);
        uint32_t cp = utf8_read(rest, &n);
        if (from + n > QUOTE_MAX)
            break;
        char piece[ESCAPE_MAX];
        size_t piece_n = escape(str_sub(rest, 0, n), cp, piece);
        memcpy(out + at, piece, piece_n);
        at += piece_n;
        from += n;
    }
    out[at++] = '"';
    const char *end = from < s.n ? "..." : "";
    memcpy(out + at, end, strlen(end) + 1);
}

const char *
log_quote(struct arena *a, struct str s)
{
    if (str_is_null(s))
        return "-";
    char quoted[QUOTE_MAX * ESCAPED + QUOTED];
    quote(s, quoted);
    return arena_cstr(a, str_from_cstr(quoted));
}

void
log_cx_error(const struct cx *cx, enum log_event event)
{
    /* Not from the context's arena, which may be the one that is full, and is not the log's to extend. */
    char detail[QUOTE_MAX * ESCAPED + QUOTED];
    char source[QUOTE_MAX * ESCAPED + QUOTED] = "-";
    quote(str_from_cstr(cx->detail), detail);
    if (!str_is_null(cx->source))
        quote(cx->source, source);
    log_event(event, "error=%s detail=%s source=%s", err_name(cx->err), detail, source);
}
