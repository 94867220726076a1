/* SPDX-License-Identifier: Apache-2.0 */
/* handover: see the header. The variable is "PID LOCK FD FD ...", LOCK being -1 for none. */
#include "proc/handover.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc/ticket_file.h"

#define VARIABLE "COUNTERSIGN_HANDOVER"

enum { TEXT_MAX = 16 * 1024 };

static bool
keep(int fd, bool is_kept)
{
    return fd < 0 || fcntl(fd, F_SETFD, is_kept ? 0 : FD_CLOEXEC) == 0;
}

static bool
keep_all(const struct handover_fds *fds, bool are_kept)
{
    const struct listeners *l = fds->listeners;
    bool done = keep(fds->lock, are_kept);
    done = keep(fds->ticket_keys, are_kept) && done;
    done = keep(fds->former, are_kept) && done;
    for (size_t i = 0; i < l->n; i++)
        for (size_t front = 0; front < l->fronts; front++)
            done = keep(l->sockets[i].fds[front], are_kept) && done;
    return done;
}

/* What a service manager has passed to the first program is in the list; its own variables would name numbers
 * that mean something else by now. */
static void
forget_managers(void)
{
    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_FDNAMES");
}

bool
handover_give(struct cx *cx, const struct handover_fds *fds, int ready)
{
    const struct listeners *l = fds->listeners;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    buf_addf(&text, "%d %d", (int)getpid(), fds->lock);
    for (size_t i = 0; i < l->n; i++)
        for (size_t front = 0; front < l->fronts; front++)
            buf_addf(&text, " %d", l->sockets[i].fds[front]);
    /* An earlier program, which knows no such files, closes them as what is not a socket. */
    buf_addf(&text, " %d %d", fds->ticket_keys, fds->former);
    const char *value = arena_cstr(&cx->arena, buf_view(&text));
    bool done =
        !buf_is_over(&text) && keep_all(fds, true) && keep(ready, true) && setenv(VARIABLE, value, 1) == 0;
    buf_clear(&text);
    if (done)
        forget_managers();
    return done;
}

void
handover_take_back(const struct handover_fds *fds)
{
    (void)unsetenv(VARIABLE);
    (void)keep_all(fds, false);
}

/* -1: not a number, or not an open descriptor. */
static int
take(struct str word)
{
    int64_t fd = 0;
    if (str_to_i64(word, STDERR_FILENO + 1, INT_MAX, &fd) != ERR_NONE || !keep((int)fd, false))
        return -1;
    return (int)fd;
}

static bool
is_pipe(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

void
handover_receive(struct handover *out)
{
    const char *text = getenv(VARIABLE);
    *out = (struct handover){.lock = -1, .ticket_keys = -1, .former = -1};
    struct str rest = text == NULL ? STR_NULL : str_from_cstr(text);
    int64_t pid = 0;
    if (text != NULL && str_to_i64(str_cut(&rest, ' '), 1, INT_MAX, &pid) == ERR_NONE && pid == getpid()) {
        out->lock = take(str_cut(&rest, ' '));
        while (!str_is_empty(rest) && out->n < HANDOVER_MAX) {
            int fd = take(str_cut(&rest, ' '));
            if (fd >= 0 && out->ticket_keys < 0 && ticket_file_is(fd))
                out->ticket_keys = fd;
            else if (fd >= 0 && out->former < 0 && is_pipe(fd))
                out->former = fd;
            else if (fd >= 0)
                out->fds[out->n++] = fd;
        }
    }
    (void)unsetenv(VARIABLE);
}

void
handover_drop(struct handover *h)
{
    for (; h->n > 0; h->n--)
        (void)close(h->fds[h->n - 1]);
}
