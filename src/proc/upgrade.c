/* SPDX-License-Identifier: Apache-2.0 */
/* upgrade: see the header. */
#include "proc/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/list.h"
#include "log/log.h"
#include "proc/handover.h"
#include "proc/notify.h"
#include "proc/receipt.h"
#include "proc/report.h"
#include "proc/signals.h"
#include "proc/steward.h"
#include "proc/supervisor.h"

#define PROOF_TIME (60 * CLOCK_S)

enum { SAID_MAX = 64 * 1024, ARGUMENTS_MAX = 8, NOT_STARTED = 127 };

static void
stop(struct upgrade *u, struct loop *l)
{
    loop_timer_stop(l, &u->deadline);
    loop_fd_remove(l, &u->watch);
    if (u->output >= 0)
        (void)close(u->output);
    u->output = -1;
    u->pid = 0;
}

static void
refuse(struct supervisor *s)
{
    struct upgrade *u = &s->upgrade;
    report_lines(LOG_UPGRADE_REFUSED, &u->said);
    receipt_write(&s->cx, ++s->reload.count, &u->said);
    notify_manager("READY=1\nSTATUS=serving; the upgrade was refused, see the log");
    stop(u, s->loop);
    buf_clear(&u->said);
}

static void
heard(struct loop_fd *w, unsigned what)
{
    (void)what;
    struct upgrade *u = LIST_ITEM(w, struct upgrade, watch);
    struct supervisor *s = LIST_ITEM(u, struct supervisor, upgrade);
    unsigned char some[4096];
    ssize_t n = 0;
    while ((n = read(u->output, some, sizeof some)) > 0)
        if ((size_t)n <= buf_room(&u->said))
            buf_add(&u->said, some, (size_t)n);
    if (n == 0)
        loop_fd_remove(s->loop, w); /* its end is noticed by SIGCHLD */
}

/* Its end is noticed by SIGCHLD. */
static void
proof_is_late(struct loop_timer *t)
{
    struct upgrade *u = LIST_ITEM(t, struct upgrade, deadline);
    buf_addf(&u->said, "the new program did not get through its checks in time\n");
    (void)kill(u->pid, SIGKILL);
}

void
upgrade_init(struct supervisor *s)
{
    s->upgrade = (struct upgrade){.output = -1, .watch = {.fd = -1}};
    loop_timer_init(&s->upgrade.deadline, proof_is_late);
    buf_init(&s->upgrade.said, SAID_MAX);
}

/* The arguments that start this server again; `first` comes before them. */
static void
arguments(struct supervisor *s, const char *first, const char *argv[ARGUMENTS_MAX])
{
    const struct supervise_options *o = s->options;
    size_t n = 0;
    argv[n++] = o->self;
    if (first != NULL)
        argv[n++] = first;
    argv[n++] = "-c";
    argv[n++] = o->config_path;
    if (o->libexec != NULL) {
        argv[n++] = "--libexec";
        argv[n++] = o->libexec;
    }
    argv[n] = NULL;
}

/* Copies to the heap what exec wants unconst; the process image goes, or the few bytes stay until the end. */
static char **
writable(struct arena *a, const char *const argv[])
{
    char **out = arena_array(a, ARGUMENTS_MAX + 2, sizeof *out);
    size_t n = 0;
    for (; argv[n] != NULL; n++)
        out[n] = arena_cstr(a, str_from_cstr(argv[n]));
    out[n] = NULL;
    return out;
}

/* In the child: the new program's proof, its standard error in the pipe. */
static _Noreturn void
prove(struct supervisor *s, int to)
{
    const char *argv[ARGUMENTS_MAX];
    arguments(s, "--check-config", argv);
    int none = open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (signals_for_child() && dup2(none, STDIN_FILENO) >= 0 && dup2(none, STDOUT_FILENO) >= 0 &&
        dup2(to, STDERR_FILENO) >= 0)
        (void)execv(argv[0], writable(&s->cx.arena, argv));
    (void)dprintf(STDERR_FILENO, "%s cannot be started: %s\n", argv[0], strerror(errno));
    _exit(NOT_STARTED);
}

static bool
start_proof(struct supervisor *s)
{
    struct upgrade *u = &s->upgrade;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    pid_t pid = fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 ? fork() : -1;
    if (pid == 0)
        prove(s, ends[1]);
    (void)close(ends[1]);
    u->output = ends[0];
    u->pid = pid > 0 ? pid : 0;
    return pid > 0 && loop_fd_add(s->loop, &u->watch, u->output, LOOP_READ, heard) == ERR_NONE;
}

void
upgrade_begin(void *supervisor, int signo)
{
    (void)signo;
    struct supervisor *s = supervisor;
    struct upgrade *u = &s->upgrade;
    if (s->phase != PHASE_SERVING || u->pid != 0 || s->options->self == NULL ||
        s->options->config_path == NULL)
        return;
    cx_begin(&s->cx);
    notify_manager(arena_printf(&s->cx.arena, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_mono()).p);
    if (start_proof(s)) {
        log_event(LOG_UPGRADE, "program=%s", s->options->self);
        loop_timer_set(s->loop, &u->deadline, clock_mono() + PROOF_TIME);
        return;
    }
    buf_addf(&u->said, "%s cannot be started: %s\n", s->options->self, strerror(errno));
    if (u->pid > 0)
        (void)kill(u->pid, SIGKILL);
    refuse(s);
}

/* Returns only when the new program cannot be executed. */
static void
execute(struct supervisor *s, int ready)
{
    const char *argv[ARGUMENTS_MAX + 2];
    arguments(s, NULL, argv);
    size_t n = 0;
    while (argv[n] != NULL)
        n++;
    argv[n++] = "--ready-fd";
    argv[n++] = arena_printf(&s->cx.arena, "%d", ready).p;
    argv[n] = NULL;
    (void)execv(argv[0], writable(&s->cx.arena, argv));
}

static void
close_pipe(const int ends[2])
{
    (void)close(ends[0]);
    (void)close(ends[1]);
}

/* Becomes the new program. Returns only when that fails. A former that is still there is the steward's. */
static void
become(struct supervisor *s)
{
    int ready[2], former[2];
    if (pipe2(ready, O_CLOEXEC) != 0)
        return;
    if (pipe2(former, O_CLOEXEC) != 0) {
        close_pipe(ready);
        return;
    }
    const int ours[] = {ready[1], former[0]};
    pid_t steward = fork();
    if (steward == 0)
        steward_run(s, ready[0], ours);
    (void)close(ready[0]);
    (void)close(former[1]);
    const struct handover_fds fds = {&s->listeners, s->store_lock, s->ticket_keys.fd, former[0]};
    if (steward > 0 && handover_give(&s->cx, &fds, ready[1]))
        execute(s, ready[1]);
    int why = errno;
    if (steward > 0)
        (void)kill(steward, SIGKILL); /* the children stay ours */
    handover_take_back(&fds);
    close_pipe(ours);
    errno = why;
}

bool
upgrade_ended(struct supervisor *s, pid_t pid, int status)
{
    struct upgrade *u = &s->upgrade;
    if (u->pid == 0 || pid != u->pid)
        return false;
    if (u->watch.fd >= 0)
        heard(&u->watch, LOOP_READ);
    cx_begin(&s->cx);
    if (status == 0) {
        reload_cancel(s);
        log_event(LOG_UPGRADE_TAKES_OVER, "");
        notify_manager("WATCHDOG=1\nSTATUS=upgrading");
        become(s);
        buf_addf(&u->said, "%s cannot take over: %s\n", s->options->self, strerror(errno));
    } else if (u->said.len == 0) {
        buf_addf(&u->said, "the new program: %.*s\n", STR_ARG(report_ending(&s->cx.arena, status)));
    }
    refuse(s);
    return true;
}

void
upgrade_cancel(struct supervisor *s)
{
    struct upgrade *u = &s->upgrade;
    if (u->pid > 0)
        (void)kill(u->pid, SIGKILL);
    stop(u, s->loop);
    buf_clear(&u->said);
}
