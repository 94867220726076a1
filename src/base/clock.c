/* clock: two kernel clocks, and in a build for tests two ways to move them. */
#include "base/clock.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#if COUNTERSIGN_TESTING
static int64_t fixed;
static void *offset; /* the mapped int64_t, or NULL */

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
    struct stat st;
    void *p = MAP_FAILED;
    /* A page past the end of a shorter file would be a SIGBUS at the first look. */
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= (off_t)sizeof(int64_t))
        p = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (p == MAP_FAILED)
        return ERR_SYSTEM;
    if (offset != NULL)
        (void)munmap(offset, sizeof(int64_t));
    offset = p;
    return ERR_NONE;
}

bool
clock_is_movable(void)
{
    return fixed != 0 || offset != NULL;
}

static int64_t
moved(int64_t t)
{
    if (fixed != 0)
        return fixed;
    return offset == NULL ? t
                          : t + atomic_load_explicit((const _Atomic int64_t *)offset, memory_order_acquire);
}
#else
enum errcode
clock_map_offset(const char *path)
{
    (void)path;
    return ERR_SYSTEM;
}

bool
clock_is_movable(void)
{
    return false;
}

static int64_t
moved(int64_t t)
{
    return t;
}
#endif

static int64_t
read_clock(clockid_t id)
{
    struct timespec ts;
    ASSERT(clock_gettime(id, &ts) == 0);
    return moved((int64_t)ts.tv_sec * CLOCK_S + ts.tv_nsec / 1000);
}

int64_t
clock_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t
clock_mono(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

/* Whole seconds without the Z; returns the length. */
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

void
clock_text_ms(int64_t t, char out[CLOCK_TEXT_MS])
{
    size_t n = text_of(t, out);
    int64_t us = t % CLOCK_S;
    unsigned ms = (unsigned)((us < 0 ? us + CLOCK_S : us) / CLOCK_MS);
    (void)snprintf(out + n, CLOCK_TEXT_MS - n, ".%03uZ", ms);
}
