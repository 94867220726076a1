/* SPDX-License-Identifier: Apache-2.0 */
/* enclose: see the header. */
#include "proc/enclose.h"

#include <stdlib.h>

#include "proc/guard.h"
#include "proc/supervise.h"
#include "proc/supervisor.h"

/* The folder of a path, with its slash. */
static const char *
folder_of(struct arena *a, struct str path)
{
    struct str folder = str_folder(path);
    return folder.n == 0 ? NULL : arena_cstr(a, folder);
}

enum errcode
enclose(struct supervisor *s)
{
    struct arena *a = &s->cx.arena;
    const struct config *config = &s->source.config;
    struct str reports = str_from_cstr(getenv("RUNTIME_DIRECTORY"));
    const char *const writable[] = {
        folder_of(a, config_local_file(config)),
        folder_of(a, config->store_key_file),
        str_is_empty(reports) ? NULL : arena_cstr(a, str_sub(reports, 0, str_find(reports, ':'))),
    };
    const char *const programs[] = {
        folder_of(a, str_from_cstr(s->options->front)),
        folder_of(a, str_from_cstr(s->options->worker)),
        folder_of(a, str_from_cstr(s->options->self)),
    };
    return guard_enter(&s->cx, &(struct guard){writable, programs, ARRAY_LEN(writable), ARRAY_LEN(programs)});
}
