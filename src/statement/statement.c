/* SPDX-License-Identifier: Apache-2.0 */
/* statement: see the header. */
#include "statement/statement.h"

void
statement_add_line(struct buf *out, const char *name, struct str value)
{
    buf_add_cstr(out, name);
    buf_add_byte(out, ' ');
    buf_add_u64(out, value.n);
    buf_add_byte(out, ' ');
    buf_add_str(out, value);
    buf_add_byte(out, '\n');
}

const char *
decision_name(enum decision decision)
{
    static const char *const names[] = {
        [DECISION_APPROVE] = "approve", [DECISION_REJECT] = "reject", [DECISION_NOT_ME] = "not-me"};
    return names[decision];
}

void
statement_write_answer(struct buf *out, const struct challenge_view *v, struct str device_id,
                       struct str decision, struct str number)
{
    buf_add_cstr(out, "countersign-assertion-v1\n");
    statement_add_line(out, "challenge", v->id);
    statement_add_line(out, "nonce", v->nonce);
    statement_add_line(out, "audience", v->audience);
    statement_add_line(out, "company", v->company);
    statement_add_line(out, "account", v->account);
    statement_add_line(out, "purpose", v->purpose);
    statement_add_line(out, "console", v->console);
    statement_add_line(out, "source", v->source);
    statement_add_line(out, "created", v->created);
    statement_add_line(out, "expires", v->expires);
    statement_add_line(out, "device", device_id);
    statement_add_line(out, "decision", decision);
    statement_add_line(out, "number", number);
}

void
statement_write_enrolment(struct buf *out, const struct statement_enrolment *e)
{
    buf_add_cstr(out, "countersign-enrol-v1\n");
    statement_add_line(out, "audience", e->audience);
    statement_add_line(out, "ticket", e->ticket);
    statement_add_line(out, "name", e->name);
}

void
statement_write_replacement(struct buf *out, const struct statement_replacement *r)
{
    buf_add_cstr(out, "countersign-replace-v1\n");
    statement_add_line(out, "audience", r->audience);
    statement_add_line(out, "ticket", r->ticket);
    statement_add_line(out, "device", r->device);
    statement_add_line(out, "key", r->key);
}

void
statement_open_change(struct buf *out, const struct statement_change *c)
{
    buf_add_cstr(out, "countersign-change-v1\n");
    statement_add_line(out, "audience", c->audience);
    statement_add_line(out, "nonce", c->nonce);
    statement_add_line(out, "device", c->device);
    statement_add_line(out, "operation", c->operation);
}

void
statement_write_self(struct buf *out, const struct statement_self *s)
{
    buf_add_cstr(out, "countersign-self-v1\n");
    statement_add_line(out, "audience", s->audience);
    statement_add_line(out, "nonce", s->nonce);
    statement_add_line(out, "company", s->company);
    statement_add_line(out, "account", s->account);
    statement_add_line(out, "device", s->device);
}
