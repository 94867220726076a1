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

/* The folders where files and sockets are made; an entry may be NULL. */
static const char *const *
writable_folders(struct supervisor *s, size_t *n_out)
{
    static const struct str unix_path = STR("unix:");
    struct arena *a = &s->cx.arena;
    const struct config *c = &s->source.config;
    struct str reports = str_from_cstr(getenv("RUNTIME_DIRECTORY"));
    const char **list = arena_array(a, c->metrics_listen.n + 3, sizeof *list);
    size_t n = 0;
    list[n++] = folder_of(a, config_local_file(c));
    list[n++] = folder_of(a, c->store_key_file);
    list[n++] = str_is_empty(reports) ? NULL : arena_cstr(a, str_sub(reports, 0, str_find(reports, ':')));
    for (size_t i = 0; i < c->metrics_listen.n; i++) {
        struct str item = c->metrics_listen.items[i];
        if (str_starts(item, unix_path))
            list[n++] = folder_of(a, str_sub(item, unix_path.n, item.n));
    }
    *n_out = n;
    return list;
}

enum errcode
enclose(struct supervisor *s)
{
    struct arena *a = &s->cx.arena;
    size_t n = 0;
    const char *const *writable = writable_folders(s, &n);
    const char *const programs[] = {
        folder_of(a, str_from_cstr(s->options->front)),
        folder_of(a, str_from_cstr(s->options->worker)),
        folder_of(a, str_from_cstr(s->options->self)),
    };
    return guard_enter(&s->cx, &(struct guard){writable, programs, n, ARRAY_LEN(programs)});
}
