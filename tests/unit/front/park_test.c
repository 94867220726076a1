/* SPDX-License-Identifier: Apache-2.0 */
/* park: the watch list by itself; with connections it is exchange_test.c's. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "front/park.h"

enum { MOST = 4 };

struct fixture {
    struct loop *loop;
    struct park park;
    struct park_hold hold;
    unsigned asked, asked_last;
    struct park_hold others[2]; /* of tests about more than one */
    const struct park_hold *first;
};

static struct fixture fixture;

static bool
has_room(void *arg)
{
    return *(bool *)arg;
}

static bool room, told;

static bool
is_told(void *arg)
{
    (void)arg;
    return told;
}

static void
ask(struct park_hold *h, bool is_last)
{
    assert_ptr_equal(h, &fixture.hold);
    assert_false(park_is_held(h));
    if (fixture.first == NULL)
        fixture.first = h;
    fixture.asked++;
    fixture.asked_last += is_last;
}

static void
ask_in_turn(struct park_hold *h, bool is_last)
{
    (void)is_last;
    if (fixture.first == NULL)
        fixture.first = h;
    fixture.asked++;
}

static int
set_up(void **state)
{
    clock_fix(INT64_C(1790000000) * CLOCK_S);
    fixture = (struct fixture){.loop = loop_new()};
    room = true;
    const struct park_needs needs = {.has_room = has_room, .is_told = is_told, .arg = &room};
    told = true;
    park_init(&fixture.park, fixture.loop, MOST, &needs);
    park_hold_init(&fixture.hold, ask);
    park_hold_init(&fixture.others[0], ask_in_turn);
    park_hold_init(&fixture.others[1], ask_in_turn);
    *state = &fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *x = *state;
    park_release(&x->park, &x->hold);
    park_clear(&x->park);
    loop_free(&x->loop);
    clock_fix(0);
    return 0;
}

static struct topic
topic_of(unsigned char byte)
{
    struct topic t;
    memset(t.bytes, byte, sizeof t.bytes);
    return t;
}

static struct park_entry *
put(struct fixture *x, uint64_t key, unsigned char topic)
{
    struct siphash k = {key, ~key};
    struct topic t = topic_of(topic);
    struct park_entry *e = park_put(&x->park, &k, &t, CLOCK_MINUTE);
    if (e != NULL)
        park_keep(e, 1, STR_LIT("answer"));
    return e;
}

static struct park_entry *
find(struct fixture *x, uint64_t key)
{
    struct siphash k = {key, ~key};
    return park_find(&x->park, &k);
}

/* In the entry of that key, which is made, for longer than the test takes. */
static void
hold(struct fixture *x, uint64_t key, unsigned char topic, struct park_hold *h)
{
    park_hold(&x->park, put(x, key, topic), h, clock_mono() + CLOCK_MINUTE);
}

/* Two are to ask. */
static void
asks_first(struct fixture *x, const struct park_hold *h)
{
    room = true;
    park_ask(&x->park);
    assert_int_equal(x->asked, 2);
    assert_ptr_equal(x->first, h);
}

static void
the_least_used_goes_first(void **state)
{
    struct fixture *x = *state;
    unsigned form = 0;

    for (uint64_t key = 1; key <= MOST; key++)
        assert_non_null(put(x, key, (unsigned char)key));
    assert_non_null(find(x, 1));
    assert_non_null(put(x, MOST + 1, 9));
    assert_int_equal(x->park.n, MOST);
    assert_null(find(x, 2));
    assert_str(park_body(find(x, 1), &form), "answer");
    assert_int_equal(form, 1);
    /* The same bucket, another key. */
    assert_null(find(x, 1 + 2 * x->park.buckets));
}

static void
a_topic_wakes_all_that_wait_for_it(void **state)
{
    struct fixture *x = *state;
    struct topic one = topic_of(1);

    assert_non_null(put(x, 1, 1));
    assert_non_null(put(x, 2, 1));
    assert_non_null(put(x, 3, 3));
    park_wake(&x->park, &one);
    assert_null(find(x, 1));
    assert_null(find(x, 2));
    assert_non_null(find(x, 3));
    /* An entry may change its topic. */
    assert_non_null(put(x, 3, 1));
    park_wake(&x->park, &one);
    assert_int_equal(x->park.n, 0);
}

static void
what_is_held_is_never_pushed_out(void **state)
{
    struct fixture *x = *state;
    struct topic one = topic_of(1);

    hold(x, 1, 1, &x->hold);
    for (uint64_t key = 2; key < 20; key++)
        assert_non_null(put(x, key, 2));
    assert_non_null(find(x, 1));
    assert_int_equal(x->asked, 0);
    park_wake(&x->park, &one);
    assert_int_equal(x->asked, 1);
    assert_int_equal(x->asked_last, 0);
    assert_int_equal(x->park.n_held, 0);
}

static void
all_are_released_at_once(void **state)
{
    struct fixture *x = *state;

    hold(x, 1, 1, &x->hold);
    assert_non_null(put(x, 1 + x->park.buckets, 1));
    park_release_all(&x->park);
    assert_int_equal(x->asked_last, 1);
    assert_int_equal(x->park.n, 0);
}

static void
anything_wakes_all(void **state)
{
    struct fixture *x = *state;
    struct topic two = topic_of(2);
    uint64_t before = x->park.wakes;

    hold(x, 1, 1, &x->hold);
    assert_non_null(put(x, 2, 2));
    park_wake_all(&x->park);
    assert_int_equal(x->asked, 1);
    assert_int_equal(x->asked_last, 0);
    assert_null(find(x, 2));
    assert_true(park_was_woken(&x->park, &two, before));
    assert_false(park_was_woken(&x->park, &two, x->park.wakes));
}

static void
who_is_woken_asks_when_there_is_room(void **state)
{
    struct fixture *x = *state;
    struct topic one = topic_of(1);

    room = false;
    hold(x, 1, 1, &x->hold);
    park_wake(&x->park, &one);
    assert_int_equal(x->asked, 0);
    assert_true(park_is_held(&x->hold));
    assert_null(find(x, 1));
    /* The same check may come again meanwhile. */
    assert_non_null(put(x, 1, 1));
    room = true;
    park_wake(&x->park, &one);
    assert_int_equal(x->asked, 1);

    room = false;
    hold(x, 1, 1, &x->hold);
    park_wake(&x->park, &one);
    park_release(&x->park, &x->hold);
    assert_int_equal(x->asked, 1);
    assert_int_equal(x->park.n_held, 0);
    room = true;
}

static void
what_was_woken_asks_before_what_was_not(void **state)
{
    struct fixture *x = *state;
    struct topic two = topic_of(2);

    room = false;
    hold(x, 1, 1, &x->others[0]);
    park_wake_all(&x->park);
    hold(x, 2, 2, &x->others[1]);
    park_wake(&x->park, &two);
    asks_first(x, &x->others[1]);
}

/* An entry that is due by the tick is still found by its topic. */
static void
what_was_due_is_moved_up_by_its_wake_up(void **state)
{
    struct fixture *x = *state;
    struct topic two = topic_of(2);

    room = false;
    hold(x, 1, 1, &x->others[0]);
    hold(x, 2, 2, &x->others[1]);
    assert_non_null(put(x, 3, 2));
    park_wake_all(&x->park);
    park_wake(&x->park, &two);
    park_wake(&x->park, &two);
    asks_first(x, &x->others[1]);
}

static void
stop(struct loop_timer *t)
{
    (void)t;
    loop_stop(fixture.loop);
}

/* Runs what is to be done by then. */
static void
advance(struct fixture *x, int64_t microseconds)
{
    struct loop_timer end;
    clock_fix(clock_now() + microseconds);
    loop_timer_init(&end, stop);
    loop_timer_set(x->loop, &end, clock_mono());
    assert_int_equal(loop_run(x->loop), ERR_NONE);
}

/* From the wake-up on all entries are outdated; they are removed between the turns of others. */
static void
news_of_anything_do_not_hold_the_loop(void **state)
{
    enum { MANY = 5000, A_TURN = 300 };
    struct fixture *x = *state;
    const struct park_needs needs = x->park.needs;
    park_clear(&x->park);
    park_init(&x->park, x->loop, MANY + 1, &needs);
    for (uint64_t key = 1; key <= MANY; key++)
        assert_non_null(put(x, key, 1));
    park_wake_all(&x->park);
    for (uint64_t key = 1; key <= MANY; key++)
        assert_null(find(x, key));
    assert_non_null(put(x, 1, 1));
    assert_non_null(put(x, MANY + 1, 1));
    for (size_t before = MANY + 1; x->park.unswept > 0; before = x->park.n) {
        assert_true(before - x->park.n <= A_TURN);
        advance(x, 0);
    }
    assert_int_equal(x->park.n, 2);
    assert_non_null(find(x, 1));
    assert_non_null(find(x, MANY + 1));
}

/* Before those of the tick, and after those that were woken. */
static void
whose_time_is_over_asks_when_there_is_room(void **state)
{
    struct fixture *x = *state;

    room = false;
    hold(x, 1, 1, &x->others[0]);
    advance(x, PARK_TICK);
    park_hold(&x->park, put(x, 2, 2), &x->hold, clock_mono() + PARK_TICK / 2);
    park_hold(&x->park, find(x, 2), &x->others[1], clock_mono() + PARK_TICK / 2);
    advance(x, PARK_TICK / 2);
    assert_int_equal(x->asked, 0);
    assert_int_equal(x->park.n_held, 3);
    assert_true(park_is_held(&x->hold));
    park_release(&x->park, &x->others[1]);
    assert_false(park_is_held(&x->others[1]));
    asks_first(x, &x->hold);
    assert_int_equal(x->asked_last, 1);
    assert_int_equal(x->park.n_held, 0);
}

/* The answer under way is for them too; they ask only if it says to keep waiting. */
static void
whose_time_is_over_meanwhile_has_the_leaders_answer(void **state)
{
    struct fixture *x = *state;
    struct topic one = topic_of(1);

    for (unsigned round = 0; round < 2; round++) {
        hold(x, 1, 1, &x->others[0]);
        park_hold(&x->park, find(x, 1), &x->hold, clock_mono() + PARK_TICK / 2);
        park_wake(&x->park, &one);
        advance(x, PARK_TICK / 2);
        assert_int_equal(x->asked, 1 + round);
        if (round == 0) {
            assert_ptr_equal(park_next(&x->park, &x->others[0]), &x->hold);
            assert_false(park_is_held(&x->hold));
            park_land(&x->park, &x->others[0], NULL);
        }
    }
    park_land(&x->park, &x->others[0], put(x, 1, 1));
    park_ask(&x->park);
    assert_int_equal(x->asked_last, 1);
    assert_int_equal(x->park.n_held, 0);
}

static void
the_first_leads_and_the_others_follow(void **state)
{
    struct fixture *x = *state;
    struct topic one = topic_of(1);

    hold(x, 1, 1, &x->others[0]);
    park_hold(&x->park, find(x, 1), &x->others[1], clock_mono() + CLOCK_MINUTE);
    park_wake(&x->park, &one);
    assert_int_equal(x->asked, 1);
    assert_ptr_equal(x->first, &x->others[0]);
    assert_true(park_is_held(&x->others[1]));
    /* Still nothing: they are held in the entry that was made since. */
    park_land(&x->park, &x->others[0], put(x, 1, 1));
    park_hold(&x->park, find(x, 1), &x->others[0], clock_mono() + CLOCK_MINUTE);
    assert_int_equal(x->park.n_held, 2);
    assert_null(park_next(&x->park, &x->others[0]));
    /* The first one is now the one that followed. */
    park_wake(&x->park, &one);
    assert_int_equal(x->asked, 2);
    assert_ptr_equal(park_next(&x->park, &x->others[1]), &x->others[0]);
    assert_null(park_next(&x->park, &x->others[1]));
    park_land(&x->park, &x->others[1], NULL);
    assert_int_equal(x->park.n_held, 0);
    assert_int_equal(x->park.n, 0);
}

/* Many entries: the tick is longer, except where it alone makes up for a lost wake-up. */
static void
the_tick_is_stretched_while_somebody_tells(void **state)
{
    enum { MANY = 500 };
    struct fixture *x = *state;
    x->park.most = MANY + 2;
    for (uint64_t key = 1; key <= MANY + 1; key++)
        assert_non_null(put(x, key, 1));
    told = false;
    assert_non_null(put(x, MANY + 2, 1));
    advance(x, PARK_TICK);
    assert_null(find(x, MANY + 2));
    assert_non_null(find(x, MANY + 1));
}

static void
a_time_that_is_over_is_not_waited_for(void **state)
{
    struct fixture *x = *state;
    struct siphash key = {1, 1};
    struct topic t = topic_of(1);

    assert_null(park_put(&x->park, &key, &t, 0));
    assert_int_equal(x->park.n, 0);
}

static void
wake_ups_are_remembered_for_calls_under_way(void **state)
{
    struct fixture *x = *state;
    struct topic one = topic_of(1), two = topic_of(2);
    uint64_t before = x->park.wakes;

    park_wake(&x->park, &one);
    assert_true(park_was_woken(&x->park, &one, before));
    assert_false(park_was_woken(&x->park, &two, before));
    assert_false(park_was_woken(&x->park, &one, x->park.wakes));
    for (unsigned i = 0; i < PARK_RECENT - 1; i++)
        park_wake(&x->park, &two);
    assert_true(park_was_woken(&x->park, &one, before));
    /* One more, and it is unknown: it may have been woken. */
    park_wake(&x->park, &two);
    struct topic three = topic_of(3);
    assert_true(park_was_woken(&x->park, &three, before));
    assert_false(park_was_woken(&x->park, &three, before + 1));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_least_used_goes_first),
        CASE(a_topic_wakes_all_that_wait_for_it),
        CASE(what_is_held_is_never_pushed_out),
        CASE(all_are_released_at_once),
        CASE(anything_wakes_all),
        CASE(news_of_anything_do_not_hold_the_loop),
        CASE(who_is_woken_asks_when_there_is_room),
        CASE(what_was_woken_asks_before_what_was_not),
        CASE(what_was_due_is_moved_up_by_its_wake_up),
        CASE(whose_time_is_over_asks_when_there_is_room),
        CASE(whose_time_is_over_meanwhile_has_the_leaders_answer),
        CASE(the_first_leads_and_the_others_follow),
        CASE(the_tick_is_stretched_while_somebody_tells),
        CASE(a_time_that_is_over_is_not_waited_for),
        CASE(wake_ups_are_remembered_for_calls_under_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
