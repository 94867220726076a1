/* SPDX-License-Identifier: Apache-2.0 */
/* Worker 0's end of the courier, with this test as the courier: what is claimed, what is handed
 * over, and what an answer, or its absence, writes. */
#include "tests/unit/signin/world.h"

#include <sys/socket.h>
#include <unistd.h>

#include "accounts/subscription.h"
#include "proc/outbox.h"
#include "proc/share.h"
#include "delivery/letter.h"
#include "db/db_driver.h"

#define CLAIM (25 * CLOCK_S)
#define ENDPOINT "https://web.push.apple.com/x"

static struct outbox o;
static int courier;      /* our end */
static struct buf in;    /* what it said */
static uint32_t ids[64]; /* of the letters that came */
static size_t n_ids, n_keys, n_pushes;

static void
join(void)
{
    int pair[2];
    if (courier >= 0)
        (void)close(courier);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    courier = pair[1];
    buf_reset(&in);
    outbox_join(&o, pair[0]);
}

/* As after a start. */
static void
begin_worker(void)
{
    static const unsigned char wide[P256_WIDE] = {1};
    outbox_init(&o);
    o.ways.has_webhook = o.ways.has_web_push = true;
    o.claim = CLAIM;
    p256_derive(wide, &o.key.scalar, o.key.point);
    join();
}

static void
subscribe(struct world *w)
{
    const struct subscription wanted = {
        .endpoint = STR(ENDPOINT), .p256dh = phone_public(&w->phone.key), .auth = STR("0123456789abcdef")};
    assert_ok(phone_subscribe(w->cx, &w->phone.device, &wanted, false));
}

/* A push, with a row for the webhook and one for the phone. */
static int
set_up(void **state)
{
    if (world_set_up(state) != 0)
        return -1;
    struct world *w = *state;
    w->f->env.has_webhook = w->f->env.has_web_push = true;
    courier = -1;
    buf_init(&in, FRAME_MAX);
    subscribe(w);
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    begin_worker();
    return 0;
}

static int
tear_down(void **state)
{
    outbox_clear(&o);
    buf_clear(&in);
    (void)close(courier);
    return world_tear_down(state);
}

/* One round of the worker. */
static void
turn(struct world *w)
{
    world_later(w, 0);
    (void)outbox_listen(&o, POLLIN);
    assert_ok(outbox_work(w->cx, &o));
}

/* What came since. */
static void
receive(void)
{
    n_ids = n_keys = n_pushes = 0;
    ssize_t n = 0;
    while ((n = recv(courier, buf_reserve(&in, 4096), 4096, MSG_DONTWAIT)) > 0)
        buf_commit(&in, (size_t)n);
    for (struct frame f; frame_next(&in, &f) == ERR_NONE; frame_consume(&in, &f)) {
        struct letter letter;
        n_keys += f.type == LETTER_KEY ? 1 : 0;
        if (f.type == LETTER_KEY)
            continue;
        assert_int_equal(letter_get(&f, &letter), ERR_NONE);
        assert_true(str_is_null(letter.endpoint) == (letter.kind == LETTER_WEBHOOK));
        n_pushes += letter.kind == LETTER_WEBHOOK ? 0 : 1;
        ids[n_ids++] = f.id;
    }
}

static void
answer(uint32_t id, struct http_out_end end)
{
    struct buf out;
    buf_init(&out, FRAME_MAX);
    letter_end_put(&out, id, &end);
    assert_ok(frame_send_all(courier, &out));
    buf_clear(&out);
}

static void
answer_all(struct http_out_end end)
{
    for (size_t i = 0; i < n_ids; i++)
        answer(ids[i], end);
}

static int64_t
count_rows(struct world *w, const char *where_of_now)
{
    struct str sql = arena_printf(&w->kept, "SELECT COUNT(*) FROM outbox WHERE $1 >= 0 AND %s", where_of_now);
    return world_int(w, sql.p, w->cx->now);
}

static const struct http_out_end sent = {.result = HTTP_OUT_SENT, .status = 201};
static const struct http_out_end busy = {.result = HTTP_OUT_LATER, .status = 503};

static void
what_is_due_is_claimed_and_handed_over_once(void **state)
{
    struct world *w = *state;
    turn(w);
    receive();
    assert_int_equal(n_keys, 1);
    assert_int_equal(n_ids, 2);
    assert_int_equal(count_rows(w, "state = 'waiting' AND attempts = 0 AND next_at = $1 + 25000000"), 2);
    turn(w);
    size_t n = n_ids;
    answer_all(sent);
    receive();
    assert_int_equal(n_ids, 0);
    n_ids = n;
    turn(w);
    assert_int_equal(count_rows(w, "state = 'sent' AND attempts = 1"), 2);
}

static void
a_failure_is_tried_again_after_a_pause(void **state)
{
    struct world *w = *state;
    turn(w);
    receive();
    answer_all(busy);
    turn(w);
    assert_int_equal(count_rows(w, "state = 'waiting' AND attempts = 1 AND next_at = $1 + 1000000"), 2);
    world_later(w, CLOCK_S);
    turn(w);
    receive();
    assert_int_equal(n_ids, 2);
}

static void
an_answer_counts_as_of_when_it_came(void **state)
{
    struct world *w = *state;
    turn(w);
    receive();
    answer_all((struct http_out_end){.result = HTTP_OUT_REFUSED, .status = 401});
    assert_true(outbox_listen(&o, POLLIN));
    world_later(w, 20 * CLOCK_S); /* the store could not be had */
    turn(w);
    receive();
    assert_int_equal(n_ids, 2); /* once more, as it should be */
}

static void
a_claim_ends_by_itself_when_its_worker_died(void **state)
{
    struct world *w = *state;
    turn(w);
    outbox_clear(&o);
    begin_worker();
    turn(w);
    receive();
    assert_int_equal(n_ids, 0);
    world_later(w, CLAIM);
    turn(w);
    receive();
    assert_int_equal(n_ids, 2);
}

static void
a_courier_that_does_not_answer_in_time_loses_its_channel(void **state)
{
    struct world *w = *state;
    turn(w);
    world_later(w, CLAIM - 1);
    turn(w);
    assert_true(o.courier.fd >= 0);
    world_later(w, 1);
    turn(w);
    assert_int_equal(o.courier.fd, -1);
    assert_int_equal(count_rows(w, "state = 'waiting' AND attempts = 1 AND next_at = $1 + 1000000"), 2);
}

static void
what_another_claimed_since_is_not_written_over(void **state)
{
    struct world *w = *state;
    turn(w);
    receive();
    assert_ok(db_exec(w->cx, NULL, "UPDATE outbox SET next_at = next_at + 7", ""));
    answer_all(busy);
    turn(w);
    assert_int_equal(count_rows(w, "attempts = 0 AND next_at = $1 + 25000007"), 2);
}

static void
a_courier_that_ended_cost_an_attempt(void **state)
{
    struct world *w = *state;
    turn(w);
    join();
    turn(w);
    receive();
    assert_int_equal(n_keys, 1);
    assert_int_equal(n_ids, 0);
    assert_int_equal(count_rows(w, "state = 'waiting' AND attempts = 1 AND next_at = $1 + 1000000"), 2);
    world_later(w, CLOCK_S);
    turn(w);
    receive();
    assert_int_equal(n_ids, 2);
}

static void
what_is_under_way_is_given_back_at_the_end(void **state)
{
    struct world *w = *state;
    turn(w);
    receive();
    answer(ids[0], sent);
    (void)outbox_listen(&o, POLLIN);
    world_later(w, 0);
    assert_ok(outbox_leave(w->cx, &o));
    assert_int_equal(count_rows(w, "state = 'sent'"), 1);
    assert_int_equal(count_rows(w, "state = 'waiting' AND attempts = 0 AND next_at = $1"), 1);
    assert_ok(outbox_leave(w->cx, &o));
}

/* Killed: nothing was given back. */
static void
a_new_worker_takes_over_what_a_dead_one_had_claimed(void **state)
{
    struct world *w = *state;
    turn(w);
    receive();
    assert_int_equal(n_ids, 2);
    answer(ids[0], sent);
    turn(w);
    assert_int_equal(count_rows(w, "state = 'waiting' AND claimed <> 0 AND next_at = $1 + 25000000"), 1);
    outbox_clear(&o);
    begin_worker();
    world_later(w, 0);
    turn(w);
    receive();
    assert_int_equal(n_ids, 0);
    assert_int_equal(
        count_rows(w, "state = 'waiting' AND claimed = 0 AND attempts = 1 AND next_at = $1 + 1000000"), 1);
    world_later(w, CLOCK_S);
    turn(w);
    receive();
    assert_int_equal(n_ids, 1);
    answer(ids[0], sent);
    turn(w);
    assert_int_equal(count_rows(w, "state = 'sent' AND claimed = 0"), 2);
}

/* They may be those of a server that lives; when they have ended by their time, they are anybody's. */
static void
claims_in_a_shared_database_are_taken_over_when_their_time_ends(void **state)
{
    struct world *w = *state;
    struct db_driver shared = *w->cx->db->driver;
    const struct db_driver *own = w->cx->db->driver;
    shared.is_shared = true;
    turn(w);
    receive();
    assert_int_equal(n_ids, 2);
    outbox_clear(&o);
    begin_worker();
    o.node = 2;
    w->cx->db->driver = &shared;
    world_later(w, 0);
    turn(w);
    assert_int_equal(count_rows(w, "state = 'waiting' AND claimed = 1 AND attempts = 0"), 2);
    world_later(w, CLAIM - 1);
    turn(w);
    assert_int_equal(count_rows(w, "state = 'waiting' AND claimed = 1 AND attempts = 0"), 2);
    world_later(w, 1);
    turn(w);
    receive();
    assert_int_equal(n_ids, 0);
    assert_int_equal(count_rows(w, "state = 'waiting' AND claimed = 0 AND attempts = 1"), 2);
    world_later(w, 2 * CLOCK_S);
    turn(w);
    receive();
    assert_int_equal(n_ids, 2);
    assert_int_equal(count_rows(w, "state = 'waiting' AND claimed = 2"), 2);
    w->cx->db->driver = own;
}

/* A server knows those of its own worker 0 that died, and does not wait. */
static void
its_own_claims_in_a_shared_database_are_taken_over_at_once(void **state)
{
    struct world *w = *state;
    struct db_driver shared = *w->cx->db->driver;
    const struct db_driver *own = w->cx->db->driver;
    shared.is_shared = true;
    turn(w);
    outbox_clear(&o);
    begin_worker();
    w->cx->db->driver = &shared;
    world_later(w, 0);
    turn(w);
    assert_int_equal(count_rows(w, "state = 'waiting' AND claimed = 0 AND attempts = 1"), 2);
    w->cx->db->driver = own;
}

/* n more rows for the webhook, of the same challenge. */
static void
add_rows(struct world *w, int64_t n, int64_t expires_at)
{
    static const char sql[] = "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < $1) "
                              "INSERT INTO outbox (id, "
                              "challenge_id, transport, state, attempts, next_at, created_at, expires_at) "
                              "SELECT i.n, c.id, 'webhook', "
                              "'waiting', 0, $2, $2, $3 FROM i CROSS JOIN challenge c";
    assert_ok(db_exec(w->cx, NULL, sql, "iii", n, w->cx->now, expires_at));
}

static void
a_courier_that_reads_nothing_is_not_handed_more_than_it_may_have(void **state)
{
    struct world *w = *state;
    add_rows(w, 30, w->cx->now + CLOCK_MINUTE);
    for (int i = 0; i < 4; i++)
        turn(w);
    assert_int_equal(count_rows(w, "next_at > $1 + 1000000"), SHARE_MOST + 1);
    receive();
    assert_int_equal(n_ids, SHARE_MOST + 1);
    answer(ids[0], sent);
    answer(ids[1], busy);
    world_later(w, SHARE_PAUSE);
    turn(w);
    receive();
    assert_int_equal(n_ids, 2);
}

/* More than are looked at in one transaction, all due before the push. */
static void
a_destination_that_does_not_answer_leaves_room_for_the_others(void **state)
{
    struct world *w = *state;
    add_rows(w, 400, w->cx->now + CLOCK_MINUTE);
    assert_ok(
        db_exec(w->cx, NULL, "UPDATE outbox SET next_at = next_at - 1 WHERE transport = 'webhook'", ""));
    size_t letters = 0, pushes = 0;
    for (int i = 0; i < 6; i++) {
        turn(w);
        receive();
        letters += n_ids;
        pushes += n_pushes;
    }
    assert_int_equal(pushes, 1);
    assert_int_equal(letters, SHARE_MOST + 1);
    assert_int_equal(count_rows(w, "attempts <> 0 OR state <> 'waiting'"), 0);
}

static void
what_an_outage_left_behind_is_ended_in_few_transactions(void **state)
{
    struct world *w = *state;
    add_rows(w, 3000, w->cx->now);
    int turns = 0;
    for (; count_rows(w, "state = 'waiting' AND expires_at <= $1") > 0; turns++)
        turn(w);
    assert_true(turns <= 30);
    receive();
    assert_int_equal(n_ids, 2);
    assert_int_equal(count_rows(w, "state = 'dropped' AND attempts = 0"), 3000);
}

static void
answers_that_came_together_are_written_together(void **state)
{
    struct world *w = *state;
    add_rows(w, 5, w->cx->now + CLOCK_MINUTE);
    turn(w);
    receive();
    assert_int_equal(n_ids, SHARE_MOST + 1);
    answer_all(sent);
    turn(w);
    assert_int_equal(count_rows(w, "state = 'sent'"), SHARE_MOST + 1);
}

static void
a_subscription_that_is_gone_is_removed_and_audited(void **state)
{
    struct world *w = *state;
    struct subscription now;
    turn(w);
    receive();
    answer_all((struct http_out_end){.result = HTTP_OUT_REFUSED, .status = 410});
    turn(w);
    assert_fails(w->cx, store_subscription_get(w->cx, w->phone.device.id, &now), ERR_NOT_FOUND);
    assert_int_equal(fixture_count_events(w->f, "device.subscription-ended"), 1);
    assert_int_equal(count_rows(w, "state = 'waiting' AND attempts = 1"), 2);
    world_later(w, 15 * CLOCK_S);
    turn(w);
    assert_int_equal(count_rows(w, "state = 'failed' AND device_id IS NOT NULL"), 1);
}

static void
one_that_was_replaced_since_stays(void **state)
{
    struct world *w = *state;
    struct subscription now;
    turn(w);
    receive();
    assert_ok(db_exec(w->cx, NULL, "UPDATE push_subscription SET endpoint = endpoint || 'y'", ""));
    answer_all((struct http_out_end){.result = HTTP_OUT_REFUSED, .status = 410});
    turn(w);
    assert_ok(store_subscription_get(w->cx, w->phone.device.id, &now));
    assert_int_equal(fixture_count_events(w->f, "device.subscription-ended"), 0);
}

static void
a_push_service_that_wants_to_be_left_alone_is(void **state)
{
    struct world *w = *state;
    turn(w);
    receive();
    answer_all((struct http_out_end){.result = HTTP_OUT_LATER, .status = 429, .retry_after = 20 * CLOCK_S});
    turn(w);
    assert_int_equal(count_rows(w, "device_id IS NOT NULL AND next_at = $1 + 20000000"), 1);
    assert_int_equal(
        count_rows(w, "EXISTS (SELECT 1 FROM push_subscription WHERE rests_until = $1 + 20000000)"), 2);
}

static void
a_courier_that_breaks_the_format_loses_its_channel(void **state)
{
    struct world *w = *state;
    turn(w);
    receive();
    answer(ids[0] + 1000, sent);
    turn(w);
    assert_int_equal(o.courier.fd, -1);
    char byte;
    assert_int_equal(recv(courier, &byte, 1, 0), 0);
    assert_int_equal(count_rows(w, "state = 'waiting' AND attempts = 1"), 2);
    join();
    turn(w);
    receive();
    answer(0, sent); /* no letter has this number */
    turn(w);
    assert_int_equal(o.courier.fd, -1);
}

static void
an_answer_to_an_earlier_letter_is_refused(void **state)
{
    struct world *w = *state;
    turn(w);
    receive();
    uint32_t old = ids[0];
    join();
    turn(w);
    world_later(w, CLOCK_S);
    turn(w);
    answer(old, sent);
    turn(w);
    assert_int_equal(count_rows(w, "state = 'sent'"), 0);
}

static void
without_a_courier_nothing_is_claimed(void **state)
{
    struct world *w = *state;
    assert_int_equal(shutdown(courier, SHUT_RDWR), 0);
    turn(w);
    turn(w);
    assert_int_equal(o.courier.fd, -1);
    assert_int_equal(count_rows(w, "state = 'waiting' AND next_at <= $1"), 2);
}

static void
what_is_not_configured_any_more_is_dropped(void **state)
{
    struct world *w = *state;
    o.ways.has_webhook = false;
    turn(w);
    receive();
    assert_int_equal(n_ids, 1);
    assert_int_equal(count_rows(w, "state = 'dropped' AND device_id IS NULL"), 1);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(what_is_due_is_claimed_and_handed_over_once),
        CASE(a_failure_is_tried_again_after_a_pause),
        CASE(an_answer_counts_as_of_when_it_came),
        CASE(a_claim_ends_by_itself_when_its_worker_died),
        CASE(a_courier_that_does_not_answer_in_time_loses_its_channel),
        CASE(what_another_claimed_since_is_not_written_over),
        CASE(a_courier_that_ended_cost_an_attempt),
        CASE(a_new_worker_takes_over_what_a_dead_one_had_claimed),
        CASE(claims_in_a_shared_database_are_taken_over_when_their_time_ends),
        CASE(its_own_claims_in_a_shared_database_are_taken_over_at_once),
        CASE(what_is_under_way_is_given_back_at_the_end),
        CASE(a_courier_that_reads_nothing_is_not_handed_more_than_it_may_have),
        CASE(a_destination_that_does_not_answer_leaves_room_for_the_others),
        CASE(what_an_outage_left_behind_is_ended_in_few_transactions),
        CASE(answers_that_came_together_are_written_together),
        CASE(a_subscription_that_is_gone_is_removed_and_audited),
        CASE(one_that_was_replaced_since_stays),
        CASE(a_push_service_that_wants_to_be_left_alone_is),
        CASE(a_courier_that_breaks_the_format_loses_its_channel),
        CASE(an_answer_to_an_earlier_letter_is_refused),
        CASE(without_a_courier_nothing_is_claimed),
        CASE(what_is_not_configured_any_more_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
