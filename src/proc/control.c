/* SPDX-License-Identifier: Apache-2.0 */
/* control: messages of the control channel as frames. One table defines what each type carries. */
#include "proc/control.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"

enum { CONTROL_FRAME_MAX = 64 + CONTROL_TEXT_MAX };

struct shape {
    const char *name;
    size_t fds_min, fds_max;
    bool has_slot, has_flag, has_text;
};

static const struct shape shapes[CONTROL_TYPE_COUNT_] = {
    [CONTROL_LISTENER] = {"listener", 1, 1, true, false, false},
    [CONTROL_TLS] = {"tls", 2, 2, true, true, true},
    [CONTROL_TICKETS] = {"tickets", 1, 1, false, false, false},
    [CONTROL_WORKER] = {"worker", 1, 1, true, true, false},
    [CONTROL_FRONT] = {"front", 1, 1, true, false, false},
    [CONTROL_COURIER] = {"courier", 1, 1, false, false, false},
    [CONTROL_RELOAD] = {"reload", 1, 1, false, false, false},
    [CONTROL_GO] = {"go", 0, 0, true, true, false},
    [CONTROL_METRICS] = {"metrics", 1, 1, true, false, false},
    [CONTROL_WATCH] = {"watch", 0, 0, false, false, false},
    [CONTROL_REDIRECT] = {"redirect", 0, 0, false, false, false},
    [CONTROL_DRAIN] = {"drain", 0, 0, false, false, false},
    [CONTROL_READY] = {"ready", 0, 0, false, false, false},
    [CONTROL_DRAINED] = {"drained", 0, 0, false, false, false},
    [CONTROL_ALIVE] = {"alive", 0, 0, false, false, false},
    [CONTROL_REHEARSE] = {"rehearse", 0, 0, false, false, false},
    [CONTROL_FINDING] = {"finding", 0, 0, false, true, true},
    [CONTROL_NOTE] = {"note", 0, 0, false, false, true},
    [CONTROL_LOST] = {"lost", 0, 0, true, false, false},
};

/* NULL for an unknown type. */
static const struct shape *
shape_of(unsigned type)
{
    return type < CONTROL_TYPE_COUNT_ && shapes[type].name != NULL ? &shapes[type] : NULL;
}

const char *
control_name(enum control_type type)
{
    const struct shape *s = shape_of((unsigned)type);
    return s == NULL ? "?" : s->name;
}

enum errcode
control_send(int fd, const struct control *m)
{
    const struct shape *s = shape_of((unsigned)m->type);
    ASSERT(s != NULL && m->n_fds >= s->fds_min && m->n_fds <= s->fds_max);
    struct buf out;
    buf_init(&out, CONTROL_FRAME_MAX);
    size_t mark = frame_begin(&out, (uint8_t)m->type, 0);
    if (s->has_slot)
        frame_put_u32(&out, m->slot);
    if (s->has_flag)
        frame_put_u8(&out, m->fast_only || m->is_last || m->is_first || m->is_problem ? 1 : 0);
    if (s->has_text)
        frame_put_str(&out, str_from_cstr(m->text));
    enum errcode err = frame_end(&out, mark);
    if (err == ERR_NONE)
        err = frame_send_fds(fd, &out, m->fds, m->n_fds);
    buf_clear(&out);
    return err;
}

static enum errcode
decode(struct frame *f, struct control *m)
{
    const struct shape *s = shape_of(f->type);
    if (s == NULL || m->n_fds < s->fds_min || m->n_fds > s->fds_max)
        return ERR_PROTOCOL;
    m->type = (enum control_type)f->type;
    if (s->has_slot)
        m->slot = frame_get_u32(f);
    bool flag = s->has_flag && frame_get_u8(f) != 0;
    m->fast_only = flag && m->type == CONTROL_WORKER;
    m->is_last = flag && m->type == CONTROL_TLS;
    m->is_first = flag && m->type == CONTROL_GO;
    m->is_problem = flag && m->type == CONTROL_FINDING;
    struct str text = s->has_text ? frame_get_str(f) : STR_NULL;
    if (text.n >= sizeof m->text)
        return ERR_PROTOCOL;
    if (text.n > 0)
        memcpy(m->text, text.p, text.n);
    return frame_read_end(f);
}

enum errcode
control_receive(int fd, struct control *m_out)
{
    *m_out = (struct control){.n_fds = 0};
    struct buf in;
    buf_init(&in, CONTROL_FRAME_MAX);
    enum errcode err = frame_receive_fds(fd, &in, m_out->fds, &m_out->n_fds);
    struct frame f;
    if (err == ERR_NONE)
        err = frame_next(&in, &f);
    if (err == ERR_NONE)
        err = decode(&f, m_out);
    if (err != ERR_NONE)
        control_close_fds(m_out);
    buf_clear(&in);
    return err;
}

void
control_close_fds(struct control *m)
{
    for (size_t i = 0; i < m->n_fds; i++)
        (void)close(m->fds[i]);
    m->n_fds = 0;
}
