/* SPDX-License-Identifier: Apache-2.0 */
/* phone: see phone.h. */
#include "tests/unit/accounts/phone.h"

#include "accounts/device.h"
#include "accounts/device_change.h"
#include "accounts/enrolment.h"
#include "accounts/technician.h"
#include "db/db.h"

void
phone_init(struct phone *p)
{
    p->key = p256_generate();
    p256_point(p->key, p->public_key);
}

void
phone_clear(struct phone *p)
{
    p256_free(&p->key);
}

struct str
phone_public(const struct phone *p)
{
    return (struct str){(const char *)p->public_key, sizeof p->public_key};
}

struct str
phone_sign(struct fixture *f, const struct phone *p, struct str message)
{
    unsigned char *raw = arena_alloc(&f->cx.arena, P256_SIGNATURE);
    p256_sign(p->key, message, raw);
    return (struct str){(const char *)raw, P256_SIGNATURE};
}

struct str
phone_enrol_statement(struct fixture *f, struct str ticket, const char *name)
{
    return arena_printf(
        &f->cx.arena,
        "countersign-enrol-v1\naudience 23 https://sign-in.example\nticket %zu %.*s\nname %zu %s\n", ticket.n,
        STR_ARG(ticket), strlen(name), name);
}

struct str
phone_ticket(struct str link)
{
    size_t at = str_find(link, '#');
    assert_true(at < link.n);
    return str_sub(link, at + 1, link.n);
}

int64_t
phone_enrol(struct fixture *f, const struct phone *p, int64_t technician, struct str *token_out)
{
    struct str link, token;
    struct device d;
    assert_ok(enrolment_new(&f->cx, technician, CLOCK_HOUR, &link));
    assert_ok(phone_enrol_by(f, p, phone_ticket(link), &d, &token));
    if (token_out != NULL)
        *token_out = token;
    return d.id;
}

enum errcode
phone_enrol_by(struct fixture *f, const struct phone *p, struct str ticket, struct device *d_out,
               struct str *token_out)
{
    struct str signature = phone_sign(f, p, phone_enrol_statement(f, ticket, "a phone"));
    const struct enrolment e = {
        .ticket = ticket, .public_key = phone_public(p), .name = STR_LIT("a phone"), .signature = signature};
    int64_t former;
    return device_enrol(&f->cx, &e, d_out, token_out, &former);
}

struct str
phone_self_link(struct fixture *f, int64_t technician)
{
    struct technician t;
    struct str link;
    assert_ok(technician_begin_change(&f->cx, technician, &t));
    assert_ok(db_end(&f->cx, enrolment_new_self_within(&f->cx, &t, CLOCK_HOUR, &link)));
    return link;
}

enum errcode
phone_subscribe(struct cx *cx, const struct device *d, const struct subscription *wanted, bool is_again)
{
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    return db_end(cx, subscription_set_within(cx, d, wanted, is_again));
}

enum errcode
phone_unsubscribe(struct cx *cx, const struct device *d)
{
    enum errcode err = db_begin(cx);
    return err != ERR_NONE ? err : db_end(cx, subscription_end_within(cx, d));
}
