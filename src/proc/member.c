/* SPDX-License-Identifier: Apache-2.0 */
/* member: see the header. */
#include "proc/member.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/list.h"
#include "front/front.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include "proc/spawn.h"
#include "proc/supervisor.h"

void
member_init(struct member *m, struct supervisor *s, enum member_kind kind, uint32_t slot,
            const struct member_hooks *hooks)
{
    *m = (struct member){
        .s = s, .hooks = hooks, .kind = kind, .slot = slot, .control = -1, .watch = {.fd = -1}};
    loop_timer_init(&m->restart, hooks->restart_due);
}

const char *
member_name(const struct member *m)
{
    static const char *const names[] = {"worker", "front", "courier", "watch", "redirect"};
    return names[m->kind];
}

bool
member_accepts(const struct member *m)
{
    return m->kind == MEMBER_FRONT || m->kind == MEMBER_REDIRECT;
}

static const char *
executable(const struct member *m)
{
    const struct supervise_options *o = m->s->options;
    const char *const paths[] = {[MEMBER_WORKER] = o->worker,
                                 [MEMBER_FRONT] = o->front,
                                 [MEMBER_COURIER] = o->courier,
                                 [MEMBER_WATCH] = o->watch,
                                 [MEMBER_REDIRECT] = o->front};
    return paths[m->kind];
}

void
member_kill(struct member *m)
{
    if (m->pid > 0)
        (void)kill(m->pid, SIGKILL);
}

/* A child that does not read hangs, and is killed. The end of a dead child is noticed elsewhere. */
void
member_tell(struct member *m, const struct control *message)
{
    enum errcode err = m->control < 0 ? ERR_NONE : control_send(m->control, message);
    if (err == ERR_NONE || err == ERR_CLOSED)
        return;
    log_event(LOG_CHILD_DEAF, "child=%s slot=%" PRIu32 " message=%s", member_name(m), m->slot,
              control_name(message->type));
    member_kill(m);
}

/* A new channel is needed: `asker` is a front or the courier. */
static bool
is_joined(const struct member *asker, const struct member *worker)
{
    return worker->kind == MEMBER_WORKER &&
           (asker->kind == MEMBER_FRONT || (asker->kind == MEMBER_COURIER && worker->slot == 0));
}

/* Makes a new channel between two running children. */
static void
join(struct member *asker, struct member *worker)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        log_event(LOG_CHANNEL_FAILED, "error=\"%s\"", strerror(errno));
        member_kill(asker); /* restarted later, perhaps with more descriptors available */
        return;
    }
    /* Worker 0 stays free for checks and answers, however many fronts send passwords to hash. */
    member_tell(asker, &(struct control){.type = CONTROL_WORKER,
                                         .slot = worker->slot,
                                         .fast_only = worker->slot == 0,
                                         .fds = {pair[0]},
                                         .n_fds = 1});
    member_tell(worker,
                &(struct control){.type = asker->kind == MEMBER_FRONT ? CONTROL_FRONT : CONTROL_COURIER,
                                  .slot = asker->slot,
                                  .fds = {pair[1]},
                                  .n_fds = 1});
    (void)close(pair[0]);
    (void)close(pair[1]);
}

static void
join_with_others(struct member *m)
{
    for (size_t i = 0; i < m->s->n; i++) {
        struct member *other = &m->s->members[i];
        if (other->pid == 0)
            continue;
        if (is_joined(m, other))
            join(m, other);
        else if (is_joined(other, m))
            join(other, m);
    }
}

static struct member *
find_worker(const struct supervisor *s, uint32_t slot)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->members[i].kind == MEMBER_WORKER && s->members[i].slot == slot)
            return &s->members[i];
    return NULL;
}

/* The asker repeats the message until it has a channel, so an early one is ignored; a worker that is not
 * running gets its channel when it starts. False: this child has no channel to such a worker. */
static bool
join_again(struct member *asker, uint32_t slot)
{
    struct member *worker = find_worker(asker->s, slot);
    if (worker == NULL || !is_joined(asker, worker))
        return false;
    if (!worker->is_ready || asker->s->phase != PHASE_SERVING)
        return true;
    struct rejoin *r = &worker->rejoins[asker->kind == MEMBER_FRONT ? asker->slot : FRONTS_MAX];
    int64_t now = clock_mono();
    if (r->due == 0)
        r->due = now + backoff_ended(&r->backoff, now);
    if (now < r->due)
        return true;
    *r = (struct rejoin){.backoff = r->backoff};
    backoff_started(&r->backoff, now);
    log_event(LOG_CHANNEL_AGAIN, "child=%s slot=%" PRIu32 " worker=%" PRIu32, member_name(asker), asker->slot,
              slot);
    join(asker, worker);
    return true;
}

void
member_give_tls(struct member *front)
{
    const struct certificates *tls = &front->s->tls;
    for (size_t i = 0; i < tls->n; i++) {
        struct control m;
        certificates_message(tls, i, &m);
        member_tell(front, &m);
    }
}

void
member_give_tickets(struct member *m)
{
    if (m->kind == MEMBER_FRONT && m->s->tls.n > 0)
        member_tell(m, &(struct control){.type = CONTROL_TICKETS, .fds = {m->s->ticket_keys.fd}, .n_fds = 1});
}

void
member_give_config(struct member *m)
{
    int fd = source_fd(&m->s->source.newest);
    if (fd < 0) {
        log_event(LOG_CONFIG_COPY, "error=\"%s\"", strerror(errno));
        return;
    }
    member_tell(m, &(struct control){.type = CONTROL_RELOAD, .fds = {fd}, .n_fds = 1});
    (void)close(fd);
}

static void
give_listener(struct member *front, const struct listener_socket *l)
{
    if (l->is_redirect != (front->kind == MEMBER_REDIRECT))
        return;
    unsigned traits =
        (l->expects_proxy ? FRONT_LISTENER_PROXY : 0U) | (l->at.is_path ? FRONT_LISTENER_UNIX : 0U);
    member_tell(front,
                &(struct control){
                    .type = CONTROL_LISTENER, .slot = traits, .fds = {l->fds[front->slot]}, .n_fds = 1});
}

/* Sends everything that a child needs before it may confine itself. */
static void
set_up(struct member *m)
{
    struct supervisor *s = m->s;
    if (s->source.has_newest)
        member_give_config(m);
    member_tell(m, &(struct control){.type = CONTROL_METRICS,
                                     .slot = SLOT_FIRST + (uint32_t)(m - s->members),
                                     .fds = {s->metrics},
                                     .n_fds = 1});
    if (m->kind == MEMBER_WATCH)
        member_tell(m, &(struct control){.type = CONTROL_WATCH});
    if (m->kind == MEMBER_REDIRECT)
        member_tell(m, &(struct control){.type = CONTROL_REDIRECT});
    member_give_tickets(m); /* before the certificates that they are for */
    if (m->kind == MEMBER_FRONT)
        member_give_tls(m);
    if (member_accepts(m))
        for (size_t i = 0; i < s->listeners.n; i++)
            give_listener(m, &s->listeners.sockets[i]);
    join_with_others(m);
    member_tell(
        m, &(struct control){.type = CONTROL_GO, .slot = m->slot, .is_first = s->phase == PHASE_STARTING});
}

/* A message from a child, or the end of its channel. */
static void
heard(struct loop_fd *w, unsigned what)
{
    (void)what;
    struct member *m = LIST_ITEM(w, struct member, watch);
    struct control got;
    enum errcode err = control_receive(m->control, &got);
    if (err == ERR_MORE)
        return;
    if (err == ERR_NONE && got.type == CONTROL_READY && !m->is_ready) {
        m->hooks->ready(m);
    } else if (err == ERR_NONE && got.type == CONTROL_ALIVE) {
        m->heard_at = clock_mono();
        log_catch_up();
    } else if (err == ERR_NONE && got.type == CONTROL_LOST && join_again(m, got.slot)) {
        log_catch_up();
    } else if (err != ERR_NONE || got.type != CONTROL_DRAINED) {
        if (err != ERR_CLOSED)
            log_event(LOG_CHILD_BROKE_PROTOCOL, "child=%s slot=%" PRIu32, member_name(m), m->slot);
        control_close_fds(&got);
        loop_fd_remove(m->s->loop, &m->watch);
        member_kill(m); /* without this channel the child is unreachable; SIGCHLD triggers the restart */
    }
}

/* Creates the process and its control channel. */
static enum errcode
spawn(struct member *m)
{
    struct supervisor *s = m->s;
    char name[32];
    (void)snprintf(name, sizeof name, "countersign-%s", member_name(m));
    const struct spawn child = {.path = executable(m),
                                .name = name,
                                .clock_fd = s->options->clock_fd,
                                .node = s->node,
                                .user = &s->user};
    enum errcode err = spawn_child(&s->cx, &child, &s->source.at_start, &m->control, &m->pid);
    if (err == ERR_NONE && loop_fd_add(s->loop, &m->watch, m->control, LOOP_READ, heard) != ERR_NONE) {
        err = err_set(&s->cx, ERR_SYSTEM, "the channel of a child cannot be watched");
        member_kill(m); /* SIGCHLD then triggers the restart */
    }
    return err;
}

enum errcode
member_start(struct member *m)
{
    enum errcode err = spawn(m);
    if (err != ERR_NONE)
        return err;
    log_event(LOG_CHILD_STARTED, "child=%s slot=%" PRIu32 " pid=%d", member_name(m), m->slot, (int)m->pid);
    set_up(m);
    return ERR_NONE;
}

void
member_ended(struct member *m)
{
    if (m->is_ready)
        metrics_add(METRIC_PROCESSES, (int)m->kind, 0, (uint64_t)-1);
    loop_fd_remove(m->s->loop, &m->watch);
    if (m->control >= 0)
        (void)close(m->control);
    m->control = -1;
    m->pid = 0;
    m->is_ready = false;
}
