/* SPDX-License-Identifier: Apache-2.0 */
/* clock: two kernel clocks, and the offset that moves them in a sandbox or a test build. */
#include "base/clock.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void *shared; /* the mapped _Atomic int64_t, or NULL */
static size_t shared_size;
static bool may_move;

/* The last value of clock_now when it was equal to the wall clock, or was raised. */
static struct {
    int64_t at, mono;
    bool is_set;
} anchor;

enum errcode
clock_share(int fd)
{
    struct stat st;
    int mode = fcntl(fd, F_GETFL);
    void *p = MAP_FAILED;
    bool is_writable = mode >= 0 && (mode & O_ACCMODE) == O_RDWR;
    size_t size = sizeof(int64_t);
    /* Reading a page beyond the end of a shorter file would raise SIGBUS. */
    if (mode >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= (off_t)size) {
        size = st.st_size >= (off_t)CLOCK_SHARED_BOTH ? CLOCK_SHARED_BOTH : size;
        p = mmap(NULL, size, is_writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
    }
    if (p == MAP_FAILED)
        return ERR_SYSTEM;
    if (shared != NULL)
        (void)munmap(shared, shared_size);
    shared = p;
    shared_size = size;
    may_move = is_writable;
    return ERR_NONE;
}

enum errcode
clock_advance(int64_t by, int64_t *offset_out)
{
    if (shared == NULL || !may_move)
        return ERR_DENIED;
    int64_t before = atomic_load_explicit((_Atomic int64_t *)shared, memory_order_acquire);
    do {
        if (by < 0 || by > CLOCK_ADVANCE_MOST - before)
            return ERR_RANGE;
    } while (!atomic_compare_exchange_weak_explicit((_Atomic int64_t *)shared, &before, before + by,
                                                    memory_order_acq_rel, memory_order_acquire));
    *offset_out = before + by;
    return ERR_NONE;
}

#if COUNTERSIGN_TESTING
static int64_t fixed;

void
clock_fix(int64_t t)
{
    fixed = t;
}

enum errcode
clock_map_offset(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return ERR_SYSTEM;
    enum errcode err = clock_share(fd);
    (void)close(fd);
    return err;
}

static bool
is_fixed(int64_t *t_out)
{
    *t_out = fixed;
    return fixed != 0;
}
#else
enum errcode
clock_map_offset(const char *path)
{
    (void)path;
    return ERR_SYSTEM;
}

static bool
is_fixed(int64_t *t_out)
{
    (void)t_out;
    return false;
}
#endif

bool
clock_is_movable(void)
{
    int64_t t;
    return shared != NULL || is_fixed(&t);
}

static int64_t
shared_at(size_t i)
{
    if (shared == NULL || shared_size < (i + 1) * sizeof(int64_t))
        return 0;
    return atomic_load_explicit((_Atomic int64_t *)shared + i, memory_order_acquire);
}

static int64_t
read_clock(clockid_t id)
{
    struct timespec ts;
    int64_t fixed_at;
    if (is_fixed(&fixed_at))
        return fixed_at;
    ASSERT(clock_gettime(id, &ts) == 0);
    return (int64_t)ts.tv_sec * CLOCK_S + ts.tv_nsec / 1000 + shared_at(0);
}

int64_t
clock_wall(void)
{
    int64_t fixed_at;
    int64_t wall = read_clock(CLOCK_REALTIME);
    return is_fixed(&fixed_at) ? wall : wall + shared_at(1);
}

int64_t
clock_mono(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t
clock_now(void)
{
    int64_t fixed_at;
    if (is_fixed(&fixed_at))
        return fixed_at;
    int64_t wall = clock_wall(), mono = clock_mono(), run = mono - anchor.mono;
    if (anchor.is_set && wall < anchor.at + run - run / CLOCK_SLEW)
        return anchor.at + run - run / CLOCK_SLEW;
    anchor.at = wall;
    anchor.mono = mono;
    anchor.is_set = true;
    return wall;
}

int64_t
clock_raise(int64_t t)
{
    int64_t now = clock_now();
    if (t <= now)
        return now;
    anchor.at = t;
    anchor.mono = clock_mono();
    anchor.is_set = true;
    return t;
}

/* Whole seconds, without the Z; returns the length. */
static size_t
text_of(int64_t t, char out[CLOCK_TEXT_MS])
{
    time_t whole = (time_t)(t / CLOCK_S - (t % CLOCK_S < 0 ? 1 : 0));
    struct tm tm;
    ASSERT(gmtime_r(&whole, &tm) != NULL);
    size_t n = strftime(out, CLOCK_TEXT_MS, "%Y-%m-%dT%H:%M:%S", &tm);
    ASSERT(n > 0);
    return n;
}

struct str
clock_text(struct arena *a, int64_t t)
{
    char text[CLOCK_TEXT_MS];
    size_t n = text_of(t, text);
    return arena_printf(a, "%.*sZ", (int)n, text);
}

/* What is written again as it was read is a day of the calendar. */
enum errcode
clock_read_day(struct str text, int64_t *t_out)
{
    char again[CLOCK_TEXT_MS];
    int64_t year = 0, month = 0, day = 0;
    struct str rest = text;
    if (text.n != 10 || str_to_i64(str_cut(&rest, '-'), 1970, 9999, &year) != ERR_NONE ||
        str_to_i64(str_cut(&rest, '-'), 1, 12, &month) != ERR_NONE ||
        str_to_i64(rest, 1, 31, &day) != ERR_NONE)
        return ERR_SYNTAX;
    struct tm tm = {.tm_year = (int)year - 1900, .tm_mon = (int)month - 1, .tm_mday = (int)day};
    *t_out = (int64_t)timegm(&tm) * CLOCK_S;
    (void)text_of(*t_out, again);
    return str_eq((struct str){again, text.n}, text) ? ERR_NONE : ERR_SYNTAX;
}

void
clock_text_ms(int64_t t, char out[CLOCK_TEXT_MS])
{
    size_t n = text_of(t, out);
    int64_t us = t % CLOCK_S;
    unsigned ms = (unsigned)((us < 0 ? us + CLOCK_S : us) / CLOCK_MS);
    (void)snprintf(out + n, CLOCK_TEXT_MS - n, ".%03uZ", ms);
}
