/* SPDX-License-Identifier: Apache-2.0 */
/* supervise: the state machine of a server: starting, serving, draining, ending. Enter at supervise_run. */
#include "proc/supervise.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/rand.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include "proc/control.h"
#include "proc/enclose.h"
#include "proc/handover.h"
#include "proc/lock.h"
#include "proc/inherited.h"
#include "proc/notify.h"
#include "proc/receipt.h"
#include "proc/reload.h"
#include "proc/report.h"
#include "proc/rlimits.h"
#include "proc/signals.h"
#include "proc/supervisor.h"

enum {
    MESSAGES_MAX = 64 * 1024,
    PATROLS = 8, /* ALIVE messages within the time that a child may be silent */
    OTHERS = 3   /* courier, watch, redirect */
};

/* The only function that sets the phase. */
static void
enter(struct supervisor *s, enum phase to)
{
    static const unsigned legal[] = {
        [PHASE_STARTING] = 1U << PHASE_SERVING | 1U << PHASE_DRAINING | 1U << PHASE_ENDING,
        [PHASE_SERVING] = 1U << PHASE_DRAINING | 1U << PHASE_ENDING,
        [PHASE_DRAINING] = 1U << PHASE_ENDING,
        [PHASE_ENDING] = 1U << PHASE_ENDING,
    };
    ASSERT((legal[s->phase] & 1U << to) != 0);
    s->phase = to;
}

static void
kill_all(struct supervisor *s)
{
    for (size_t i = 0; i < s->n; i++)
        member_kill(&s->members[i]);
}

static size_t
count_running(const struct supervisor *s, bool fronts_only)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->members[i].pid > 0 && (!fronts_only || member_accepts(&s->members[i])))
            n++;
    return n;
}

/* Advances the shutdown: fronts first, since they need the workers to answer what is in flight. */
static void
end_step(struct supervisor *s)
{
    if (s->phase == PHASE_DRAINING && count_running(s, true) == 0) {
        enter(s, PHASE_ENDING);
        for (size_t i = 0; i < s->n; i++)
            member_tell(&s->members[i], &(struct control){.type = CONTROL_DRAIN});
    }
    if (s->phase == PHASE_ENDING && count_running(s, false) == 0 && !former_holds(s))
        loop_stop(s->loop);
}

static void
end_at_once(struct supervisor *s)
{
    listeners_close(&s->listeners);
    for (size_t i = 0; i < s->n; i++)
        loop_timer_stop(s->loop, &s->members[i].restart);
    loop_timer_stop(s->loop, &s->leave.timer);
    if (s->phase == PHASE_STARTING)
        former_release(s);
    else
        former_leave(s);
    enter(s, PHASE_ENDING);
    reload_cancel(s);
    upgrade_cancel(s);
    kill_all(s);
    end_step(s);
}

/* A server that cannot start at all says so and exits; once it has served, it keeps trying. */
static void
start(struct member *m)
{
    struct supervisor *s = m->s;
    ASSERT(s != NULL);
    cx_begin(&s->cx);
    int64_t now = clock_mono();
    backoff_started(&m->backoff, now);
    m->heard_at = now;
    if (member_start(m) == ERR_NONE)
        return;
    log_cx_error(&s->cx, LOG_CHILD_START);
    if (s->phase == PHASE_STARTING) {
        s->status = SUPERVISE_FAILED;
        end_at_once(s);
    } else if (m->pid == 0) {
        loop_timer_set(s->loop, &m->restart, now + BACKOFF_MOST);
    }
}

static void
restart_due(struct loop_timer *t)
{
    start(LIST_ITEM(t, struct member, restart));
}

static void
deadline_due(struct loop_timer *t)
{
    struct supervisor *s = LIST_ITEM(t, struct supervisor, deadline);
    log_event(LOG_DRAIN_LATE, "killed=%zu", count_running(s, false));
    end_at_once(s);
}

static void
drain(struct supervisor *s)
{
    log_event(LOG_DRAIN, "seconds=%" PRId64, s->source.config.server_drain_time / CLOCK_S);
    notify_manager("STOPPING=1\nSTATUS=draining");
    listeners_close(&s->listeners); /* our copies too, or the kernel keeps accepting connections */
    former_release(s);
    enter(s, PHASE_DRAINING);
    reload_cancel(s);
    upgrade_cancel(s);
    for (size_t i = 0; i < s->n; i++) {
        struct member *m = &s->members[i];
        loop_timer_stop(s->loop, &m->restart);
        if (member_accepts(m))
            member_tell(m, &(struct control){.type = CONTROL_DRAIN});
    }
    loop_timer_set(s->loop, &s->deadline, clock_mono() + s->source.config.server_drain_time);
    end_step(s);
}

static void
got_end_signal(void *arg, int signo)
{
    (void)signo;
    struct supervisor *s = arg;
    if (s->phase == PHASE_SERVING && !s->leave.is_on)
        leave_begin(s);
    else if (s->phase == PHASE_STARTING && former_is_there(s))
        drain(s); /* a front that is ready serves already, beside the old ones */
    else
        end_at_once(s);
}

static void
got_reload_signal(void *arg, int signo)
{
    (void)signo;
    struct supervisor *s = arg;
    if (s->phase == PHASE_SERVING)
        reload_begin(s);
    else
        s->reload.waits = s->phase == PHASE_STARTING;
}

static void
ended(struct member *m, int status)
{
    struct supervisor *s = m->s;
    int64_t now = clock_mono();
    cx_begin(&s->cx);
    struct str how = report_ending(&s->cx.arena, status);
    member_ended(m);
    if (s->phase == PHASE_STARTING) {
        log_event(LOG_START_FAILED, "child=%s slot=%" PRIu32 " reason=\"%.*s before it was ready\"",
                  member_name(m), m->slot, STR_ARG(how));
        s->status = SUPERVISE_FAILED;
        end_at_once(s);
    } else if (s->phase == PHASE_SERVING) {
        int64_t wait = backoff_ended(&m->backoff, now);
        metrics_count(METRIC_RESTARTS, (int)m->kind);
        loop_timer_set(s->loop, &m->restart, now + wait);
        log_event(LOG_CHILD_DIED, "child=%s slot=%" PRIu32 " reason=\"%.*s\" again_in_ms=%" PRId64,
                  member_name(m), m->slot, STR_ARG(how), wait / CLOCK_MS);
    } else {
        log_event(LOG_CHILD_ENDED, "child=%s slot=%" PRIu32 " reason=\"%.*s\"", member_name(m), m->slot,
                  STR_ARG(how));
        end_step(s);
    }
}

static struct member *
find_member(struct supervisor *s, pid_t pid)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->members[i].pid == pid)
            return &s->members[i];
    return NULL;
}

/* Including children that are not ours: as process 1 of a container, the supervisor inherits every orphan. */
static void
got_child_signal(void *arg, int signo)
{
    (void)signo;
    struct supervisor *s = arg;
    int status = 0;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        struct member *m = find_member(s, pid);
        if (m != NULL)
            ended(m, status);
        else if (!upgrade_ended(s, pid, status))
            log_event(LOG_ORPHAN_REAPED, "pid=%d", (int)pid);
    }
}

static void
announce(struct supervisor *s)
{
    struct buf line;
    buf_init(&line, MESSAGES_MAX);
    buf_add_cstr(&line, "READY");
    listeners_describe(&s->cx, &s->listeners, false, &line);
    struct str addresses = str_sub(buf_view(&line), sizeof "READY", line.len);
    log_event(LOG_READY, "version=%s addresses=\"%.*s\"", COUNTERSIGN_VERSION, STR_ARG(addresses));
    listeners_note_redirects(&s->cx, &s->listeners);
    if (s->options->clock_fd > 0)
        log_event(LOG_SANDBOX, "page=http://%.*s/sandbox advice=\"a test mode: its passwords are public\"",
                  STR_ARG(addresses));
    buf_add_byte(&line, '\n');
    notify_fd(s->ready_fd, buf_view(&line));
    s->ready_fd = -1;
    receipt_write(&s->cx, s->reload.count, NULL);
    notify_manager("READY=1\nSTATUS=serving");
    watchdog_begin(s);
    renewal_begin(s);
    buf_clear(&line);
}

/* A child that is not ready is busy with its start, and says nothing. */
static int64_t
patience_with(const struct supervisor *s, const struct member *m)
{
    return m->is_ready || s->options->start == 0 ? watchdog_silence(s) : s->options->start;
}

/* A child that hangs keeps its slot: its front's calls would only ever be overdue; and where it hangs before
 * it is ready, the server would start for ever. */
static void
patrol(struct loop_timer *t)
{
    struct supervisor *s = LIST_ITEM(t, struct supervisor, patrol);
    int64_t now = clock_mono(), most = watchdog_silence(s), every = most / PATROLS;
    bool was_away = now - s->patrolled_at > 2 * every; /* we were stopped, not they */
    if (s->phase != PHASE_STARTING && s->phase != PHASE_SERVING)
        return;
    for (size_t i = 0; i < s->n; i++) {
        struct member *m = &s->members[i];
        if (was_away)
            m->heard_at = now;
        if (m->pid == 0 || now - m->heard_at <= patience_with(s, m))
            continue;
        log_event(LOG_CHILD_SILENT, "child=%s slot=%" PRIu32 " seconds=%" PRId64, member_name(m), m->slot,
                  (now - m->heard_at) / CLOCK_S);
        member_kill(m);
    }
    s->patrolled_at = now;
    loop_timer_set(s->loop, t, now + every);
}

static void
member_is_ready(struct member *m)
{
    struct supervisor *s = m->s;
    m->is_ready = true;
    m->heard_at = clock_mono();
    metrics_add(METRIC_PROCESSES, (int)m->kind, 0, 1);
    if (s->phase != PHASE_STARTING) {
        log_event(LOG_CHILD_READY, "child=%s slot=%" PRIu32, member_name(m), m->slot);
        return;
    }
    for (size_t i = 0; i < s->n; i++)
        if (!s->members[i].is_ready)
            return;
    enter(s, PHASE_SERVING);
    announce(s);
    if (s->reload.waits)
        reload_begin(s);
}

static const struct member_hooks member_hooks = {.restart_due = restart_due, .ready = member_is_ready};

static void
add_members(struct supervisor *s, enum member_kind kind, size_t n)
{
    for (uint32_t slot = 0; slot < n; slot++)
        member_init(&s->members[s->n++], s, kind, slot, &member_hooks);
}

static enum errcode
open_listeners(struct supervisor *s, struct handover *handover)
{
    const struct config *config = &s->source.config;
    struct inherited inherited;
    enum errcode err = inherited_take(&s->cx, &inherited);
    for (; handover->n > 0; handover->n--)
        inherited_add(&s->cx, &inherited, handover->fds[handover->n - 1]);
    if (err == ERR_NONE)
        err = listeners_open(&s->cx, config, &inherited, &s->listeners);
    inherited_close(&inherited);
    return err;
}

/* All checks that can fail before the first child runs. */
static enum errcode
prepare(struct supervisor *s)
{
    const struct config *config = &s->source.config;
    struct handover handover;
    handover_receive(&handover);
    former_begin(s, handover.former);
    limits_adopt();
    s->node = rand_id();
    enum errcode err = spawn_find_user(&s->cx, config->server_user, &s->user);
    const char *warning = geteuid() == 0 ? config_warn_root(config) : NULL;
    if (err == ERR_NONE && warning != NULL)
        log_event(LOG_USER_ROOT, "problem=\"%s\"", warning);
    if (err == ERR_NONE)
        err = lock_store(&s->cx, config_store_file(config), &s->user, handover.lock, &s->store_lock);
    renewal_note(s);
    if (err == ERR_NONE)
        err = certificates_open(&s->cx, config, &s->tls);
    if (err == ERR_NONE)
        err = ticket_keys_begin(s, handover.ticket_keys);
    if (err == ERR_NONE)
        err = open_listeners(s, &handover);
    static void (*const got[])(void *arg, int signo) = {
        [SIGNAL_END] = got_end_signal,    [SIGNAL_RELOAD] = got_reload_signal,
        [SIGNAL_UPGRADE] = upgrade_begin, [SIGNAL_REAP] = got_child_signal,
        [SIGNAL_IGNORE] = NULL,
    };
    handover_drop(&handover); /* what was not taken over, because something failed */
    return err == ERR_NONE ? signals_watch(s->loop, got, s) : err;
}

static int
serve(struct supervisor *s)
{
    if (s->loop == NULL) {
        log_event(LOG_LOOP_FAILED, "error=\"%s\"", strerror(errno));
        return SUPERVISE_FAILED;
    }
    enum errcode err = prepare(s);
    if (err == ERR_NONE)
        err = enclose(s);
    if (err != ERR_NONE) {
        log_cx_error(&s->cx, LOG_START_FAILED);
        return s->cx.err == ERR_CONFIG ? SUPERVISE_BAD_CONFIG : SUPERVISE_FAILED;
    }
    size_t fronts = s->listeners.fronts, workers = source_workers(&s->source);
    s->members = calloc(fronts + workers + OTHERS, sizeof *s->members);
    if (s->members == NULL)
        err_no_memory();
    if (metrics_make(&s->cx, SLOT_FIRST + fronts + workers + OTHERS, &s->metrics) != ERR_NONE) {
        log_cx_error(&s->cx, LOG_START_FAILED);
        return SUPERVISE_FAILED;
    }
    metrics_set(METRIC_STARTED, 0, clock_wall());
    add_members(s, MEMBER_WORKER, workers);
    add_members(s, MEMBER_FRONT, fronts);
    add_members(s, MEMBER_COURIER, s->options->courier != NULL ? 1 : 0);
    add_members(s, MEMBER_WATCH, s->options->watch != NULL && s->source.config.metrics_listen.n > 0 ? 1 : 0);
    add_members(s, MEMBER_REDIRECT, s->source.config.tls_redirect_listen.n > 0 ? 1 : 0);
    for (size_t i = 0; i < s->n && s->phase == PHASE_STARTING; i++)
        start(&s->members[i]);
    s->patrolled_at = clock_mono();
    patrol(&s->patrol);
    if (loop_run(s->loop) != ERR_NONE) {
        log_event(LOG_LOOP_FAILED, "error=\"%s\"", strerror(errno));
        s->status = SUPERVISE_FAILED;
        kill_all(s);
    }
    log_event(LOG_END, "status=%d", s->status);
    return s->status;
}

int
supervise_run(const struct supervise_options *options)
{
    struct supervisor s = {
        .options = options, .store_lock = -1, .metrics = -1, .ready_fd = options->ready_fd};
    struct buf messages;
    buf_init(&messages, MESSAGES_MAX);
    signals_begin();
    former_init(&s, end_step);
    int status = SUPERVISE_BAD_CONFIG;
    if (source_init(&s.source, options->config_path, options->config_text, &messages) == ERR_NONE) {
        log_own_stderr();
        log_init("supervisor", (enum log_level)s.source.config.log_level);
        log_set_format((enum log_format)s.source.config.log_format);
        cx_init(&s.cx);
        s.loop = loop_new();
        loop_timer_init(&s.deadline, deadline_due);
        loop_timer_init(&s.patrol, patrol);
        renewal_init(&s, reload_certificates);
        ticket_keys_init(&s);
        upgrade_init(&s);
        s.reload.count =
            (uint64_t)clock_mono(); /* other numbers than those of a program before (upgrade.h) */
        leave_init(&s, drain);
        status = serve(&s);
        listeners_close(&s.listeners);
        former_see_off(&s);
        certificates_close(&s.tls);
        if (s.store_lock >= 0)
            (void)close(s.store_lock);
        if (s.metrics >= 0)
            (void)close(s.metrics);
        reload_cancel(&s);
        renewal_clear(&s);
        ticket_keys_clear(&s);
        upgrade_cancel(&s);
        former_leave(&s);
        loop_free(&s.loop);
        cx_clear(&s.cx);
        free(s.members);
    } else {
        (void)fwrite(messages.data + messages.start, 1, messages.len, stderr);
        former_see_off(&s);
    }
    buf_clear(&messages);
    source_clear(&s.source);
    return status;
}
