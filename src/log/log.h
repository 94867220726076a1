/* SPDX-License-Identifier: Apache-2.0 */
/* log: one line per event, to standard error, for people and programs alike, or to journald (log.format):
 *   2026-11-23T15:30:14.123Z info front connection.refused source=192.0.2.1 reason=limit
 * events.def lists the events and their levels. Values are formatted as by printf; text from outside must go
 * through log_quote, which escapes anything that could forge a line. A line is at most 4 KiB and written by
 * one write(2); longer ones are truncated, and any remaining control character becomes a '?'. fmt may be "".
 * Never log a password, token, code, seed or key. The sink is the program's only mutable global.
 *
 * Nothing waits for the log: while the reader of standard error stalls, lines are dropped; the event
 * log.dropped gives their number once it reads again. docs/operating.md has the other formats (shape.h). */
#ifndef COUNTERSIGN_LOG_LOG_H
#define COUNTERSIGN_LOG_LOG_H

#include "base/arena.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

enum log_event {
#define LOG_EVENT(id, name, level, doc) LOG_##id,
#include "log/events.def"
    LOG_EVENT_COUNT_
};

struct log_event_row {
    const char *name;
    enum log_level level;
    const char *doc; /* one sentence */
};
extern const struct log_event_row log_events[LOG_EVENT_COUNT_];
/* "error", "warning", "info", "debug". */
const char *log_level_name(enum log_level level);

/* `who` is the process's name in the lines ("front"); a constant. Where standard error is the journal's
 * stream (JOURNAL_STREAM, see systemd.exec(5)), a line begins with its priority as <3>, <4>, <6> or <7> in
 * place of time and level, which the journal keeps itself. */
void log_init(const char *who, enum log_level level);
void log_set_level(enum log_level level);
/* From now on. LOG_JOURNALD connects to journald's socket, which a confined process can no longer do; where
 * there is none, lines stay text, and an event says so. */
enum log_format { LOG_TEXT, LOG_JSON, LOG_JOURNALD };
void log_set_format(enum log_format format);

/* The request that the lines from now on belong to: each gets its id, and the trace's that it is part of.
 * Null: none, or unknown. An id of other characters than log_is_id allows is left out. Cleared by
 * log_set_request(STR_NULL, STR_NULL). */
enum { LOG_REQUEST_MAX = 64, LOG_TRACE_MAX = 32, LOG_ORIGIN_MAX = LOG_REQUEST_MAX + LOG_TRACE_MAX + 32 };
void log_set_request(struct str request, struct str trace);
/* Letters, digits and . _ - of ASCII, at least one and at most `most` of them: harmless in any log. */
bool log_is_id(struct str text, size_t most);

/* Called once, by a process whose children share its standard error, before it starts the first one: makes
 * standard error an open file that never blocks (where the system allows it), without changing it for
 * other programs. */
void log_own_stderr(void);
/* Reports dropped lines, if there are any and the reader is back. For a process that may have nothing else
 * to log; called from time to time. */
void log_catch_up(void);

void log_event(enum log_event event, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Logs the context's error and its detail; called once, where the error is decided. */
void log_cx_error(const struct cx *cx, enum log_event event);

/* In double quotes. Quotes, backslashes, characters that move a cursor or change the text direction, and
 * invalid UTF-8 are escaped; truncated after 200 bytes, shown by "..." after the quotes. Null is a bare -. */
const char *log_quote(struct arena *a, struct str s);

#endif
