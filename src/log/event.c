/* SPDX-License-Identifier: Apache-2.0 */
/* event: the list of events as a table, and the names of levels; see log.h. */
#include "base/err.h"
#include "log/log.h"

static const char *const level_names[] = {
    [LOG_LEVEL_ERROR] = "error",
    [LOG_LEVEL_WARNING] = "warning",
    [LOG_LEVEL_INFO] = "info",
    [LOG_LEVEL_DEBUG] = "debug",
};

const struct log_event_row log_events[LOG_EVENT_COUNT_] = {
#define LOG_EVENT(id, name, level, doc) [LOG_##id] = {name, LOG_LEVEL_##level, doc},
#include "log/events.def"
};

const char *
log_level_name(enum log_level level)
{
    ASSERT(level <= LOG_LEVEL_DEBUG);
    return level_names[level];
}
