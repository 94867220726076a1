/* SPDX-License-Identifier: Apache-2.0 */
/* clock: the only source of time. Times are int64_t microseconds. There are three clocks:
 *
 * clock_now: UTC since 1970, for everything that has a lifetime, a pause or a place in the audit log. It
 * follows the wall clock but never goes back: when the wall clock is set back, it continues at the rate of
 * the monotonic clock, slowed by one part in CLOCK_SLEW, until the wall clock has caught up. So nothing lasts
 * longer than its own length (except by that part), and no order is reversed.
 *
 * clock_wall: UTC as the machine has it, set back or not. For values that others compare with their own
 * clocks (codes, dated signatures, headers, log lines).
 *
 * clock_mono: time since an arbitrary start, for waiting.
 *
 * A time seen by one process reaches the others through the newest audit row: see db_begin.
 *
 * Processes can share a movable offset: an int64_t of microseconds that each of them maps and adds to all
 * clocks; an optional second one behind it is added to the wall clock only. A sandbox (countersignd
 * --sandbox) passes its children the descriptor of such an offset (clock_share). No other server has one,
 * so its clocks cannot be moved. Builds with -Dtesting=true can also map a file by name (clock_map_offset)
 * or stop the clock (clock_fix); in other builds the former fails and the latter does not exist. */
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

#define CLOCK_SLEW 1024
#define CLOCK_BEHIND_MOST (3660 * CLOCK_DAY) /* most that clock_now may be above the wall clock */

int64_t clock_now(void);
int64_t clock_wall(void);
int64_t clock_mono(void);
/* From now on clock_now returns t or later; returns its current value. A clock stopped by clock_fix does
 * not move. */
int64_t clock_raise(int64_t t);

/* RFC 3339 in UTC with whole seconds, "2026-11-23T15:30:14Z". */
struct str clock_text(struct arena *a, int64_t t);
/* Servers of one database differ from its clock by no more, or they do not use it (db/postgres): so a time
 * that another one wrote may be in the future by up to twice as much. */
#define CLOCK_SKEW_MOST (2 * CLOCK_S)

/* The beginning of a day in UTC, "2026-11-23", of the years 1970 to 9999. ERR_SYNTAX. */
enum errcode clock_read_day(struct str text, int64_t *t_out) MUST_CHECK;
/* The same with milliseconds, "2026-11-23T15:30:14.123Z", NUL-terminated, without allocation: for the log. */
enum { CLOCK_TEXT_MS = 40 };
void clock_text_ms(int64_t t, char out[CLOCK_TEXT_MS]);

/* Tests only, within one process: all clocks return t until clock_fix(0) restores the real clocks. */
void clock_fix(int64_t t);
/* Maps the file's first 8 or 16 bytes read-only, and adds their value from now on. ERR_SYSTEM. */
enum errcode clock_map_offset(const char *path) MUST_CHECK;
/* Maps 8 or 16 bytes of the descriptor, which stays the caller's, and adds their value from now on. If it
 * is open for writing as well, this process may move the clock. ERR_SYSTEM. */
enum { CLOCK_SHARED_BOTH = 2 * sizeof(int64_t) };
enum errcode clock_share(int fd) MUST_CHECK;
/* Moves the shared clock forward; *offset_out is its distance from the real one. ERR_DENIED: this process
 * may not move a clock; ERR_RANGE: backwards, or more than CLOCK_ADVANCE_MOST in total. */
#define CLOCK_ADVANCE_MOST (3660 * CLOCK_DAY)
enum errcode clock_advance(int64_t by, int64_t *offset_out) MUST_CHECK;
/* The clock may be moved, which wakes no sleeper: a process that sleeps until some time must look again
 * soon. */
bool clock_is_movable(void);

#endif
