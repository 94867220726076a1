/* SPDX-License-Identifier: Apache-2.0 */
/* loop: descriptors, timers and signals, and removal in the middle of a round. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/loop.h"

static struct loop *loop;

static int
setup(void **state)
{
    (void)state;
    loop = loop_new();
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    clock_fix(0);
    loop_free(&loop);
    return 0;
}

struct peer {
    struct loop_fd watch;
    int other; /* the test's end */
    struct peer *victim;
    unsigned told;
    int times;
};

static struct peer *
peer_new(unsigned want, void (*ready)(struct loop_fd *, unsigned))
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    struct peer *p = calloc(1, sizeof *p);
    assert_non_null(p);
    p->other = ends[1];
    assert_int_equal(loop_fd_add(loop, &p->watch, ends[0], want, ready), ERR_NONE);
    return p;
}

static void
peer_free(struct peer *p)
{
    int fd = p->watch.fd;
    loop_fd_remove(loop, &p->watch);
    loop_fd_remove(loop, &p->watch);
    (void)close(fd);
    (void)close(p->other);
    free(p);
}

static void
note_and_stop(struct loop_fd *w, unsigned what)
{
    struct peer *p = LIST_ITEM(w, struct peer, watch);
    p->told = what;
    p->times++;
    loop_stop(loop);
}

static void
stop_by_timer(struct loop_timer *t)
{
    (void)t;
    loop_stop(loop);
}

/* Runs all that is ready now, and ends. */
static void
run_once(void)
{
    struct loop_timer end;
    loop_timer_init(&end, stop_by_timer);
    loop_timer_set(loop, &end, 1);
    assert_int_equal(loop_run(loop), ERR_NONE);
}

static void
tells_what_is_wanted(void **state)
{
    (void)state;
    struct peer *p = peer_new(LOOP_READ | LOOP_WRITE, note_and_stop);
    assert_int_equal(loop_run(loop), ERR_NONE);
    assert_int_equal(p->told, LOOP_WRITE);
    assert_int_equal(write(p->other, "x", 1), 1);
    assert_int_equal(loop_run(loop), ERR_NONE);
    assert_int_equal(p->told, LOOP_READ | LOOP_WRITE);
    loop_fd_want(loop, &p->watch, LOOP_READ);
    assert_int_equal(loop_run(loop), ERR_NONE);
    assert_int_equal(p->told, LOOP_READ);
    p->times = 0;
    loop_fd_want(loop, &p->watch, 0);
    run_once();
    (void)shutdown(p->other, SHUT_RDWR);
    for (int i = 0; i < 3; i++)
        run_once();
    assert_int_equal(p->times, 0);
    loop_fd_want(loop, &p->watch, LOOP_READ);
    assert_int_equal(loop_run(loop), ERR_NONE);
    assert_int_equal(p->times, 1);
    peer_free(p);
    struct loop_fd bad;
    assert_int_equal(loop_fd_add(loop, &bad, -1, LOOP_READ, note_and_stop), ERR_SYSTEM);
    assert_int_equal(bad.fd, -1);
    struct loop_fd never = {.fd = 0};
    loop_fd_remove(loop, &never);
}

/* The one notified first frees the other one, whose event is then dropped; a new one takes its number. */
static struct peer *reborn, *told;
static int told_of_pair;

static void
free_the_other(struct loop_fd *w, unsigned what)
{
    (void)what;
    struct peer *p = LIST_ITEM(w, struct peer, watch);
    told_of_pair++;
    told = p;
    char c = 0;
    assert_int_equal(read(w->fd, &c, 1), 1);
    int number = p->victim->watch.fd;
    peer_free(p->victim);
    reborn = peer_new(LOOP_READ, note_and_stop);
    assert_true(reborn->watch.fd <= number || reborn->other <= number);
}

static void
drops_events_of_the_removed(void **state)
{
    (void)state;
    struct peer *a = peer_new(LOOP_READ, free_the_other);
    struct peer *b = peer_new(LOOP_READ, free_the_other);
    a->victim = b;
    b->victim = a;
    assert_int_equal(write(a->other, "x", 1), 1);
    assert_int_equal(write(b->other, "x", 1), 1);
    told_of_pair = 0;
    run_once();
    assert_int_equal(told_of_pair, 1);
    assert_int_equal(reborn->times, 0);
    assert_int_equal(write(reborn->other, "x", 1), 1);
    assert_int_equal(loop_run(loop), ERR_NONE);
    assert_int_equal(reborn->times, 1);
    peer_free(reborn);
    peer_free(told);
}

static void
free_myself(struct loop_fd *w, unsigned what)
{
    (void)what;
    told_of_pair++;
    peer_free(LIST_ITEM(w, struct peer, watch));
}

static void
owner_frees_itself(void **state)
{
    (void)state;
    told_of_pair = 0;
    for (int i = 0; i < 10; i++) {
        struct peer *p = peer_new(LOOP_READ, free_myself);
        (void)shutdown(p->other, SHUT_WR);
    }
    run_once();
    assert_int_equal(told_of_pair, 10);
}

enum { MANY = 2000 };
struct alarm {
    struct loop_timer timer;
    int64_t at;
    bool gone;
};
static struct alarm alarms[MANY];
static int64_t last_at;
static int n_due;

static void
alarm_due(struct loop_timer *t)
{
    struct alarm *a = LIST_ITEM(t, struct alarm, timer);
    assert_false(a->gone);
    assert_int_equal(t->at, 0);
    assert_true(a->at >= last_at);
    last_at = a->at;
    n_due++;
}

static void
timers_in_order(void **state)
{
    (void)state;
    clock_fix(1000000);
    uint32_t x = 12345;
    int expected = 0;
    for (int i = 0; i < MANY; i++) {
        loop_timer_init(&alarms[i].timer, alarm_due);
        loop_timer_stop(loop, &alarms[i].timer);
        alarms[i].at = 1 + (int64_t)((x = x * 1664525u + 1013904223u) % 900000);
        loop_timer_set(loop, &alarms[i].timer, alarms[i].at);
    }
    for (int i = 0; i < MANY; i++) {
        x = x * 1664525u + 1013904223u;
        if (x >> 30 == 0) {
            loop_timer_stop(loop, &alarms[i].timer);
            alarms[i].gone = true;
        } else if (x >> 30 == 1) {
            alarms[i].at = 1 + (int64_t)(x % 900000);
            loop_timer_set(loop, &alarms[i].timer, alarms[i].at);
        }
        expected += alarms[i].gone ? 0 : 1;
    }
    struct loop_timer later;
    loop_timer_init(&later, alarm_due);
    loop_timer_set(loop, &later, 2000000);
    struct loop_timer end;
    loop_timer_init(&end, stop_by_timer);
    loop_timer_set(loop, &end, 1000000);
    assert_int_equal(loop_run(loop), ERR_NONE);
    assert_int_equal(n_due, expected);
    assert_int_equal(loop_now(loop), 1000000);
    assert_int_equal(later.at, 2000000);
}

static int again;

static void
set_to_the_past(struct loop_timer *t)
{
    if (++again < 1000)
        loop_timer_set(loop, t, 1);
}

static void
past_timer_does_not_starve(void **state)
{
    (void)state;
    struct peer *p = peer_new(LOOP_WRITE, note_and_stop);
    struct loop_timer t;
    loop_timer_init(&t, set_to_the_past);
    loop_timer_set(loop, &t, 1);
    assert_int_equal(loop_run(loop), ERR_NONE);
    assert_int_equal(loop_run(loop), ERR_NONE);
    assert_true(again <= 2);
    loop_timer_stop(loop, &t);
    peer_free(p);
}

struct storm {
    struct loop_timer timer;
    struct loop_timer *more;
    int times;
};

static void
set_itself_and_another(struct loop_timer *t)
{
    struct storm *s = LIST_ITEM(t, struct storm, timer);
    s->times++;
    loop_timer_set(loop, t, clock_mono());
    loop_timer_set(loop, s->more, clock_mono());
}

static void
a_timer_set_by_a_timer_waits_for_the_next_round(void **state)
{
    (void)state;
    clock_fix(1000000);
    struct peer *p = peer_new(LOOP_WRITE, note_and_stop);
    struct storm a = {.times = 0}, b = {.times = 0};
    struct loop_timer quiet[8];
    loop_timer_init(&a.timer, set_itself_and_another);
    loop_timer_init(&b.timer, set_itself_and_another);
    a.more = &b.timer;
    b.more = &a.timer;
    for (size_t i = 0; i < 8; i++) {
        loop_timer_init(&quiet[i], alarm_due);
        loop_timer_set(loop, &quiet[i], 2000000);
    }
    loop_timer_set(loop, &a.timer, 1);
    for (int round = 0; round < 10; round++)
        assert_int_equal(loop_run(loop), ERR_NONE);
    assert_int_equal(p->times, 10);
    assert_true(a.times + b.times <= 20);
    loop_timer_stop(loop, &a.timer);
    loop_timer_stop(loop, &b.timer);
    for (size_t i = 0; i < 8; i++)
        loop_timer_stop(loop, &quiet[i]);
    peer_free(p);
}

static int n_storm;

static void
count_storm(struct loop_timer *t)
{
    (void)t;
    n_storm++;
}

static void
note(struct loop_fd *w, unsigned what)
{
    struct peer *p = LIST_ITEM(w, struct peer, watch);
    p->told = what;
    p->times++;
    if (p->times > 1)
        loop_stop(loop);
}

static void
a_storm_of_timers_lets_descriptors_have_their_turn(void **state)
{
    enum { TIMERS = 3 * LOOP_EVENTS_MAX };
    static struct loop_timer timers[TIMERS];

    (void)state;
    clock_fix(1000000);
    n_storm = 0;
    struct peer *p = peer_new(LOOP_WRITE, note);
    for (size_t i = 0; i < TIMERS; i++) {
        loop_timer_init(&timers[i], count_storm);
        loop_timer_set(loop, &timers[i], 1);
    }
    assert_int_equal(loop_run(loop), ERR_NONE);
    assert_int_equal(p->times, 2);
    assert_int_equal(n_storm, LOOP_EVENTS_MAX);
    for (size_t i = 0; i < TIMERS; i++)
        loop_timer_stop(loop, &timers[i]);
    peer_free(p);
}

static void
a_hang_up_shows_where_nothing_is_read(void **state)
{
    (void)state;
    struct peer *p = peer_new(LOOP_HANGUP, note_and_stop);
    assert_int_equal(write(p->other, "unread", 6), 6);
    run_once();
    assert_int_equal(p->times, 0);
    assert_int_equal(shutdown(p->other, SHUT_WR), 0);
    run_once();
    assert_int_equal(p->times, 1);
    assert_int_equal(p->told, LOOP_HANGUP);
    peer_free(p);
}

static void
real_timer_waits(void **state)
{
    (void)state;
    struct loop_timer t;
    loop_timer_init(&t, stop_by_timer);
    int64_t at = clock_mono() + 3 * CLOCK_MS;
    loop_timer_set(loop, &t, at);
    assert_int_equal(loop_run(loop), ERR_NONE);
    assert_true(clock_mono() >= at && loop_now(loop) >= at);
}

static void
got_signal(void *arg, int signo)
{
    *(int *)arg += signo;
    if (*(int *)arg == SIGUSR1 + SIGUSR2)
        loop_stop(loop);
}

static void
signals(void **state)
{
    (void)state;
    int sum = 0;
    assert_int_equal(loop_signal(loop, SIGUSR1, got_signal, &sum), ERR_NONE);
    assert_int_equal(loop_signal(loop, SIGUSR2, got_signal, &sum), ERR_NONE);
    assert_int_equal(kill(getpid(), SIGUSR1), 0);
    assert_int_equal(kill(getpid(), SIGUSR2), 0);
    assert_int_equal(loop_run(loop), ERR_NONE);
    assert_int_equal(sum, SIGUSR1 + SIGUSR2);
}

/* The next run reports the events that the stop left. */
static void
stops_at_once(void **state)
{
    (void)state;
    loop_stop(loop);
    assert_int_equal(loop_run(loop), ERR_NONE);
    struct peer *a = peer_new(LOOP_WRITE, note_and_stop);
    struct peer *b = peer_new(LOOP_WRITE, note_and_stop);
    assert_int_equal(loop_run(loop), ERR_NONE);
    assert_int_equal(a->times + b->times, 1);
    loop_fd_want(loop, a->times == 1 ? &a->watch : &b->watch, 0);
    assert_int_equal(loop_run(loop), ERR_NONE);
    assert_int_equal(a->times, 1);
    assert_int_equal(b->times, 1);
    peer_free(a);
    peer_free(b);
}

static struct loop_timer rival[2];

static void
stop_the_rival(struct loop_timer *t)
{
    again++;
    loop_timer_stop(loop, t == &rival[0] ? &rival[1] : &rival[0]);
}

static void
timers_stop_each_other(void **state)
{
    (void)state;
    again = 0;
    for (int i = 0; i < 2; i++) {
        loop_timer_init(&rival[i], stop_the_rival);
        loop_timer_set(loop, &rival[i], 1);
    }
    run_once();
    assert_int_equal(again, 1);
    assert_true(rival[0].at == 0 && rival[1].at == 0);
}

static int offset_file;

static void
move_the_clock(struct loop_timer *t)
{
    (void)t;
    int64_t hour = CLOCK_HOUR;
    assert_int_equal(pwrite(offset_file, &hour, sizeof hour, 0), sizeof hour);
}

/* The clock jumps an hour while the loop sleeps, without an event. Last: the mapping stays. */
static void
notices_a_moved_clock(void **state)
{
    (void)state;
    char path[] = "/tmp/loop_test.XXXXXX";
    offset_file = mkstemp(path);
    assert_true(offset_file >= 0);
    int64_t zero = 0;
    assert_int_equal(pwrite(offset_file, &zero, sizeof zero, 0), sizeof zero);
    assert_int_equal(clock_map_offset(path), ERR_NONE);
    (void)unlink(path);
    struct loop_timer mover, end;
    loop_timer_init(&mover, move_the_clock);
    loop_timer_init(&end, stop_by_timer);
    loop_timer_set(loop, &mover, clock_mono());
    loop_timer_set(loop, &end, clock_mono() + CLOCK_HOUR);
    assert_int_equal(loop_run(loop), ERR_NONE);
    (void)close(offset_file);
}

#define LOOP_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {LOOP_TEST(tells_what_is_wanted),
                                       LOOP_TEST(drops_events_of_the_removed),
                                       LOOP_TEST(owner_frees_itself),
                                       LOOP_TEST(timers_in_order),
                                       LOOP_TEST(past_timer_does_not_starve),
                                       LOOP_TEST(a_timer_set_by_a_timer_waits_for_the_next_round),
                                       LOOP_TEST(a_storm_of_timers_lets_descriptors_have_their_turn),
                                       LOOP_TEST(a_hang_up_shows_where_nothing_is_read),
                                       LOOP_TEST(real_timer_waits),
                                       LOOP_TEST(signals),
                                       LOOP_TEST(stops_at_once),
                                       LOOP_TEST(timers_stop_each_other),
                                       LOOP_TEST(notices_a_moved_clock)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
