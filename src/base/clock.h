/* clock: the only source of time. Times are int64_t microseconds. Three hands:
 *
 *   clock_now   UTC since 1970, for everything that has a life, a rest or a place in the audit. It is the
 * wall clock, but never goes back: when the wall clock is set back, it runs on at the pace of the monotonic
 * clock, slower by one part in CLOCK_SLEW, until the wall clock has caught up. So nothing lasts longer than
 * its own length (but for that part), and no order is reversed. clock_wall  UTC as the machine has it, set
 * back or not: for what others compare with a clock of their own (codes, signatures with a date, headers, log
 * lines). clock_mono  since some start, for waiting.
 *
 * What one process saw, another learns from the newest audit row: see db_begin.
 *
 * Processes can share a movable offset: an int64_t of microseconds that each of them maps, added to all
 * hands; a second one behind it, where there is one, is added to the wall clock alone. A sandbox
 * (countersignd --sandbox) hands its children the descriptor of one (clock_share); no other server has one,
 * and so none can be moved. Builds with -Dtesting=true also map a file by its name (clock_map_offset) or fix
 * the clock (clock_fix): elsewhere the first refuses, the second is not there. */
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
#define CLOCK_BEHIND_MOST (3660 * CLOCK_DAY) /* by which clock_now may be raised above the wall clock */

int64_t clock_now(void);
int64_t clock_wall(void);
int64_t clock_mono(void);
/* clock_now answers t or later from now on; returns what it answers now. A clock that clock_fix stopped stays
 * where it is. */
int64_t clock_raise(int64_t t);

/* RFC 3339 in UTC with whole seconds, "2026-11-23T15:30:14Z". */
struct str clock_text(struct arena *a, int64_t t);
/* The same with milliseconds, "2026-11-23T15:30:14.123Z", NUL-terminated and without allocating: for the log.
 */
enum { CLOCK_TEXT_MS = 40 };
void clock_text_ms(int64_t t, char out[CLOCK_TEXT_MS]);

/* Tests only, in one process: all hands answer t until clock_fix(0) gives the real clock back. */
void clock_fix(int64_t t);
/* Maps the file's first 8 or 16 bytes read-only and adds them from now on. ERR_SYSTEM. */
enum errcode clock_map_offset(const char *path) MUST_CHECK;
/* Maps the 8 or 16 bytes of the descriptor, which stays the caller's, and adds their value from now on. Open
 * for writing too, this process may move it. ERR_SYSTEM. */
enum { CLOCK_SHARED_BOTH = 2 * sizeof(int64_t) };
enum errcode clock_share(int fd) MUST_CHECK;
/* Moves the shared clock forward; *offset_out is how far it is from the real one. ERR_DENIED: there is none
 * to move here; ERR_RANGE: backwards, or more than CLOCK_ADVANCE_MOST in all. */
#define CLOCK_ADVANCE_MOST (3660 * CLOCK_DAY)
enum errcode clock_advance(int64_t by, int64_t *offset_out) MUST_CHECK;
/* Somebody may move the clock, which wakes nobody: who sleeps until a moment must look again soon. */
bool clock_is_movable(void);

#endif
