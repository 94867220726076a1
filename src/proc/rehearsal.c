/* SPDX-License-Identifier: Apache-2.0 */
/* rehearsal: see the header. */
#include "proc/rehearsal.h"

#include <signal.h>
#include <unistd.h>

#include "base/list.h"
#include "proc/control.h"
#include "proc/spawn.h"

enum { FINDINGS_MAX = 64 * 1024 };

static void
stop(struct rehearsal *r)
{
    loop_fd_remove(r->loop, &r->watch);
    loop_timer_stop(r->loop, &r->deadline);
    if (r->control >= 0)
        (void)close(r->control);
    r->control = -1;
}

static void
fail(struct rehearsal *r, const char *why)
{
    buf_addf(&r->problems, "%s %s\n", r->name, why);
    (void)kill(r->pid, SIGKILL);
    stop(r);
    r->done(r);
}

static void
heard(struct loop_fd *w, unsigned what)
{
    (void)what;
    struct rehearsal *r = LIST_ITEM(w, struct rehearsal, watch);
    struct control m;
    enum errcode err = control_receive(r->control, &m);
    if (err == ERR_MORE)
        return;
    if (err == ERR_NONE && m.type == CONTROL_FINDING) {
        buf_addf(m.is_problem ? &r->problems : &r->warnings, "%s\n", m.text);
    } else if (err == ERR_NONE && m.type == CONTROL_NOTE) {
        buf_addf(&r->notes, "%s\n", m.text);
    } else if (err == ERR_NONE && m.type == CONTROL_READY) {
        stop(r);
        r->done(r);
    } else {
        control_close_fds(&m);
        fail(r, "ended before it had looked at everything; its log says why");
    }
}

static void
deadline_due(struct loop_timer *t)
{
    fail(LIST_ITEM(t, struct rehearsal, deadline), "did not get through what it loads in time");
}

static enum errcode
send_part(struct rehearsal *r, const struct rehearsal_part *part)
{
    enum errcode err = control_send(r->control, &(struct control){.type = CONTROL_REHEARSE});
    for (size_t i = 0; err == ERR_NONE && part->tls != NULL && i < part->tls->n; i++) {
        struct control m;
        certificates_message(part->tls, i, &m);
        err = control_send(r->control, &m);
    }
    if (err == ERR_NONE)
        err = control_send(r->control, &(struct control){.type = CONTROL_GO, .is_first = true});
    return err == ERR_CLOSED ? ERR_NONE : err; /* the loop notices a process that is gone */
}

enum errcode
rehearsal_begin(struct cx *cx, struct rehearsal *r, struct loop *loop, const struct rehearsal_part *part,
                void (*done)(struct rehearsal *r))
{
    *r = (struct rehearsal){
        .loop = loop, .name = part->name, .control = -1, .watch = {.fd = -1}, .done = done};
    buf_init(&r->problems, FINDINGS_MAX);
    buf_init(&r->warnings, FINDINGS_MAX);
    buf_init(&r->notes, FINDINGS_MAX);
    loop_timer_init(&r->deadline, deadline_due);
    const struct spawn child = {.path = part->path, .name = part->name, .user = part->user};
    enum errcode err = spawn_child(cx, &child, part->text, &r->control, &r->pid);
    if (err == ERR_NONE)
        err = loop_fd_add(loop, &r->watch, r->control, LOOP_READ, heard);
    if (err == ERR_NONE)
        err = send_part(r, part);
    if (err == ERR_NONE)
        loop_timer_set(loop, &r->deadline, clock_mono() + REHEARSAL_TIME);
    else if (cx->err == ERR_NONE)
        err = err_set(cx, ERR_SYSTEM, "%s cannot be asked", part->name);
    return err;
}

void
rehearsal_clear(struct rehearsal *r)
{
    if (r->loop == NULL)
        return;
    if (r->control >= 0 && r->pid > 0)
        (void)kill(r->pid, SIGKILL);
    stop(r);
    buf_clear(&r->problems);
    buf_clear(&r->warnings);
    buf_clear(&r->notes);
    r->loop = NULL;
}
