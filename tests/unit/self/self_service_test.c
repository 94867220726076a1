/* SPDX-License-Identifier: Apache-2.0 */
/* self_service: who may open it and when, how it closes, what it does to devices. */
#include "tests/unit/signin/world.h"

#include "accounts/company_change.h"
#include "accounts/device_change.h"
#include "accounts/notice.h"
#include "accounts/technician_change.h"
#include "self/self_service.h"

static struct str
begin(struct world *w)
{
    struct self_begun begun;
    enum self_result r;
    assert_ok(self_begin(w->cx, &w->phone.device, &begun, &r));
    assert_int_equal(r, SELF_OK);
    assert_str(begun.company, "Acme Support Ltd");
    assert_str(begun.account, WORLD_EMAIL);
    return arena_str(&w->kept, begun.nonce);
}

static enum self_result
open_with(struct world *w, struct str nonce, struct str statement)
{
    struct str token;
    enum self_result r;
    const struct self_signature s = {.nonce = nonce, .signature = phone_sign(w->f, &w->phone.key, statement)};
    assert_ok(self_open(w->cx, &w->phone.device, &s, &token, &r));
    assert_int_equal(str_is_null(token), r != SELF_OK);
    return r;
}

static enum self_result
open_nonce(struct world *w, struct str nonce)
{
    return open_with(w, nonce, handset_self_statement(w, &w->phone, nonce));
}

static enum self_result
enter(struct world *w, const struct self_proof *proof)
{
    struct self s;
    enum self_result r;
    assert_ok(self_enter(w->cx, proof, &s, &r));
    if (r == SELF_OK)
        assert_true(s.account.t.id == w->technician && s.id != 0);
    return r;
}

static void
a_nonce_opens_once(void **state)
{
    struct world *w = *state;
    struct str nonce = begin(w), detail;
    assert_int_equal(open_nonce(w, nonce), SELF_OK);
    assert_str(fixture_last_event(w->f, NULL), "self.opened");
    assert_int_equal(open_nonce(w, nonce), SELF_STALE_NONCE);
    assert_str(fixture_last_event(w->f, &detail), "self.refused");
    assert_true(str_find_str(detail, STR_LIT("\"reason\":\"nonce\"")) < detail.n);
    assert_int_equal(open_nonce(w, STR_LIT("x")), SELF_STALE_NONCE);
    struct str late = begin(w);
    world_later(w, DEED_NONCE_LIFE);
    assert_int_equal(open_nonce(w, late), SELF_STALE_NONCE);
}

static void
a_refused_signature_spends_nothing(void **state)
{
    struct world *w = *state;
    struct str nonce = begin(w), detail, statement = handset_self_statement(w, &w->phone, nonce), token;
    enum self_result r;
    assert_int_equal(open_with(w, nonce, str_sub(statement, 0, statement.n - 1)), SELF_BAD_SIGNATURE);
    assert_str(fixture_last_event(w->f, &detail), "self.refused");
    assert_true(str_find_str(detail, STR_LIT("\"reason\":\"signature\"")) < detail.n);
    const struct self_signature none = {.nonce = nonce};
    assert_ok(self_open(w->cx, &w->phone.device, &none, &token, &r));
    assert_int_equal(r, SELF_BAD_SIGNATURE);
    char *vast = arena_zalloc(&w->cx->arena, 10000);
    const struct self_signature too_long = {.nonce = {vast, 10000},
                                            .signature = phone_sign(w->f, &w->phone.key, statement)};
    assert_ok(self_open(w->cx, &w->phone.device, &too_long, &token, &r));
    assert_int_equal(r, SELF_STALE_NONCE);
    assert_int_equal(open_nonce(w, nonce), SELF_OK);
}

static void
it_is_open_for_its_time_and_its_device(void **state)
{
    struct world *w = *state;
    struct handset tablet;
    handset_enrol(w, w->technician, &tablet);
    const struct self_proof proof = handset_opens(w, &w->phone);
    const struct self_proof stolen = {&tablet.device, proof.token, NULL},
                            none = {proof.device, STR_NULL, NULL};
    assert_int_equal(enter(w, &proof), SELF_OK);
    assert_int_equal(enter(w, &stolen), SELF_PROOF_REQUIRED);
    assert_int_equal(enter(w, &none), SELF_PROOF_REQUIRED);
    world_later(w, SELF_LIFE - 1);
    assert_int_equal(enter(w, &proof), SELF_OK);
    world_later(w, 1);
    assert_int_equal(enter(w, &proof), SELF_PROOF_REQUIRED);
    phone_clear(&tablet.key);
}

static void
it_ends(void **state)
{
    struct world *w = *state;
    enum self_result r;
    const struct self_proof first = handset_opens(w, &w->phone), second = handset_opens(w, &w->phone);
    assert_int_equal(enter(w, &first), SELF_PROOF_REQUIRED);
    assert_ok(self_end(w->cx, handset_acts(w, &first), &r));
    assert_int_equal(r, SELF_PROOF_REQUIRED);
    assert_int_equal(enter(w, &second), SELF_OK);
    assert_ok(self_end(w->cx, handset_acts(w, &second), &r));
    assert_int_equal(r, SELF_OK);
    assert_int_equal(enter(w, &second), SELF_PROOF_REQUIRED);
    const struct self_proof third = handset_opens(w, &w->phone);
    assert_ok(device_set_state(w->cx, w->phone.device.id, DEVICE_DISABLED));
    assert_int_equal(enter(w, &third), SELF_UNKNOWN_DEVICE);
    assert_ok(device_set_state(w->cx, w->phone.device.id, DEVICE_ACTIVE));
    assert_int_equal(enter(w, &third), SELF_PROOF_REQUIRED);
}

/* The device's token was verified before: its present state is checked again. */
static void
a_device_that_was_disabled_meanwhile(void **state)
{
    struct world *w = *state;
    struct str nonce = begin(w);
    struct self_begun none;
    enum self_result r;
    assert_ok(db_exec(w->cx, NULL, "UPDATE device SET state = 'disabled'", ""));
    assert_int_equal(open_nonce(w, nonce), SELF_UNKNOWN_DEVICE);
    assert_ok(self_begin(w->cx, &w->phone.device, &none, &r));
    assert_int_equal(r, SELF_UNKNOWN_DEVICE);
    assert_true(str_is_null(none.nonce) && str_is_null(none.company));
}

static void
an_account_that_cannot_be_used(void **state)
{
    struct world *w = *state;
    struct str nonce = begin(w), detail;
    struct self_begun none;
    enum self_result r;
    const struct self_proof proof = handset_opens(w, &w->phone);
    nonce = begin(w);
    assert_ok(company_set_state(w->cx, w->company, COMPANY_INACTIVE));
    assert_int_equal(enter(w, &proof), SELF_LOCKED);
    assert_int_equal(open_nonce(w, nonce), SELF_LOCKED);
    assert_str(fixture_last_event(w->f, &detail), "self.refused");
    assert_true(str_find_str(detail, STR_LIT("\"reason\":\"account\"")) < detail.n);
    assert_ok(self_begin(w->cx, &w->phone.device, &none, &r));
    assert_int_equal(r, SELF_LOCKED);
    assert_ok(self_rename(w->cx, handset_acts(w, &proof), STR_LIT("1"), STR_LIT("x"), &r));
    assert_int_equal(r, SELF_LOCKED);
    assert_ok(company_set_state(w->cx, w->company, COMPANY_ACTIVE));
    assert_ok(technician_lock(w->cx, w->technician));
    assert_int_equal(enter(w, &proof), SELF_LOCKED);
    assert_ok(technician_unlock(w->cx, w->technician));
    assert_int_equal(enter(w, &proof), SELF_PROOF_REQUIRED); /* what a lock ended does not come back */
    assert_ok(technician_delete(w->cx, w->technician));
    assert_int_equal(enter(w, &proof), SELF_UNKNOWN_DEVICE);
}

static enum self_result
rename_to(struct world *w, const struct self_proof *proof, int64_t id, const char *name)
{
    enum self_result r;
    struct str text = arena_printf(&w->cx->arena, "%lld", (long long)id);
    assert_ok(self_rename(w->cx, handset_acts(w, proof), text, str_from_cstr(name), &r));
    return r;
}

static enum self_result
removes(struct world *w, const struct self_proof *proof, int64_t id)
{
    enum self_result r;
    assert_ok(
        self_remove(w->cx, handset_acts(w, proof), arena_printf(&w->cx->arena, "%lld", (long long)id), &r));
    return r;
}

static void
devices_of_the_account_alone(void **state)
{
    struct world *w = *state;
    struct handset tablet, other;
    struct device d;
    struct notice *notices;
    struct str codes[RECOVERY_CODES];
    size_t n;
    handset_enrol(w, w->technician, &tablet);
    handset_enrol(w, world_technician(w, "bob@example.com"), &other);
    const struct self_proof proof = handset_opens(w, &w->phone);
    assert_int_equal(rename_to(w, &proof, tablet.device.id, "tablet"), SELF_OK);
    assert_ok(device_get(w->cx, tablet.device.id, &d));
    assert_str(d.name, "tablet");
    assert_int_equal(rename_to(w, &proof, tablet.device.id, ""), SELF_BAD_REQUEST);
    assert_int_equal(rename_to(w, &proof, tablet.device.id, NULL), SELF_BAD_REQUEST);
    assert_int_equal(rename_to(w, &proof, other.device.id, "mine"), SELF_UNKNOWN_DEVICE);
    assert_int_equal(rename_to(w, &proof, 1, "none"), SELF_UNKNOWN_DEVICE);
    assert_int_equal(removes(w, &proof, other.device.id), SELF_UNKNOWN_DEVICE);
    assert_int_equal(removes(w, &proof, tablet.device.id), SELF_OK);
    assert_int_equal(removes(w, &proof, tablet.device.id), SELF_UNKNOWN_DEVICE);
    assert_int_equal(rename_to(w, &proof, tablet.device.id, "gone"), SELF_UNKNOWN_DEVICE);
    assert_ok(notice_list(w->cx, &w->phone.device, &notices, &n));
    assert_int_equal(n, 1); /* of the tablet's enrolment: what this phone does it knows */
    assert_int_equal(removes(w, &proof, w->phone.device.id), SELF_LAST_FACTOR);
    assert_ok(recovery_codes_new(w->cx, w->technician, codes));
    assert_int_equal(removes(w, &proof, w->phone.device.id), SELF_OK);
    assert_int_equal(enter(w, &proof), SELF_UNKNOWN_DEVICE);
    assert_ok(device_get(w->cx, other.device.id, &d));
    assert_true(d.state == DEVICE_ACTIVE);
    phone_clear(&tablet.key);
    phone_clear(&other.key);
}

static void
what_is_over_is_forgotten(void **state)
{
    struct world *w = *state;
    bool more = true;
    struct str first = begin(w);
    begin(w); /* requesting a nonce stores nothing, and voids no other */
    assert_int_equal(world_int(w, "SELECT count(*) FROM self_service WHERE id <> $1", 0), 0);
    assert_int_equal(open_nonce(w, first), SELF_OK);
    const struct self_proof proof = handset_opens(w, &w->phone);
    begin(w);
    assert_int_equal(world_int(w, "SELECT count(*) FROM self_service WHERE id <> $1", 0), 1);
    world_later(w, SELF_LIFE - 1);
    assert_ok(self_sweep(w->cx, 10, &more));
    assert_false(more);
    assert_int_equal(enter(w, &proof), SELF_OK);
    world_later(w, 2);
    assert_ok(self_sweep(w->cx, 1, &more));
    assert_true(more);
    assert_int_equal(world_int(w, "SELECT count(*) FROM self_service WHERE id <> $1", 0), 0);
}

struct race {
    struct world *w;
    const struct self_signature *signature;
};

static bool
race_open(struct cx *cx, void *arg)
{
    const struct race *r = arg;
    struct str token;
    enum self_result result;
    return self_open(cx, &r->w->phone.device, r->signature, &token, &result) == ERR_NONE && result == SELF_OK;
}

static void
two_processes_open_once(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 5; i++) {
        struct str nonce = begin(w);
        const struct self_signature s = {
            .nonce = nonce,
            .signature = phone_sign(w->f, &w->phone.key, handset_self_statement(w, &w->phone, nonce))};
        struct race r = {w, &s};
        assert_int_equal(fixture_race(w->f, race_open, &r), 1);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_nonce_opens_once),
        TEST(a_refused_signature_spends_nothing),
        TEST(it_is_open_for_its_time_and_its_device),
        TEST(it_ends),
        TEST(a_device_that_was_disabled_meanwhile),
        TEST(an_account_that_cannot_be_used),
        TEST(devices_of_the_account_alone),
        TEST(what_is_over_is_forgotten),
        cmocka_unit_test_setup_teardown(two_processes_open_once, world_set_up_file, world_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
