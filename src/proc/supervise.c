/* supervise: the state machine of a server: starting, serving, draining, ending. Enter at supervise_run. */
#include "proc/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cx.h"
#include "base/list.h"
#include "base/loop.h"
#include "log/log.h"
#include "proc/backoff.h"
#include "proc/control.h"
#include "proc/listeners.h"
#include "proc/notify.h"
#include "proc/report.h"
#include "proc/source.h"
#include "proc/spawn.h"

enum {
    MESSAGES_MAX = 64 * 1024,
    PATROLS = 8 /* in the time that a child may be silent */
};

enum kind { KIND_WORKER, KIND_FRONT, KIND_COURIER };

enum phase {
    PHASE_STARTING, /* until every child was ready once; a child that ends now ends the server */
    PHASE_SERVING,
    PHASE_DRAINING, /* the fronts finish what is in flight */
    PHASE_ENDING,   /* no front is left; the others end */
};

struct child {
    struct supervise *s;
    enum kind kind;
    uint32_t slot;
    pid_t pid; /* 0: not running */
    int control;
    bool is_ready;
    int64_t heard_at; /* clock_mono */
    struct loop_fd watch;
    struct loop_timer restart;
    struct backoff backoff;
};

struct supervise {
    const struct supervise_options *options;
    struct cx cx;
    struct loop *loop;
    struct source source;
    struct spawn_user user;
    struct listeners listeners;
    int tls[2];
    struct child *children;
    size_t n;
    enum phase phase;
    struct loop_timer deadline, patrol;
    int64_t patrolled_at; /* clock_mono */
    int ready_fd;
    int status;
};

static const char *
kind_name(enum kind kind)
{
    static const char *const names[] = {"worker", "front", "courier"};
    return names[kind];
}

static const char *
executable(const struct child *c)
{
    const struct supervise_options *o = c->s->options;
    return c->kind == KIND_FRONT ? o->front : c->kind == KIND_WORKER ? o->worker : o->courier;
}

static void
kill_child(struct child *c)
{
    if (c->pid > 0)
        (void)kill(c->pid, SIGKILL);
}

/* A child that does not read is hung, and killed; the end of one that is gone is noticed anyway. */
static void
tell(struct child *c, const struct control *m)
{
    enum errcode e = c->control < 0 ? ERR_NONE : control_send(c->control, m);
    if (e == ERR_NONE || e == ERR_CLOSED)
        return;
    log_warning("child.deaf", "child=%s slot=%" PRIu32 " message=%s", kind_name(c->kind), c->slot,
                control_name(m->type));
    kill_child(c);
}

/* A new channel between a front and a worker that both run. */
static void
join(struct child *front, struct child *worker)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        log_error("channel.failed", "error=\"%s\"", strerror(errno));
        kill_child(front); /* started again later, perhaps with more descriptors to be had */
        return;
    }
    /* Worker 0 stays free for checks and answers, whatever the number of fronts that hash passwords. */
    tell(front, &(struct control){.type = CONTROL_WORKER,
                                  .slot = worker->slot,
                                  .fast_only = worker->slot == 0,
                                  .fds = {pair[0]},
                                  .n_fds = 1});
    tell(worker, &(struct control){.type = CONTROL_FRONT, .slot = front->slot, .fds = {pair[1]}, .n_fds = 1});
    (void)close(pair[0]);
    (void)close(pair[1]);
}

static void
join_with_others(struct child *c)
{
    for (size_t i = 0; i < c->s->n; i++) {
        struct child *other = &c->s->children[i];
        if (other->pid == 0)
            continue;
        if (c->kind == KIND_FRONT && other->kind == KIND_WORKER)
            join(c, other);
        else if (c->kind == KIND_WORKER && other->kind == KIND_FRONT)
            join(other, c);
    }
}

static void
give_tls(struct child *front)
{
    const int *tls = front->s->tls;
    if (tls[0] >= 0)
        tell(front, &(struct control){.type = CONTROL_TLS, .fds = {tls[0], tls[1]}, .n_fds = 2});
}

static void
give_newest_config(struct child *c)
{
    int fd = source_fd(&c->s->source.newest);
    if (fd < 0) {
        log_error("config.copy", "error=\"%s\"", strerror(errno));
        return;
    }
    tell(c, &(struct control){.type = CONTROL_RELOAD, .fds = {fd}, .n_fds = 1});
    (void)close(fd);
}

/* All that a child needs before it may confine itself. */
static void
set_up(struct child *c)
{
    struct supervise *s = c->s;
    if (s->source.has_newest)
        give_newest_config(c);
    if (c->kind == KIND_FRONT) {
        give_tls(c);
        for (size_t i = 0; i < s->listeners.n; i++)
            tell(c, &(struct control){
                        .type = CONTROL_LISTENER, .fds = {s->listeners.fds[i][c->slot]}, .n_fds = 1});
    }
    join_with_others(c);
    tell(c, &(struct control){.type = CONTROL_GO, .slot = c->slot, .is_first = s->phase == PHASE_STARTING});
}

static void heard(struct loop_fd *w, unsigned what);

/* Makes the process and its control channel. */
static enum errcode
spawn(struct child *c)
{
    struct supervise *s = c->s;
    int pair[2] = {-1, -1};
    int config = source_fd(&s->source.at_start);
    enum errcode e = ERR_NONE;
    if (config < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 ||
        fcntl(pair[0], F_SETFL, O_NONBLOCK) != 0)
        e = err_set(&s->cx, ERR_SYSTEM, "no descriptors for a child: %s", strerror(errno));
    char name[32];
    (void)snprintf(name, sizeof(name), "countersign-%s", kind_name(c->kind));
    if (e == ERR_NONE)
        e = spawn_child(&s->cx,
                        &(struct spawn){.path = executable(c),
                                        .name = name,
                                        .control_fd = pair[1],
                                        .config_fd = config,
                                        .clock_fd = s->options->clock_fd,
                                        .user = &s->user},
                        &c->pid);
    if (pair[1] >= 0)
        (void)close(pair[1]);
    if (config >= 0)
        (void)close(config);
    if (e == ERR_NONE)
        e = loop_fd_add(s->loop, &c->watch, pair[0], LOOP_READ, heard);
    if (e == ERR_NONE) {
        c->control = pair[0];
        return e;
    }
    kill_child(c); /* where only the watch failed: SIGCHLD then starts it again */
    if (pair[0] >= 0)
        (void)close(pair[0]);
    return e;
}

static void
kill_all(struct supervise *s)
{
    for (size_t i = 0; i < s->n; i++)
        kill_child(&s->children[i]);
}

static size_t
count_running(const struct supervise *s, bool fronts_only)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->children[i].pid > 0 && (!fronts_only || s->children[i].kind == KIND_FRONT))
            n++;
    return n;
}

/* Moves the end along: fronts first, since they need the workers to answer what is in flight. */
static void
end_step(struct supervise *s)
{
    if (s->phase == PHASE_DRAINING && count_running(s, true) == 0) {
        s->phase = PHASE_ENDING;
        for (size_t i = 0; i < s->n; i++)
            tell(&s->children[i], &(struct control){.type = CONTROL_DRAIN});
    }
    if (s->phase == PHASE_ENDING && count_running(s, false) == 0)
        loop_stop(s->loop);
}

static void
end_at_once(struct supervise *s)
{
    listeners_close(&s->listeners);
    for (size_t i = 0; i < s->n; i++)
        loop_timer_stop(s->loop, &s->children[i].restart);
    s->phase = PHASE_ENDING;
    kill_all(s);
    end_step(s);
}

/* A server that cannot start at all says so and ends; once it served, it goes on trying. */
static void
start(struct child *c)
{
    struct supervise *s = c->s;
    ASSERT(s != NULL);
    cx_begin(&s->cx);
    int64_t now = clock_mono();
    backoff_started(&c->backoff, now);
    enum errcode e = spawn(c);
    if (e == ERR_NONE) {
        log_debug("child.start", "child=%s slot=%" PRIu32 " pid=%d", kind_name(c->kind), c->slot,
                  (int)c->pid);
        set_up(c);
        return;
    }
    log_cx_error(&s->cx, "child.start");
    if (s->phase == PHASE_STARTING) {
        s->status = SUPERVISE_FAILED;
        end_at_once(s);
    } else if (c->pid == 0) {
        loop_timer_set(s->loop, &c->restart, now + BACKOFF_MOST);
    }
}

static void
restart_due(struct loop_timer *t)
{
    start(LIST_ITEM(t, struct child, restart));
}

static void
deadline_due(struct loop_timer *t)
{
    struct supervise *s = LIST_ITEM(t, struct supervise, deadline);
    log_warning("drain.late", "killed=%zu", count_running(s, false));
    end_at_once(s);
}

static void
drain(struct supervise *s)
{
    log_info("drain", "seconds=%" PRId64, s->source.config.server_drain_time / CLOCK_S);
    notify_manager("STOPPING=1");
    listeners_close(&s->listeners); /* ours too, or the kernel goes on taking connections */
    s->phase = PHASE_DRAINING;
    for (size_t i = 0; i < s->n; i++) {
        struct child *c = &s->children[i];
        loop_timer_stop(s->loop, &c->restart);
        if (c->kind == KIND_FRONT)
            tell(c, &(struct control){.type = CONTROL_DRAIN});
    }
    loop_timer_set(s->loop, &s->deadline, clock_mono() + s->source.config.server_drain_time);
    end_step(s);
}

static void
got_end_signal(void *arg, int signo)
{
    (void)signo;
    struct supervise *s = arg;
    if (s->phase == PHASE_SERVING)
        drain(s);
    else
        end_at_once(s);
}

/* The children take the newest configuration and TLS files over. */
static void
hand_out(struct supervise *s, const int tls[2])
{
    for (size_t i = 0; i < 2 && tls[0] >= 0; i++) {
        if (s->tls[i] >= 0)
            (void)close(s->tls[i]);
        s->tls[i] = tls[i];
    }
    log_set_level((enum log_level)s->source.config.log_level);
    for (size_t i = 0; i < s->n; i++) {
        struct child *c = &s->children[i];
        give_newest_config(c);
        if (c->kind == KIND_FRONT)
            give_tls(c);
    }
}

static void
got_reload_signal(void *arg, int signo)
{
    (void)signo;
    struct supervise *s = arg;
    if (s->phase != PHASE_SERVING)
        return;
    cx_begin(&s->cx);
    struct str state = arena_printf(&s->cx.arena, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_mono());
    notify_manager(state.p);
    struct buf messages, needs_restart;
    buf_init(&messages, MESSAGES_MAX);
    buf_init(&needs_restart, MESSAGES_MAX);
    int tls[2];
    if (source_reload(&s->source, &s->cx, tls, &messages, &needs_restart) == ERR_NONE) {
        hand_out(s, tls);
        log_info("reload", "needs_restart=%s", log_quote(&s->cx.arena, buf_view(&needs_restart)));
    } else {
        report_lines("reload.refused", &messages);
    }
    buf_clear(&messages);
    buf_clear(&needs_restart);
    notify_manager("READY=1");
}

static void
ended(struct child *c, int status)
{
    struct supervise *s = c->s;
    int64_t now = clock_mono();
    cx_begin(&s->cx);
    struct str how = report_ending(&s->cx.arena, status);
    loop_fd_remove(s->loop, &c->watch);
    if (c->control >= 0)
        (void)close(c->control);
    c->control = -1;
    c->pid = 0;
    c->is_ready = false;
    if (s->phase == PHASE_STARTING) {
        log_error("start.failed", "child=%s slot=%" PRIu32 " reason=\"%.*s before it was ready\"",
                  kind_name(c->kind), c->slot, STR_ARG(how));
        s->status = SUPERVISE_FAILED;
        end_at_once(s);
    } else if (s->phase == PHASE_SERVING) {
        int64_t wait = backoff_ended(&c->backoff, now);
        loop_timer_set(s->loop, &c->restart, now + wait);
        log_warning("child.died", "child=%s slot=%" PRIu32 " reason=\"%.*s\" again_in_ms=%" PRId64,
                    kind_name(c->kind), c->slot, STR_ARG(how), wait / CLOCK_MS);
    } else {
        log_debug("child.ended", "child=%s slot=%" PRIu32 " reason=\"%.*s\"", kind_name(c->kind), c->slot,
                  STR_ARG(how));
        end_step(s);
    }
}

static void
got_child_signal(void *arg, int signo)
{
    (void)signo;
    struct supervise *s = arg;
    for (size_t i = 0; i < s->n; i++) {
        struct child *c = &s->children[i];
        int status = 0;
        if (c->pid > 0 && waitpid(c->pid, &status, WNOHANG) == c->pid)
            ended(c, status);
    }
}

static void
announce(struct supervise *s)
{
    struct buf line;
    buf_init(&line, MESSAGES_MAX);
    buf_add_cstr(&line, "READY");
    listeners_describe(&s->cx, &s->listeners, &line);
    struct str addresses = str_sub(buf_view(&line), sizeof("READY"), line.len);
    log_info("ready", "version=%s addresses=\"%.*s\"", COUNTERSIGN_VERSION, STR_ARG(addresses));
    if (s->options->clock_fd > 0)
        log_warning("sandbox", "page=http://%.*s/sandbox advice=\"a test mode: its passwords are public\"",
                    STR_ARG(addresses));
    buf_add_byte(&line, '\n');
    notify_fd(s->ready_fd, buf_view(&line));
    s->ready_fd = -1;
    notify_manager("READY=1");
    buf_clear(&line);
}

/* Twice as long as one step of a child may take, and half a minute. */
static int64_t
silence_most(const struct supervise *s)
{
    const struct config *c = &s->source.config;
    if (s->options->silence != 0)
        return s->options->silence;
    return 30 * CLOCK_S + 2 * (c->limits_call_time + c->store_busy_timeout + c->webhook_time + c->push_time);
}

/* A child that hangs keeps its slot: its front's calls would only ever be overdue. */
static void
patrol(struct loop_timer *t)
{
    struct supervise *s = LIST_ITEM(t, struct supervise, patrol);
    int64_t now = clock_mono(), most = silence_most(s), every = most / PATROLS;
    bool was_away = now - s->patrolled_at > 2 * every; /* we were stopped, not they */
    if (s->phase != PHASE_SERVING)
        return;
    for (size_t i = 0; i < s->n; i++) {
        struct child *c = &s->children[i];
        if (was_away)
            c->heard_at = now;
        if (c->pid == 0 || !c->is_ready || now - c->heard_at <= most)
            continue;
        log_error("child.silent", "child=%s slot=%" PRIu32 " seconds=%" PRId64, kind_name(c->kind), c->slot,
                  (now - c->heard_at) / CLOCK_S);
        kill_child(c);
    }
    s->patrolled_at = now;
    loop_timer_set(s->loop, t, now + every);
}

static void
child_ready(struct child *c)
{
    struct supervise *s = c->s;
    c->is_ready = true;
    c->heard_at = clock_mono();
    if (s->phase != PHASE_STARTING) {
        log_info("child.ready", "child=%s slot=%" PRIu32, kind_name(c->kind), c->slot);
        return;
    }
    for (size_t i = 0; i < s->n; i++)
        if (!s->children[i].is_ready)
            return;
    s->phase = PHASE_SERVING;
    s->patrolled_at = clock_mono();
    patrol(&s->patrol);
    announce(s);
}

/* A message of a child, or the end of its channel. */
static void
heard(struct loop_fd *w, unsigned what)
{
    (void)what;
    struct child *c = LIST_ITEM(w, struct child, watch);
    struct control m;
    enum errcode e = control_receive(c->control, &m);
    if (e == ERR_MORE)
        return;
    if (e == ERR_NONE && m.type == CONTROL_READY && !c->is_ready) {
        child_ready(c);
    } else if (e == ERR_NONE && m.type == CONTROL_ALIVE) {
        c->heard_at = clock_mono();
        log_catch_up();
    } else if (e != ERR_NONE || m.type != CONTROL_DRAINED) {
        if (e != ERR_CLOSED)
            log_error("child.broke_protocol", "child=%s slot=%" PRIu32, kind_name(c->kind), c->slot);
        control_close_fds(&m);
        loop_fd_remove(c->s->loop, &c->watch);
        kill_child(c); /* without this channel it could not be told anything; SIGCHLD does the rest */
    }
}

static void
add_children(struct supervise *s, enum kind kind, size_t n)
{
    for (uint32_t slot = 0; slot < n; slot++) {
        struct child *c = &s->children[s->n++];
        *c = (struct child){.s = s, .kind = kind, .slot = slot, .control = -1, .watch = {.fd = -1}};
        loop_timer_init(&c->restart, restart_due);
    }
}

/* Everything that can be refused before the first child runs. */
static enum errcode
prepare(struct supervise *s)
{
    const struct config *config = &s->source.config;
    /* Each front has a descriptor for every connection: let it have what the system grants. */
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    enum errcode e = spawn_find_user(&s->cx, config->server_user, &s->user);
    if (e == ERR_NONE && geteuid() == 0 && !s->user.is_set)
        log_warning("user.root", "advice=\"set server.user: the children run as root\"");
    if (e == ERR_NONE)
        e = source_open_tls(&s->cx, config, s->tls);
    if (e == ERR_NONE)
        e = listeners_open(&s->cx, &config->server_listen, (size_t)config->server_fronts, &s->listeners);
    static const int end_signals[] = {SIGTERM, SIGINT};
    for (size_t i = 0; e == ERR_NONE && i < 2; i++)
        e = loop_signal(s->loop, end_signals[i], got_end_signal, s);
    if (e == ERR_NONE)
        e = loop_signal(s->loop, SIGHUP, got_reload_signal, s);
    if (e == ERR_NONE)
        e = loop_signal(s->loop, SIGCHLD, got_child_signal, s);
    return e;
}

static int
serve(struct supervise *s)
{
    if (prepare(s) != ERR_NONE) {
        log_cx_error(&s->cx, "start.failed");
        return s->cx.err == ERR_CONFIG ? SUPERVISE_BAD_CONFIG : SUPERVISE_FAILED;
    }
    size_t fronts = s->listeners.fronts, workers = source_workers(&s->source);
    s->children = calloc(fronts + workers + 1, sizeof(*s->children));
    if (s->children == NULL)
        err_no_memory();
    add_children(s, KIND_WORKER, workers);
    add_children(s, KIND_FRONT, fronts);
    add_children(s, KIND_COURIER, s->options->courier != NULL ? 1 : 0);
    for (size_t i = 0; i < s->n && s->phase == PHASE_STARTING; i++)
        start(&s->children[i]);
    if (loop_run(s->loop) != ERR_NONE) {
        log_error("loop.failed", "error=\"%s\"", strerror(errno));
        s->status = SUPERVISE_FAILED;
        kill_all(s);
    }
    log_info("end", "status=%d", s->status);
    return s->status;
}

int
supervise_run(const struct supervise_options *options)
{
    struct supervise s = {.options = options, .tls = {-1, -1}, .ready_fd = options->ready_fd};
    struct buf messages;
    buf_init(&messages, MESSAGES_MAX);
    int status = SUPERVISE_BAD_CONFIG;
    if (source_init(&s.source, options->config_path, options->config_text, &messages) == ERR_NONE) {
        log_own_stderr();
        log_init("supervisor", (enum log_level)s.source.config.log_level);
        cx_init(&s.cx);
        s.loop = loop_new();
        loop_timer_init(&s.deadline, deadline_due);
        loop_timer_init(&s.patrol, patrol);
        (void)signal(SIGPIPE, SIG_IGN);
        status = serve(&s);
        listeners_close(&s.listeners);
        for (size_t i = 0; i < 2; i++)
            if (s.tls[i] >= 0)
                (void)close(s.tls[i]);
        loop_free(&s.loop);
        cx_clear(&s.cx);
        free(s.children);
    } else {
        (void)fwrite(messages.data + messages.start, 1, messages.len, stderr);
    }
    buf_clear(&messages);
    source_clear(&s.source);
    return status;
}
