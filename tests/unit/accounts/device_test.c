/* SPDX-License-Identifier: Apache-2.0 */
/* device: enrolment, its ticket, the states of a phone. */
#include "tests/unit/accounts/phone.h"

#include "accounts/device.h"
#include "accounts/device_change.h"
#include "accounts/enrolment.h"
#include "accounts/technician.h"
#include "accounts/technician_change.h"

static struct phone phone;

static int
set_up(void **state)
{
    phone_init(&phone);
    return fixture_set_up(state);
}

static int
set_up_file(void **state)
{
    phone_init(&phone);
    return fixture_set_up_file(state);
}

static int
tear_down(void **state)
{
    phone_clear(&phone);
    return fixture_tear_down(state);
}

static struct str
new_ticket(struct fixture *f)
{
    struct str link;
    assert_ok(enrolment_new(&f->cx, f->ann, CLOCK_HOUR, &link));
    assert_true(str_starts(link, STR_LIT("https://sign-in.example/approve/#")));
    return phone_ticket(link);
}

static enum errcode
enrol(struct fixture *f, struct str ticket, const char *name, struct device *d, struct str *token)
{
    struct str signature = phone_sign(f, &phone, phone_enrol_statement(f, ticket, name));
    const struct enrolment e = {.ticket = ticket,
                                .public_key = phone_public(&phone),
                                .name = str_from_cstr(name),
                                .signature = signature};
    int64_t former;
    return device_enrol(&f->cx, &e, d, token, &former);
}

static void
enrols_once(void **state)
{
    struct fixture *f = *state;
    struct device d, again;
    struct str token, none, ticket = new_ticket(f);
    int64_t n = 0;
    assert_int_equal(ticket.n, 43);
    assert_ok(enrol(f, ticket, "Ann's phone", &d, &token));
    assert_str(fixture_last_event(f, NULL), "device.enrolled");
    assert_true(d.technician_id == f->ann && d.state == DEVICE_ACTIVE && d.created_at == FIXTURE_NOW);
    assert_int_equal(d.fingerprint.n, 24);
    assert_fails(&f->cx, enrol(f, ticket, "Ann's phone", &again, &none), ERR_NOT_FOUND);
    assert_true(str_is_null(none));
    assert_ok(device_by_token(&f->cx, token, &again));
    assert_true(again.id == d.id);
    assert_str(again.name, "Ann's phone");
    assert_true(str_eq(again.fingerprint, d.fingerprint) && str_eq(again.public_key, phone_public(&phone)));
    assert_ok(device_count_active(&f->cx, f->ann, &n));
    assert_int_equal(n, 1);
    assert_fails(&f->cx, device_by_token(&f->cx, STR_LIT("x"), &again), ERR_NOT_FOUND);
    assert_fails(&f->cx, device_by_token(&f->cx, STR_NULL, &again), ERR_NOT_FOUND);
}

/* Two people have the password; the first of them sets the second factor up. */
static void
a_self_made_ticket_is_for_the_first_factor(void **state)
{
    struct fixture *f = *state;
    struct device d;
    struct str token, first, second, third;
    bool more = true;
    first = phone_self_link(f, f->ann);
    second = phone_self_link(f, f->ann);
    assert_ok(enrolment_new(&f->cx, f->ann, CLOCK_HOUR, &third));
    assert_ok(enrol(f, phone_ticket(first), "p", &d, &token));
    assert_fails(&f->cx, enrol(f, phone_ticket(second), "q", &d, &token), ERR_NOT_FOUND);
    assert_true(str_is_null(token));
    assert_ok(enrol(f, phone_ticket(third), "r", &d, &token)); /* the operator's is for any */
    assert_ok(enrolment_sweep(&f->cx, 2, &more));
    assert_false(more);
    fixture_later(f, 8 * CLOCK_DAY);
    assert_ok(enrolment_sweep(&f->cx, 2, &more));
    assert_true(more);
    assert_ok(enrolment_sweep(&f->cx, 2, &more));
    assert_false(more);
}

static void
refusals_spend_nothing(void **state)
{
    struct fixture *f = *state;
    struct cx *cx = &f->cx;
    struct device d;
    int64_t former;
    struct str token, ticket = new_ticket(f), name = STR_LIT("p");
    struct str good = phone_sign(f, &phone, phone_enrol_statement(f, ticket, "p"));
    struct str other = phone_sign(f, &phone, phone_enrol_statement(f, ticket, "q"));
    unsigned char off[65];
    memcpy(off, phone.public_key, sizeof off);
    off[64] ^= 1;
    struct str key = phone_public(&phone), no_point = {(const char *)off, sizeof off};
    const struct {
        struct enrolment e;
        enum errcode err;
    } bad[] = {
        {{ticket, key, name, other, {STR_NULL, STR_NULL}, STR_NULL, STR_NULL}, ERR_DENIED},
        {{ticket, key, name, STR_LIT("short"), {STR_NULL, STR_NULL}, STR_NULL, STR_NULL}, ERR_DENIED},
        {{ticket, key, name, STR_NULL, {STR_NULL, STR_NULL}, STR_NULL, STR_NULL}, ERR_DENIED},
        {{ticket, no_point, name, good, {STR_NULL, STR_NULL}, STR_NULL, STR_NULL}, ERR_CRYPTO},
        {{ticket, STR_NULL, name, good, {STR_NULL, STR_NULL}, STR_NULL, STR_NULL}, ERR_CRYPTO},
        {{ticket, key, STR_LIT(""), good, {STR_NULL, STR_NULL}, STR_NULL, STR_NULL}, ERR_SYNTAX},
        {{ticket, key, STR_LIT("a\tb"), good, {STR_NULL, STR_NULL}, STR_NULL, STR_NULL}, ERR_SYNTAX},
        {{STR_NULL, key, name, good, {STR_NULL, STR_NULL}, STR_NULL, STR_NULL}, ERR_NOT_FOUND},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_fails(cx, device_enrol(cx, &bad[i].e, &d, &token, &former), bad[i].err);
    assert_int_equal(fixture_count_events(f, "device.enrolled"), 0);
    assert_ok(device_enrol(
        cx, &(struct enrolment){.ticket = ticket, .public_key = key, .name = name, .signature = good}, &d,
        &token, &former));
}

static void
a_ticket_expires(void **state)
{
    struct fixture *f = *state;
    struct device d;
    struct str token, ticket = new_ticket(f);
    char kept[64];
    memcpy(kept, ticket.p, ticket.n);
    fixture_later(f, CLOCK_HOUR);
    assert_fails(&f->cx, enrol(f, (struct str){kept, ticket.n}, "p", &d, &token), ERR_NOT_FOUND);
}

static void
a_deleted_account_has_no_phones(void **state)
{
    struct fixture *f = *state;
    struct device d;
    struct str token, none, link, ticket = new_ticket(f);
    phone_enrol(f, &phone, f->ann, &token);
    assert_ok(technician_delete(&f->cx, f->ann));
    assert_fails(&f->cx, device_by_token(&f->cx, token, &d), ERR_NOT_FOUND);
    assert_fails(&f->cx, enrol(f, ticket, "p", &d, &none), ERR_NOT_FOUND);
    assert_fails(&f->cx, enrolment_new(&f->cx, f->ann, CLOCK_HOUR, &link), ERR_NOT_FOUND);
    assert_fails(&f->cx, enrolment_new(&f->cx, 1, CLOCK_HOUR, &link), ERR_NOT_FOUND);
}

static void
states(void **state)
{
    struct fixture *f = *state;
    struct device d, *list;
    struct str token;
    size_t n;
    int64_t id = phone_enrol(f, &phone, f->ann, &token), active = -1;
    assert_ok(device_set_state(&f->cx, id, DEVICE_DISABLED));
    assert_str(fixture_last_event(f, NULL), "device.state");
    assert_fails(&f->cx, device_by_token(&f->cx, token, &d), ERR_NOT_FOUND);
    assert_ok(device_count_active(&f->cx, f->ann, &active));
    assert_int_equal(active, 0);
    assert_ok(device_set_state(&f->cx, id, DEVICE_ACTIVE));
    assert_ok(device_by_token(&f->cx, token, &d));
    assert_ok(device_rename(&f->cx, id, STR_LIT("renamed")));
    assert_fails(&f->cx, device_rename(&f->cx, id, STR_LIT("")), ERR_SYNTAX);
    assert_ok(device_set_state(&f->cx, id, DEVICE_REMOVED));
    assert_fails(&f->cx, device_set_state(&f->cx, id, DEVICE_ACTIVE), ERR_CONFLICT);
    assert_fails(&f->cx, device_rename(&f->cx, id, STR_LIT("x")), ERR_CONFLICT);
    assert_fails(&f->cx, device_by_token(&f->cx, token, &d), ERR_NOT_FOUND);
    assert_ok(device_list(&f->cx, f->ann, false, &list, &n));
    assert_int_equal(n, 0);
    assert_ok(device_list(&f->cx, 0, true, &list, &n));
    assert_int_equal(n, 1);
    assert_str(list[0].name, "renamed");
    assert_true(list[0].state == DEVICE_REMOVED);
    assert_fails(&f->cx, device_set_state(&f->cx, 1, DEVICE_ACTIVE), ERR_NOT_FOUND);
}

static void
ten_at_most(void **state)
{
    struct fixture *f = *state;
    struct device d;
    struct str token;
    int64_t first = 0;
    struct str ticket = new_ticket(f), link;
    for (int i = 0; i < DEVICES_MAX; i++)
        first = phone_enrol(f, &phone, f->ann, NULL);
    assert_fails(&f->cx, enrolment_new(&f->cx, f->ann, CLOCK_HOUR, &link), ERR_LIMIT);
    assert_fails(&f->cx, enrol(f, ticket, "p", &d, &token), ERR_LIMIT);
    assert_ok(device_set_state(&f->cx, first, DEVICE_DISABLED));
    assert_ok(enrol(f, ticket, "p", &d, &token));
    assert_fails(&f->cx, device_set_state(&f->cx, first, DEVICE_ACTIVE), ERR_LIMIT);
    phone_enrol(f, &phone, f->ben, NULL);
}

static void
seen(void **state)
{
    struct fixture *f = *state;
    struct device d;
    struct str token;
    char kept[64];
    int64_t id = phone_enrol(f, &phone, f->ann, &token);
    memcpy(kept, token.p, token.n);
    struct str again = {kept, token.n};
    fixture_later(f, CLOCK_MINUTE);
    assert_ok(device_by_token(&f->cx, again, &d));
    assert_ok(device_get(&f->cx, id, &d));
    assert_true(d.seen_at == FIXTURE_NOW);
    fixture_later(f, 10 * CLOCK_MINUTE);
    assert_ok(device_by_token(&f->cx, again, &d));
    assert_ok(device_get(&f->cx, id, &d));
    assert_true(d.seen_at == f->cx.now);
}

struct race {
    struct str ticket, signature;
};

static bool
race_enrol(struct cx *cx, void *arg)
{
    const struct race *r = arg;
    struct device d;
    struct str token;
    int64_t former;
    const struct enrolment e = {.ticket = r->ticket,
                                .public_key = phone_public(&phone),
                                .name = STR_LIT("p"),
                                .signature = r->signature};
    return device_enrol(cx, &e, &d, &token, &former) == ERR_NONE;
}

static void
two_processes_enrol_one(void **state)
{
    struct fixture *f = *state;
    int64_t active = 0;
    for (int i = 1; i <= 5; i++) {
        struct str ticket = new_ticket(f);
        struct race r = {ticket, phone_sign(f, &phone, phone_enrol_statement(f, ticket, "p"))};
        assert_int_equal(fixture_race(f, race_enrol, &r), 1);
        assert_ok(device_count_active(&f->cx, f->ann, &active));
        assert_int_equal(active, i);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(enrols_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_self_made_ticket_is_for_the_first_factor, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refusals_spend_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_ticket_expires, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_deleted_account_has_no_phones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(states, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ten_at_most, set_up, tear_down),
        cmocka_unit_test_setup_teardown(seen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_processes_enrol_one, set_up_file, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
