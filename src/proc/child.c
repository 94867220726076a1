/* SPDX-License-Identifier: Apache-2.0 */
/* child: see the header. */
#include "proc/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "log/log.h"
#include "metrics/metrics.h"

enum { MESSAGES_MAX = 64 * 1024, POLL_PAUSE_MS = 100 };

bool
child_is_sandbox(void)
{
    return getenv(CONTROL_SANDBOX_ENV) != NULL;
}

int64_t
child_node(void)
{
    const char *text = getenv(CONTROL_NODE_ENV);
    int64_t node = 0;
    if (text == NULL || str_to_i64(str_from_cstr(text), 1, INT64_MAX, &node) != ERR_NONE)
        return 1;
    return node;
}

static enum errcode
share_sandbox_clock(struct cx *cx)
{
    if (!child_is_sandbox())
        return ERR_NONE;
    enum errcode err = clock_share(CONTROL_CLOCK_FD);
    (void)close(CONTROL_CLOCK_FD);
    return err == ERR_NONE ? err
                           : err_set(cx, err, "cannot map the clock of the sandbox: %s", strerror(errno));
}

static enum errcode
map_test_clock(struct cx *cx)
{
#if COUNTERSIGN_TESTING
    const char *path = getenv("COUNTERSIGN_TEST_CLOCK");
    if (path != NULL && clock_map_offset(path) != ERR_NONE)
        return err_set(cx, ERR_SYSTEM, "cannot map the clock of the tests, %s: %s", path, strerror(errno));
#else
    (void)cx;
#endif
    return ERR_NONE;
}

enum errcode
child_begin(struct cx *cx, const char *who, struct config *config)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none); /* now, since keys are read before the confinement */
    log_init(who, LOG_LEVEL_INFO);
    cx_init(cx);
    config_init(config);
    (void)signal(SIGPIPE, SIG_IGN);
    enum errcode err = share_sandbox_clock(cx);
    if (err == ERR_NONE)
        err = map_test_clock(cx);
    if (err == ERR_NONE) {
        struct buf messages;
        buf_init(&messages, MESSAGES_MAX);
        err = config_read_fd(config, "configuration", CONTROL_CONFIG_FD, &messages);
        if (err != ERR_NONE)
            (void)err_set(cx, err, "%.*s", STR_ARG(buf_view(&messages)));
        buf_clear(&messages);
        config_use_credentials(config, getenv("CREDENTIALS_DIRECTORY"));
    }
    (void)close(CONTROL_CONFIG_FD);
    if (err == ERR_NONE) {
        log_set_level((enum log_level)config->log_level);
        log_set_format((enum log_format)config->log_format);
    } else
        log_cx_error(cx, LOG_START_FAILED);
    cx_begin(cx);
    return err;
}

void
child_reload(struct config *config, int fd)
{
    struct buf messages, needs_restart;
    buf_init(&messages, MESSAGES_MAX);
    buf_init(&needs_restart, MESSAGES_MAX);
    struct config fresh;
    config_init(&fresh);
    if (config_read_fd(&fresh, "configuration", fd, &messages) == ERR_NONE) {
        config_take_live(config, &fresh, &needs_restart);
        log_set_level((enum log_level)config->log_level);
    } else {
        log_event(LOG_RELOAD_REFUSED, "bytes=%zu", messages.len);
    }
    config_clear(&fresh);
    buf_clear(&messages);
    buf_clear(&needs_restart);
    (void)close(fd);
}

enum errcode
child_take_metrics(struct cx *cx, struct control *m)
{
    enum errcode err = metrics_join(cx, m->fds[0], m->slot);
    control_close_fds(m);
    return err;
}

enum errcode
child_ready(struct cx *cx)
{
    enum errcode err = control_send(CONTROL_FD, &(struct control){.type = CONTROL_READY});
    return err == ERR_NONE ? err
                           : err_set(cx, err, "READY cannot be sent to the supervisor: %s", strerror(errno));
}

void
child_drained(void)
{
    if (control_send(CONTROL_FD, &(struct control){.type = CONTROL_DRAINED}) != ERR_NONE)
        log_event(LOG_SUPERVISOR_GONE, "");
}

static void
send_text(enum control_type type, bool is_problem, struct str text)
{
    struct control m = {.type = type, .is_problem = is_problem};
    for (size_t i = 0; i < text.n && i + 1 < sizeof m.text; i++)
        m.text[i] = (char)((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f ? ' ' : text.p[i]);
    if (control_send(CONTROL_FD, &m) != ERR_NONE)
        log_event(LOG_SUPERVISOR_GONE, "");
}

void
child_find(bool is_problem, struct str text)
{
    send_text(CONTROL_FINDING, is_problem, text);
}

void
child_note(struct str text)
{
    send_text(CONTROL_NOTE, false, text);
}

void
child_find_error(struct cx *cx)
{
    child_find(true, str_from_cstr(cx->detail));
    err_forget(cx);
}

void
child_rehearse_confinement(struct cx *cx, const struct confine *confine)
{
    log_set_level(LOG_LEVEL_WARNING); /* what a kernel lacks is logged by the server itself */
    if (confine_enter(cx, confine) == ERR_NONE)
        return;
    child_find(true, arena_printf(&cx->arena, "the kernel refuses the confinement: %s", cx->detail));
    err_forget(cx);
}

void
child_pause(const char *why)
{
    log_event(LOG_POLL_FAILED, "error=\"%s\"", why);
    (void)poll(NULL, 0, POLL_PAUSE_MS);
}

int
child_poll(struct pollfd *watched, size_t n, int wait_ms)
{
    int events = poll(watched, n, wait_ms);
    if (events >= 0)
        return events;
    const int why = errno;
    ASSERT(why == EINTR || why == EAGAIN || why == ENOMEM);
    for (size_t i = 0; i < n; i++)
        watched[i].revents = 0;
    if (why != EINTR)
        child_pause(strerror(why));
    return 0;
}

void
child_report(const struct control *message)
{
    /* A stopped supervisor does not read, and must not stop its children too. */
    struct pollfd p = {.fd = CONTROL_FD, .events = POLLOUT};
    if (poll(&p, 1, 0) == 1 && (p.revents & POLLOUT) != 0 && control_send(CONTROL_FD, message) != ERR_NONE)
        log_event(LOG_SUPERVISOR_GONE, "");
}

void
child_say_alive(int64_t *said_at)
{
    int64_t now = clock_mono();
    if (*said_at != 0 && now - *said_at < CHILD_ALIVE_EVERY)
        return;
    *said_at = now;
    log_catch_up();
    child_report(&(struct control){.type = CONTROL_ALIVE});
}
