/* SPDX-License-Identifier: Apache-2.0 */
/* front_main: the process of one front: receives its descriptors from the supervisor, confines itself, and
 * runs the front (front/front.h) on its loop until it is asked to drain. */
#include <jansson.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cx.h"
#include "base/list.h"
#include "base/loop.h"
#include "base/rand.h"
#include "base/secret.h"
#include "front/away.h"
#include "front/front.h"
#include "front/redirect.h"
#include "log/log.h"
#include "metrics/metrics_read.h"
#include "proc/child.h"
#include "proc/confine.h"
#include "proc/control.h"
#include "proc/ticket_file.h"
#include "proc/watch.h"

enum { OTHER_DESCRIPTORS = 64, LINES_MAX = 32 * 1024, REDIRECT_MEMORY = 256 * 1024 * 1024 };

struct process {
    struct cx cx;
    struct config config;
    struct loop *loop;
    struct front *front;
    struct loop_fd control;
    struct loop_timer alive;
    int64_t said_alive;
    bool rehearses, is_watch, is_redirect;
    int status;
};

static void
drained(void *arg)
{
    struct process *p = arg;
    child_drained();
    loop_stop(p->loop);
}

static void
drain(struct process *p)
{
    /* A little before the supervisor's own deadline, at which it kills. */
    int64_t time = p->config.server_drain_time;
    front_drain(p->front, clock_mono() + time - time / 10, drained, p);
}

/* Repeated until there is a new channel, so a lost report does no harm. */
static void
report_lost(const struct process *p)
{
    for (unsigned slot = 0; front_find_lost(p->front, &slot); slot++)
        child_report(&(struct control){.type = CONTROL_LOST, .slot = slot});
}

static void
alive_due(struct loop_timer *t)
{
    struct process *p = LIST_ITEM(t, struct process, alive);
    child_say_alive(&p->said_alive);
    report_lost(p);
    loop_timer_set(p->loop, t, clock_mono() + CHILD_ALIVE_EVERY);
}

/* *fd_out -1: none is configured. */
static enum errcode
open_webroot(struct process *p, int *fd_out)
{
    *fd_out = -1;
    if (str_is_empty(p->config.tls_webroot))
        return ERR_NONE;
    *fd_out = open(p->config.tls_webroot.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOCTTY);
    return *fd_out >= 0 ? ERR_NONE
                        : err_set(&p->cx, ERR_CONFIG, "tls.webroot: %.*s: %s", STR_ARG(p->config.tls_webroot),
                                  strerror(errno));
}

static enum errcode
take_certificate(struct process *p, struct control *m)
{
    const struct front_certificate c = {.is_first = m->slot == 0,
                                        .is_last = m->is_last,
                                        .name = m->text,
                                        .cert_fd = m->fds[0],
                                        .key_fd = m->fds[1]};
    enum errcode err = front_add_certificate(&p->cx, p->front, &c);
    if (err != ERR_NONE && !c.is_first) {
        const char *what = arena_cstr(&p->cx.arena, str_from_cstr(p->cx.detail));
        err_forget(&p->cx);
        err = err_set(&p->cx, err, "%s: %s", c.name, what);
    }
    control_close_fds(m);
    return err;
}

static enum errcode
take_tickets(struct process *p, struct control *m)
{
    struct tls_tickets tickets;
    int64_t made = 0;
    bool is_read = ticket_file_read(m->fds[0], &tickets, &made);
    if (is_read)
        front_set_tickets(p->front, &tickets);
    secret_wipe(&tickets, sizeof tickets);
    control_close_fds(m);
    return is_read ? ERR_NONE : err_set(&p->cx, ERR_PROTOCOL, "the keys of session tickets cannot be read");
}

/* All slots too, read only: a front answers /readyz, and the watch serves them. */
static enum errcode
take_metrics(struct process *p, struct control *m)
{
    struct metrics_view view;
    enum errcode err = metrics_look(&p->cx, m->fds[0], &view);
    if (err == ERR_NONE)
        front_set_metrics(p->front, &view);
    enum errcode taken = child_take_metrics(&p->cx, m);
    return err == ERR_NONE ? taken : err;
}

/* Its own process, so that strangers who speak in the clear reach nothing else, and no front can open a file.
 */
static enum errcode
become_redirect(struct process *p)
{
    int folder = -1;
    enum errcode err = open_webroot(p, &folder);
    if (err != ERR_NONE)
        return err;
    p->is_redirect = true;
    log_init("redirect", (enum log_level)p->config.log_level);
    front_set_redirect(p->front, folder);
    return ERR_NONE;
}

static void
become_watch(struct process *p)
{
    p->is_watch = true;
    log_init("watch", (enum log_level)p->config.log_level);
    front_set_watch(p->front);
}

/* Takes a channel or file from the supervisor. */
static enum errcode
obey(struct process *p, struct control *m)
{
    struct cx *cx = &p->cx;
    enum errcode err = ERR_NONE;
    switch (m->type) {
    case CONTROL_LISTENER:
        return front_add_listener(cx, p->front, m->fds[0], m->slot);
    case CONTROL_WORKER:
        if (m->slot < FRONT_WORKERS_MAX)
            return front_set_worker(cx, p->front, m->slot, m->fast_only, m->fds[0]);
        break;
    case CONTROL_TLS:
        err = take_certificate(p, m);
        if (err == ERR_NONE || !p->rehearses)
            return err;
        child_find_error(cx);
        return ERR_NONE;
    case CONTROL_RELOAD:
        child_reload(&p->config, m->fds[0]);
        front_reload(p->front);
        return ERR_NONE;
    case CONTROL_TICKETS:
        return take_tickets(p, m);
    case CONTROL_METRICS:
        return take_metrics(p, m);
    case CONTROL_WATCH:
        become_watch(p);
        return ERR_NONE;
    case CONTROL_REDIRECT:
        return become_redirect(p);
    case CONTROL_DRAIN:
        drain(p);
        return ERR_NONE;
    case CONTROL_REHEARSE:
        p->rehearses = true;
        return ERR_NONE;
    case CONTROL_GO:
    case CONTROL_FRONT:
    case CONTROL_COURIER:
    case CONTROL_READY:
    case CONTROL_DRAINED:
    case CONTROL_ALIVE:
    case CONTROL_FINDING:
    case CONTROL_NOTE:
    case CONTROL_LOST:
    case CONTROL_TYPE_COUNT_:
        break;
    }
    control_close_fds(m);
    return err_set(cx, ERR_PROTOCOL, "the supervisor sent %s", control_name(m->type));
}

static void
stop(struct process *p)
{
    p->status = CHILD_FAILED;
    loop_stop(p->loop);
}

/* While serving. Bad new TLS files leave the old ones in use; any other error ends the process. */
static void
control_ready(struct loop_fd *w, unsigned what)
{
    (void)what;
    struct process *p = LIST_ITEM(w, struct process, control);
    cx_begin(&p->cx);
    struct control m;
    enum errcode err = control_receive(CONTROL_FD, &m);
    if (err == ERR_NONE)
        err = obey(p, &m);
    else
        (void)err_set(&p->cx, err, "the supervisor's channel");
    if (err == ERR_NONE)
        return;
    log_cx_error(&p->cx, m.type == CONTROL_TLS ? LOG_RELOAD_REFUSED : LOG_CONTROL_FAILED);
    if (m.type != CONTROL_TLS)
        stop(p);
}

/* Libraries that open a file on first use must do so now, while files can still be opened. */
static void
warm_up(void)
{
    uint32_t seed = 0;
    rand_bytes(&seed, sizeof seed);
    json_object_seed((size_t)seed | 1); /* otherwise jansson opens /dev/urandom; 0 would do so too */
}

static enum errcode
enclose(struct process *p)
{
    const struct confine_path webroot = {.path = p->config.tls_webroot.p};
    struct confine confine = {.kind = CONFINE_FRONT,
                              .memory = p->config.limits_front_memory,
                              .descriptors = (size_t)p->config.limits_connections + FRONT_WORKERS_MAX +
                                             OTHER_DESCRIPTORS + AWAY_MOST};
    if (p->is_redirect) {
        confine.descriptors = REDIRECT_CONNECTIONS + OTHER_DESCRIPTORS + AWAY_MOST;
        confine.memory =
            confine.memory == 0 || confine.memory > REDIRECT_MEMORY ? REDIRECT_MEMORY : confine.memory;
        confine.answers = !str_is_empty(p->config.tls_webroot);
        confine.paths = &webroot;
        confine.n_paths = confine.answers ? 1 : 0;
    }
    if (!p->rehearses)
        return confine_enter(&p->cx, &confine);
    child_rehearse_confinement(&p->cx, &confine);
    return ERR_NONE;
}

/* Until GO: everything the front needs to start. */
static enum errcode
set_up(struct process *p)
{
    struct control m;
    for (;;) {
        enum errcode err = control_receive(CONTROL_FD, &m);
        if (err != ERR_NONE)
            return err_set(&p->cx, err, "the supervisor's channel");
        if (m.type == CONTROL_GO)
            break;
        err = obey(p, &m);
        if (err != ERR_NONE)
            return err;
    }
    if (p->rehearses)
        return ERR_NONE;
    if (p->is_watch) {
        enum errcode err = watch_listen(&p->cx, &p->config, p->front);
        if (err != ERR_NONE)
            return err;
    }
    if (m.slot == 0)
        front_watch_certificate(p->front);
    warm_up();
    return enclose(p);
}

static enum errcode
report(struct process *p)
{
    struct buf lines;
    buf_init(&lines, LINES_MAX);
    front_describe_certificate(p->front, &lines);
    for (struct str rest = buf_view(&lines); !str_is_empty(rest);) {
        struct str line = str_cut(&rest, '\n');
        child_find(false, line);
    }
    buf_reset(&lines);
    front_list_certificates(p->front, &lines);
    for (struct str rest = buf_view(&lines); !str_is_empty(rest);) {
        struct str line = str_cut(&rest, '\n');
        child_note(line);
    }
    buf_clear(&lines);
    int folder = -1;
    if (open_webroot(p, &folder) != ERR_NONE)
        child_find_error(&p->cx);
    else if (folder >= 0)
        (void)close(folder);
    warm_up();
    enum errcode err = enclose(p);
    return err == ERR_NONE ? child_ready(&p->cx) : err;
}

static enum errcode
serve(struct process *p)
{
    enum errcode err = loop_fd_add(p->loop, &p->control, CONTROL_FD, LOOP_READ, control_ready);
    if (err == ERR_NONE)
        err = child_ready(&p->cx);
    if (err != ERR_NONE)
        return err;
    loop_timer_init(&p->alive, alive_due);
    alive_due(&p->alive);
    return loop_run(p->loop);
}

static enum errcode
run(struct process *p)
{
    p->loop = loop_new();
    if (p->loop == NULL)
        return err_set(&p->cx, ERR_SYSTEM, "no epoll: %s", strerror(errno));
    p->front = front_new(p->loop, &p->config);
    if (child_is_sandbox())
        front_set_sandbox(p->front);
    enum errcode err = set_up(p);
    if (err == ERR_NONE)
        err = p->rehearses ? report(p) : serve(p);
    loop_fd_remove(p->loop, &p->control);
    front_free(&p->front);
    loop_free(&p->loop);
    return err;
}

int
main(void)
{
    struct process p = {.control = {.fd = -1}};
    if (child_begin(&p.cx, "front", &p.config) != ERR_NONE)
        p.status = CHILD_FAILED;
    else if (run(&p) != ERR_NONE) {
        log_cx_error(&p.cx, LOG_START_FAILED);
        p.status = CHILD_FAILED;
    }
    config_clear(&p.config);
    cx_clear(&p.cx);
    return p.status;
}
