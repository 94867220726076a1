/* SPDX-License-Identifier: Apache-2.0 */
/* check: see the header. */
#include "proc/check.h"

#include <errno.h>
#include <string.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/list.h"
#include "proc/rehearsal.h"
#include "proc/source.h"
#include "proc/spawn.h"

enum { MESSAGES_MAX = 64 * 1024 };

struct check {
    const struct supervise_options *options;
    struct cx cx;
    struct loop *loop;
    struct source source;
    struct privilege_user user;
    struct certificates tls;
    struct buf problems, warnings, notes; /* one per line */
    struct rehearsal rehearsal;
};

static void
done(struct rehearsal *r)
{
    loop_stop(r->loop);
}

/* A line that several programs report is printed once. */
static void
add_lines(struct buf *to, const struct buf *lines)
{
    for (struct str rest = buf_view(lines); !str_is_empty(rest);) {
        struct str line = str_cut(&rest, '\n');
        if (str_find_str(buf_view(to), line) == to->len)
            buf_addf(to, "%.*s\n", STR_ARG(line));
    }
}

static enum errcode
rehearse(struct check *c, const char *path, const char *name, const struct certificates *tls)
{
    const struct rehearsal_part part = {
        .path = path, .name = name, .text = &c->source.at_start, .tls = tls, .user = &c->user};
    struct rehearsal *r = &c->rehearsal;
    enum errcode err = rehearsal_begin(&c->cx, r, c->loop, &part, done);
    if (err == ERR_NONE && loop_run(c->loop) != ERR_NONE)
        err = err_set(&c->cx, ERR_SYSTEM, "epoll fails");
    add_lines(&c->problems, &r->problems);
    add_lines(&c->warnings, &r->warnings);
    add_lines(&c->notes, &r->notes);
    pid_t pid = r->pid;
    rehearsal_clear(r);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
    return err;
}

static void
add_error(struct check *c)
{
    buf_addf(&c->problems, "%s\n", c->cx.detail);
    err_forget(&c->cx);
}

/* If the account does not exist, nothing can be tried as that account. */
static enum errcode
look(struct check *c)
{
    const struct supervise_options *o = c->options;
    const struct config *config = &c->source.config;
    bool has_user = spawn_find_user(&c->cx, config->server_user, &c->user) == ERR_NONE;
    if (!has_user)
        add_error(c);
    if (certificates_open(&c->cx, config, &c->tls) != ERR_NONE)
        add_error(c);
    enum errcode err = ERR_NONE;
    if (has_user && c->tls.n > 0)
        err = rehearse(c, o->front, "countersign-front", &c->tls);
    if (has_user && err == ERR_NONE)
        err = rehearse(c, o->worker, "countersign-worker", NULL);
    if (has_user && err == ERR_NONE)
        err = rehearse(c, o->courier, "countersign-courier", NULL);
    certificates_close(&c->tls);
    const char *warning = geteuid() == 0 ? config_warn_root(config) : NULL;
    if (warning != NULL)
        buf_addf(&c->warnings, "%s\n", warning);
    return err;
}

static void
print(FILE *to, const char *path, const char *what, const struct buf *lines)
{
    for (struct str rest = buf_view(lines); !str_is_empty(rest);) {
        struct str line = str_cut(&rest, '\n');
        (void)fprintf(to, "%s: %s%.*s\n", path, what, STR_ARG(line));
    }
}

static int
look_and_print(struct check *c)
{
    c->loop = loop_new();
    enum errcode err =
        c->loop != NULL ? look(c) : err_set(&c->cx, ERR_SYSTEM, "no epoll: %s", strerror(errno));
    loop_free(&c->loop);
    if (err != ERR_NONE)
        (void)fprintf(stderr, "countersignd: %s\n", c->cx.detail);
    print(stderr, c->options->config_path, "", &c->problems);
    print(stderr, c->options->config_path, "warning: ", &c->warnings);
    print(stdout, c->options->config_path, "note: ", &c->notes);
    if (err != ERR_NONE)
        return SUPERVISE_FAILED;
    return c->problems.len == 0 ? SUPERVISE_OK : SUPERVISE_BAD_CONFIG;
}

int
check_run(const struct supervise_options *options)
{
    struct check c = {.options = options};
    struct buf messages;
    int status = SUPERVISE_BAD_CONFIG;
    buf_init(&messages, MESSAGES_MAX);
    buf_init(&c.problems, MESSAGES_MAX);
    buf_init(&c.warnings, MESSAGES_MAX);
    buf_init(&c.notes, MESSAGES_MAX);
    cx_init(&c.cx);
    if (source_init(&c.source, options->config_path, STR_NULL, &messages) == ERR_NONE)
        status = look_and_print(&c);
    else
        (void)fwrite(messages.data + messages.start, 1, messages.len, stderr);
    source_clear(&c.source);
    cx_clear(&c.cx);
    buf_clear(&c.problems);
    buf_clear(&c.warnings);
    buf_clear(&c.notes);
    buf_clear(&messages);
    return status;
}
