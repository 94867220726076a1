/* SPDX-License-Identifier: Apache-2.0 */
/* fault: see fault.h. Nothing here allocates or logs: it runs within any call, and before main. */
#include "tests/faults/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int __real_open64(const char *path, int flags, mode_t mode);
void *__real_mmap64(void *p, size_t n, int may, int how, int fd, off_t at);

static struct fault_page own, *page = &own;
static void (*watcher)(const char *name);
static bool is_watching;
static uint64_t calls, counted_round; /* of this process */

/* The page of that name; else one that is never armed. */
static void
map_page(const char *program)
{
    char path[4096];
    const char *clock = getenv("COUNTERSIGN_TEST_CLOCK");
    page = &own;
    if (clock == NULL || snprintf(path, sizeof path, "%s.faults-%s", clock, program) >= (int)sizeof path)
        return;
    int fd = __real_open64(path, O_RDWR | O_CLOEXEC, 0);
    void *p =
        fd >= 0 ? __real_mmap64(NULL, sizeof own, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (p != MAP_FAILED)
        page = p;
    if (fd >= 0)
        (void)close(fd);
}

/* The code between fork and exec has a page of its own. */
static void
after_fork(void)
{
    map_page("forked");
    calls = 0;
}

__attribute__((constructor)) static void
begin(void)
{
    map_page(program_invocation_short_name);
    (void)pthread_atfork(NULL, NULL, after_fork);
}

void
fault_arm(uint64_t nth)
{
    *page = (struct fault_page){.nth = nth, .round = page->round + 1};
}

const char *
fault_disarm(void)
{
    page->nth = 0;
    return page->name[0] != '\0' ? page->name : NULL;
}

void
fault_watch(void (*watch)(const char *name))
{
    watcher = watch;
}

/* The number of this call. */
static uint64_t
count(void)
{
    uint64_t round = __atomic_load_n(&page->round, __ATOMIC_RELAXED);
    if (__atomic_exchange_n(&counted_round, round, __ATOMIC_RELAXED) != round)
        __atomic_store_n(&calls, 0, __ATOMIC_RELAXED);
    uint64_t n = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    uint64_t most = __atomic_load_n(&page->calls, __ATOMIC_RELAXED);
    while (most < n &&
           !__atomic_compare_exchange_n(&page->calls, &most, n, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        continue;
    return n;
}

bool
fault_is_due(const char *name)
{
    uint64_t nth = __atomic_load_n(&page->nth, __ATOMIC_RELAXED);
    if (nth == 0 || is_watching)
        return false;
    if (watcher != NULL) {
        is_watching = true;
        watcher(name);
        is_watching = false;
    }
    if (count() != nth || __atomic_exchange_n(&page->has_failed, 1, __ATOMIC_RELAXED) != 0)
        return false;
    memcpy(page->name, name, strnlen(name, FAULT_NAME - 1));
    return true;
}
