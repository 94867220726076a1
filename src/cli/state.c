/* SPDX-License-Identifier: Apache-2.0 */
/* state: see the header. */
#include "cli/state.h"

#include "base/clock.h"
#include "cli/print.h"
#include "report/state.h"

enum errcode
state_put(struct cli *cli, json_t *o, const struct technician *t)
{
    const char *name = NULL;
    enum errcode err = state_name(&cli->cx, t->id, &name);
    if (err == ERR_NONE)
        print_put_cstr(o, "state", name);
    return err;
}

static json_t *
locks_of(struct cli *cli, const struct state *s)
{
    json_t *list = print_array();
    for (size_t i = 0; i < s->n_locks; i++) {
        json_t *lock = print_object();
        print_put_cstr(lock, "kind", s->locks[i].kind);
        print_put_str(lock, "by", s->locks[i].by);
        print_put_time(cli, lock, "since", s->locks[i].since);
        if (s->locks[i].until == INT64_MAX)
            print_put_cstr(lock, "until", "unlocked");
        else
            print_put_time(cli, lock, "until", s->locks[i].until);
        print_add(list, lock);
    }
    return list;
}

static json_t *
sources_of(struct cli *cli, const struct state *s)
{
    json_t *list = print_array();
    for (size_t i = 0; i < s->n_sources; i++)
        print_add(list,
                  print_text(arena_printf(&cli->cx.arena, "%.*s until %.*s", STR_ARG(s->sources[i].source),
                                          STR_ARG(clock_text(&cli->cx.arena, s->sources[i].until)))));
    return list;
}

enum errcode
state_put_locks(struct cli *cli, json_t *o, const struct technician *t)
{
    struct state s;
    enum errcode err = state_read(&cli->cx, t->id, &s);
    if (err != ERR_NONE)
        return err;
    print_put_bool(o, "locked", s.is_locked);
    print_put(o, "locks", locks_of(cli, &s));
    print_put(o, "refused_addresses", sources_of(cli, &s));
    print_put_int(o, "failures_until_locked", s.failures_left);
    print_put_time(cli, o, "pushes_rest_until", s.pushes_rest_until);
    print_put_str(o, "mend", s.mend);
    return ERR_NONE;
}
