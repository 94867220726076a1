/* SPDX-License-Identifier: Apache-2.0 */
/* commits: what a sign-in costs the disk. SQLite syncs its log once in each durable commit, by a function of
 * the C library; here it is this program's. */
#include "tests/unit/signin/world.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/db.h"

static unsigned synced;

/* SQLite finds it here before the C library's. */
__attribute__((visibility("default"))) int
fdatasync(int fd)
{
    synced++;
    return (int)syscall(SYS_fdatasync, fd);
}

/* Since it was last asked. */
static unsigned
syncs(void)
{
    const unsigned n = synced;
    synced = 0;
    return n;
}

static int64_t
seen(struct world *w, const char *sql)
{
    return world_int(w, sql, w->technician);
}

#define DEVICE_SEEN "SELECT COALESCE(MAX(seen_at), 0) FROM device WHERE technician_id = $1"
#define PUSH_SEEN "SELECT COALESCE(MAX(seen_at), 0) FROM challenge WHERE technician_id = $1"

/* One that has not been seen for long; returns the token with which it calls, kept. */
static struct str
another_phone(struct world *w, struct handset *p)
{
    struct str token = STR_NULL;
    phone_init(&p->key);
    const int64_t id = phone_enrol(w->f, &p->key, w->technician, &token);
    token = arena_str(&w->kept, token);
    assert_ok(device_get(w->cx, id, &p->device));
    p->device.public_key = arena_str(&w->kept, p->device.public_key);
    return token;
}

/* The login, the push, the answer and the grant are durable before they are answered. A check that finds
 * nothing writes nothing; that the phone was seen, and has seen the push, is noted. */
static void
a_sign_in_has_four_durable_commits(void **state)
{
    struct world *w = *state;
    struct handset phone;
    struct device d;
    const struct str token = another_phone(w, &phone);
    world_later(w, CLOCK_HOUR);
    (void)syncs();
    const uint64_t before = db_writes(w->cx->db);
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(syncs(), 1);
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_int_equal(syncs(), 1);
    assert_int_equal(world_check(w), SIGNIN_Poll);
    assert_true(seen(w, DEVICE_SEEN) < w->cx->now && seen(w, PUSH_SEEN) == 0);
    assert_ok(device_by_token(w->cx, token, &d));
    assert_int_equal(d.id, phone.device.id);
    assert_int_equal(syncs(), 0);
    const char *number = arena_cstr(&w->kept, w->number);
    assert_int_equal(handset_answer(w, &phone, DECISION_APPROVE, number), ANSWER_OK);
    assert_int_equal(syncs(), 1);
    assert_true(seen(w, DEVICE_SEEN) == w->cx->now && seen(w, PUSH_SEEN) == w->cx->now);
    assert_int_equal(world_check(w), SIGNIN_OK);
    assert_int_equal(syncs(), 1);
    assert_int_equal(db_writes(w->cx->db), before + 4);
    phone_clear(&phone.key);
}

/* A note leaves nothing behind for what is written after it: neither for a transaction, nor for a statement
 * outside of one. */
static void
what_follows_a_note_waits_for_the_disk(void **state)
{
    static const char keep[] = "UPDATE technician SET changed_at = changed_at + 1";
    struct world *w = *state;
    (void)syncs();
    for (int i = 0; i < 2; i++) {
        assert_ok(db_begin_note(w->cx));
        assert_ok(db_exec(w->cx, NULL, keep, ""));
        if (i == 0)
            assert_ok(db_commit(w->cx));
        else
            db_rollback(w->cx);
        assert_int_equal(syncs(), 0);
        assert_ok(db_exec(w->cx, NULL, keep, ""));
        assert_int_equal(syncs(), 1);
        assert_ok(db_begin_note(w->cx));
        assert_ok(db_commit(w->cx));
        assert_ok(db_begin(w->cx));
        assert_ok(db_exec(w->cx, NULL, keep, ""));
        assert_ok(db_commit(w->cx));
        assert_int_equal(syncs(), 1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sign_in_has_four_durable_commits, world_set_up_file,
                                        world_tear_down),
        cmocka_unit_test_setup_teardown(what_follows_a_note_waits_for_the_disk, world_set_up_file,
                                        world_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
