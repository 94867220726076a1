/* SPDX-License-Identifier: Apache-2.0 */
/* turn: a client that sends much gets its turn like one that sends little. Counted in rounds of the loop
 * and in requests, never by the time. */
#include "tests/unit/front/harness.h"

#include <unistd.h>

#include "front/turn.h"

#define HEALTH "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

enum { MANY = 400, CROWD = 40 };

static int
set_up(void **state)
{
    struct harness *h = harness_new("");
    listen_on(h);
    worker_add(h, 0, true);
    *state = h;
    return 0;
}

static const char *
many_requests(struct harness *h)
{
    struct buf all;
    buf_init(&all, MANY * sizeof HEALTH);
    for (size_t i = 0; i < MANY; i++)
        buf_add_cstr(&all, HEALTH);
    const char *text = text_printf(h, "%.*s", STR_ARG(buf_view(&all)));
    buf_clear(&all);
    return text;
}

static uint64_t
requests(const struct harness *h)
{
    return harness_counts(h).requests;
}

static void
a_connection_that_pipelines_gives_way_each_round(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    client_send(c, HEALTH);
    (void)client_read(h, c);
    client_send(c, many_requests(h));
    for (uint64_t before = requests(h); before < MANY + 1; before = requests(h)) {
        pump(h);
        assert_true(requests(h) - before <= 2 * TURN_SLICE_REQUESTS);
    }
    for (size_t i = 0; i < MANY; i++)
        assert_starts(client_read(h, c), "HTTP/1.1 ");
    (void)close(c);
}

/* The first answer to somebody else is there while the others have hardly begun. */
static void
others_are_served_meanwhile(struct harness *h, const char *source)
{
    int crowd[CROWD], other = client_connect_from(h, source);
    const char *many = many_requests(h);

    client_send(other, HEALTH);
    (void)client_read(h, other);
    for (size_t i = 0; i < CROWD; i++) {
        crowd[i] = client_connect(h);
        client_send(crowd[i], many);
    }
    for (unsigned i = 0; i < 8; i++)
        pump(h);
    client_send(other, HEALTH);
    pump(h);
    pump(h);
    pump(h);
    assert_true(client_has_answer(other));
    assert_true(requests(h) < (uint64_t)CROWD * MANY / 2);
    for (size_t i = 0; i < CROWD; i++)
        (void)close(crowd[i]);
    (void)close(other);
}

static void
a_crowd_that_pipelines_lets_others_be_served(void **state)
{
    others_are_served_meanwhile(*state, "127.0.0.2");
}

static void
a_crowd_of_the_same_address_does_so_too(void **state)
{
    others_are_served_meanwhile(*state, "127.0.0.1");
}

static void
what_waits_for_its_turn_is_not_timed_out_by_that(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    client_send(c, many_requests(h));
    while (requests(h) == 0)
        pump(h);
    advance(h, CLOCK_HOUR);
    for (size_t i = 0; i < MANY; i++)
        assert_starts(client_read(h, c), "HTTP/1.1 200 OK\r\n");
    (void)close(c);
}

static void
a_client_that_leaves_while_it_waits_is_forgotten(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    client_send(c, many_requests(h));
    while (requests(h) == 0)
        pump(h);
    (void)close(c);
    for (unsigned i = 0; i < 2 * MANY && harness_counts(h).connections > 0; i++)
        pump(h);
    assert_int_equal(harness_counts(h).connections, 0);
}

/* However many send them, from however many places: a slice of them, and then a pause. */
static void
large_bodies_are_read_at_a_pace(void **state)
{
    enum { SENDERS = 16, SLICES = 8, SIZE = SLICES * TURN_SLICE_BYTES };
    struct harness *h = *state;
    static char body[SIZE];
    const char *head = text_printf(h,
                                   "POST /TechnicianConsole.asmx HTTP/1.1\r\nHost: localhost\r\n"
                                   "Content-Type: text/xml\r\nContent-Length: %d\r\n\r\n",
                                   SIZE);
    int sender[SENDERS];

    for (size_t i = 0; i < SENDERS; i++) {
        sender[i] = client_connect_from(h, text_printf(h, "127.0.0.%zu", i % 4 + 2));
        client_send(sender[i], head);
        client_send_bytes(h, sender[i], body, sizeof body);
    }
    uint64_t before = requests(h);
    for (unsigned i = 0; i < SENDERS * SLICES / 8; i++) {
        int other = client_connect(h);
        client_send(other, HEALTH);
        assert_starts(client_read(h, other), "HTTP/1.1 200 OK\r\n");
        (void)close(other);
        advance(h, TURN_BULK_PACE);
    }
    assert_true(requests(h) - before <= SENDERS * SLICES / 8 + SENDERS / 2);
    for (unsigned i = 0; i < 4 * SENDERS * SLICES && requests(h) - before < SENDERS * SLICES / 8 + SENDERS;
         i++)
        advance(h, TURN_BULK_PACE);
    for (size_t i = 0; i < SENDERS; i++) {
        assert_starts(client_read(h, sender[i]), "HTTP/1.1 ");
        (void)close(sender[i]);
    }
}

/* One slice each, and then a pause between slices, while others are served as they come. */
static void
large_pages_asked_for_in_a_row_are_served_at_a_pace(void **state)
{
    enum { ASKERS = 8, TIMES = 4 * TURN_SLICE_REQUESTS };
    static const char ask[] = "GET " CT_PATH "?WSDL HTTP/1.1\r\nHost: localhost\r\n\r\n";
    struct harness *h = *state;
    struct buf all;
    int asker[ASKERS];

    buf_init(&all, TIMES * sizeof ask);
    for (size_t i = 0; i < TIMES; i++)
        buf_add_cstr(&all, ask);
    const char *asked = text_printf(h, "%.*s", STR_ARG(buf_view(&all)));
    buf_clear(&all);
    uint64_t before = requests(h);
    for (size_t i = 0; i < ASKERS; i++) {
        asker[i] = client_connect_from(h, text_printf(h, "127.0.0.%zu", i % 4 + 2));
        client_send(asker[i], asked);
    }
    for (unsigned i = 0; i < 100; i++)
        pump(h);
    assert_true(requests(h) > before);
    assert_true(requests(h) - before <= (ASKERS + 1) * TURN_SLICE_REQUESTS);
    int other = client_connect(h);
    client_send(other, HEALTH);
    assert_starts(client_read(h, other), "HTTP/1.1 200 OK\r\n");
    (void)close(other);
    for (size_t i = 0; i < ASKERS; i++)
        (void)close(asker[i]);
}

struct guest {
    struct turn turn;
    struct turns *turns;
    int64_t takes; /* microseconds of each slice */
    unsigned served, left;
};

static int64_t now;

static void
serve(struct turn *t)
{
    struct guest *g = LIST_ITEM(t, struct guest, turn);
    assert_true(turns_take(g->turns, t));
    g->served++;
    now += g->takes;
    clock_fix(now);
    if (--g->left > 0)
        turn_wait(g->turns, t);
}

static void
stop(struct loop_timer *t)
{
    struct harness *h = LIST_ITEM(t, struct harness, stopper);
    loop_stop(h->loop);
}

static void
one_round(struct harness *h)
{
    loop_timer_set(h->loop, &h->stopper, clock_mono());
    assert_int_equal(loop_run(h->loop), ERR_NONE);
}

/* One guest of a source of its own waits behind 100 of another source, each of which takes a tenth of a
 * round's time. */
static void
sources_are_served_in_turn_and_a_round_ends_by_time(void **state)
{
    enum { GUESTS = 100 };
    struct harness h = {.loop = NULL};
    struct turn_source crowd, single;
    struct guest guests[GUESTS + 1] = {{.left = 0}};
    struct turns turns;
    unsigned served = 0;

    (void)state;
    now = CLOCK_HOUR;
    clock_fix(now);
    h.loop = loop_new();
    loop_timer_init(&h.stopper, stop);
    turns_init(&turns, h.loop, 0);
    turn_source_init(&crowd);
    turn_source_init(&single);
    for (size_t i = 0; i <= GUESTS; i++) {
        guests[i] = (struct guest){.turns = &turns, .takes = TURN_LINE_TIME / 10, .left = 1};
        turn_init(&guests[i].turn, i < GUESTS ? &crowd : &single, serve);
        turn_wait(&turns, &guests[i].turn);
    }
    one_round(&h);
    for (size_t i = 0; i <= GUESTS; i++)
        served += guests[i].served;
    assert_int_equal(served, 10);
    assert_int_equal(guests[GUESTS].served, 1);
    for (size_t i = 0; i < GUESTS; i++)
        turn_leave(&guests[i].turn);
    turns_clear(&turns);
    loop_free(&h.loop);
    clock_fix(0);
}

/* What a crowd continues to send takes nothing from the round's budget, which is for sources with an empty
 * line.
 */
static void
a_source_with_nobody_in_line_is_served_before_all_who_wait(void **state)
{
    struct harness h = {.loop = NULL};
    struct turn_source crowd, single;
    struct guest waits = {.left = 1}, another = {.left = 0}, alone = {.left = 0};
    struct turns turns;

    (void)state;
    now = CLOCK_HOUR;
    clock_fix(now);
    h.loop = loop_new();
    loop_timer_init(&h.stopper, stop);
    turns_init(&turns, h.loop, 0);
    turn_source_init(&crowd);
    turn_source_init(&single);
    waits.turns = &turns;
    turn_init(&waits.turn, &crowd, serve);
    turn_init(&another.turn, &crowd, serve);
    turn_init(&alone.turn, &single, serve);
    assert_true(turns_take(&turns, &another.turn));
    turn_wait(&turns, &waits.turn);
    assert_false(turns_take(&turns, &another.turn));
    assert_true(turns_take(&turns, &alone.turn));
    one_round(&h);
    assert_int_equal(waits.served, 1);
    assert_true(turns_take(&turns, &another.turn));
    turns_clear(&turns);
    loop_free(&h.loop);
    clock_fix(0);
}

#define TURN_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, harness_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TURN_TEST(a_connection_that_pipelines_gives_way_each_round),
        TURN_TEST(a_crowd_that_pipelines_lets_others_be_served),
        TURN_TEST(a_crowd_of_the_same_address_does_so_too),
        TURN_TEST(what_waits_for_its_turn_is_not_timed_out_by_that),
        TURN_TEST(a_client_that_leaves_while_it_waits_is_forgotten),
        TURN_TEST(large_bodies_are_read_at_a_pace),
        TURN_TEST(large_pages_asked_for_in_a_row_are_served_at_a_pace),
        cmocka_unit_test(a_source_with_nobody_in_line_is_served_before_all_who_wait),
        cmocka_unit_test(sources_are_served_in_turn_and_a_round_ends_by_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
