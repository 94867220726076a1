/* SPDX-License-Identifier: Apache-2.0 */
/* rlimits: see the header. */
#include "proc/rlimits.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>

#include "base/os.h"
#include "log/log.h"

static const struct {
    OS_RLIMIT which;
    bool warns;
    const char *name, *effect;
} limits[] = {
    {RLIMIT_NOFILE, false, "NOFILE", NULL}, /* always finite; each front needs a descriptor per connection */
    {RLIMIT_CPU, true, "CPU", "processes are killed after so many seconds of processor time"},
    {RLIMIT_FSIZE, true, "FSIZE", "the database cannot grow beyond so many bytes"},
    {RLIMIT_AS, true, "AS", "a process ends when it needs more bytes of address space"},
    {RLIMIT_DATA, true, "DATA", "a process ends when it needs more bytes of memory"},
};

void
limits_adopt(void)
{
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        struct rlimit l;
        if (getrlimit(limits[i].which, &l) != 0)
            continue;
        l.rlim_cur = l.rlim_max;
        (void)setrlimit(limits[i].which, &l);
        if (limits[i].warns && l.rlim_max != RLIM_INFINITY)
            log_event(LOG_LIMIT_INHERITED, "limit=RLIMIT_%s value=%ju effect=\"%s\"", limits[i].name,
                      (uintmax_t)l.rlim_max, limits[i].effect);
    }
}
