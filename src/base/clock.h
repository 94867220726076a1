/* clock: the only source of time. Times are int64_t microseconds: UTC since 1970 (clock_now) or monotonic
 * (clock_mono).
 *
 * A test fixes the clock (clock_fix) or shares a movable offset between processes (clock_map_offset): the
 * offset is an int64_t of microseconds in a file mapped by every process, added to both clocks. Only builds
 * with -Dtesting=true can: elsewhere clock_fix is not there and clock_map_offset refuses. */
#ifndef COUNTERSIGN_BASE_CLOCK_H
#define COUNTERSIGN_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define CLOCK_MS INT64_C(1000)
#define CLOCK_S INT64_C(1000000)
#define CLOCK_MINUTE (60 * CLOCK_S)
#define CLOCK_HOUR (60 * CLOCK_MINUTE)
#define CLOCK_DAY (24 * CLOCK_HOUR)

int64_t clock_now(void);
int64_t clock_mono(void);

/* RFC 3339 in UTC with whole seconds, "2026-11-23T15:30:14Z". */
struct str clock_text(struct arena *a, int64_t t);
/* The same with milliseconds, "2026-11-23T15:30:14.123Z", NUL-terminated and without allocating: for the log.
 */
enum { CLOCK_TEXT_MS = 40 };
void clock_text_ms(int64_t t, char out[CLOCK_TEXT_MS]);

/* Tests only, in one process: clock_now() and clock_mono() answer t until clock_fix(0) gives the real clock
 * back. */
void clock_fix(int64_t t);
/* Maps the 8-byte file read-only and adds its content from now on. ERR_SYSTEM. */
enum errcode clock_map_offset(const char *path) MUST_CHECK;
/* A test may move the clock, which wakes nobody: who sleeps until a moment must look again soon. */
bool clock_is_movable(void);

#endif
